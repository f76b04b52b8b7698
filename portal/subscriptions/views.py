"""The pages of news by mail. No cookie, no session, nothing kept by caches.

A sign-up says whether it comes from a page of this site (``Sec-Fetch-Site``, or ``Origin`` from
older browsers), so no token in the form and no cookie is needed: there is nothing in the browser
that a foreign page could misuse, only mail that it could cause. The other pages are opened by a
signed link, which is the right to what they do.
"""

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from portal.accounts.views import too_many_requests
from portal.errors import csrf_failure
from portal.subscriptions import links, services
from portal.subscriptions.forms import ChangeForm, SignUpForm
from portal.subscriptions.models import Subscriber
from publishing.editorial import languages
from publishing.editorial.addresses import page_urls
from publishing.editorial.origin import is_from_here

# Seconds until a sign-up may be tried again when the hour's letters are used up.
WAIT = 3600


def own_page(view):
    """For pages that belong to one reader."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        try:
            response = view(request, *args, **kwargs)
        except links.Expired:
            response = render(request, "portal/subscriptions/expired.html", status=410)
        response["Cache-Control"] = "no-store"
        # The address of the page is a key; it goes to nobody else.
        response["Referrer-Policy"] = "same-origin"
        if kwargs:
            response["X-Robots-Tag"] = "noindex"
        return response

    return wrapped


# Compressed, unlike the pages behind a link: there is no secret in it.
@gzip_page
@own_page
def sign_up(request):
    if request.method != "POST":
        return _sign_up_page(request, SignUpForm(initial=_asked_for(request)))
    if not is_from_here(request):
        return csrf_failure(request)
    form = SignUpForm(request.POST)
    if not form.is_valid():
        return _sign_up_page(request, form, status=400)
    if not form.cleaned_data["website"]:
        try:
            wishes = form.wishes(languages.active())
            services.sign_up(email=form.cleaned_data["email"], wishes=wishes)
        except services.TooMany:
            response = too_many_requests(request)
            response["Retry-After"] = WAIT
            return response
    return redirect("subscriptions:sent")


def _asked_for(request):
    """What the link that led here names; unknown names mark nothing."""
    return {
        "reads": [languages.active()],
        "kinds": ["releases", "events"],
        "rhythm": Subscriber.Rhythm.WEEKLY,
        "field": request.GET.getlist("field"),
        "institution": request.GET.getlist("institution"),
    }


def _sign_up_page(request, form, status=200):
    context = {"form": form, "page_urls": page_urls(request)}
    return render(request, "portal/subscriptions/sign_up.html", context, status=status)


@own_page
def sent(request):
    """The same for everybody: whether an address is known is told to its owner only."""
    return render(request, "portal/subscriptions/sent.html")


@own_page
def confirm(request, token):
    key = _key(links.CONFIRM, token)
    subscriber = Subscriber.objects.filter(key=key).first()
    if request.method == "POST" and subscriber is not None:
        subscriber = services.confirm(key=key)
    if subscriber is None:
        raise links.Expired
    if subscriber.confirmed_at is not None:
        manage = links.address(links.MANAGE, subscriber)
        return HttpResponseRedirect(f"{_path(manage)}?confirmed=1")
    return render(request, "portal/subscriptions/confirm.html", {"subscriber": subscriber})


@own_page
def manage(request, token):
    subscriber = Subscriber.objects.filter(key=_key(links.MANAGE, token)).first()
    if subscriber is None:
        raise links.Expired
    if request.method == "POST":
        form = ChangeForm(request.POST)
        if form.is_valid():
            wishes = form.wishes(form.cleaned_data["language"])
            services.change(subscriber=subscriber, wishes=wishes)
            return HttpResponseRedirect(f"{request.path}?changed=1")
    else:
        form = ChangeForm(initial=_known(request, subscriber))
    context = {
        "form": form,
        "subscriber": subscriber,
        "confirmed": "confirmed" in request.GET,
        "changed": "changed" in request.GET,
        "leave": _path(links.address(links.LEAVE, subscriber)),
    }
    status = 400 if form.is_bound else 200
    return render(request, "portal/subscriptions/manage.html", context, status=status)


def _known(request, subscriber):
    """What the subscriber receives, and what the link adds to it for the owner to save."""
    topics = subscriber.topics.select_related("field", "institution")
    fields = [topic.field.slug for topic in topics if topic.field]
    institutions = [topic.institution.slug for topic in topics if topic.institution]
    return {
        "language": subscriber.language,
        "reads": subscriber.reads,
        "kinds": [kind for kind in ("releases", "events") if getattr(subscriber, kind)],
        "rhythm": subscriber.rhythm,
        "field": fields + request.GET.getlist("field"),
        "institution": institutions + request.GET.getlist("institution"),
    }


@own_page
def leave(request, token):
    """A GET asks, a POST does it: the reader's own, or the one request of a mail program."""
    key = _key(links.LEAVE, token)
    if request.method == "POST":
        services.leave(key=key)
        return render(request, "portal/subscriptions/left.html")
    known = Subscriber.objects.filter(key=key).exists()
    template = "leave" if known else "left"
    return render(request, f"portal/subscriptions/{template}.html")


def _key(purpose, token):
    key = links.key(purpose, token)
    if key is None:
        raise Http404
    return key


def _path(address):
    return address.removeprefix(settings.PORTAL_BASE_URL)
