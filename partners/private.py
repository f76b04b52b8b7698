"""Pages for whoever has a secret address: no account, no cookie, nowhere kept or listed."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from partners import due, duecalendar, services
from partners.confirming import ConfirmationForm
from partners.models import ConfirmationLink, DueSettings
from publishing.editorial.exceptions import Refused
from publishing.editorial.origin import is_from_here


def unlisted(view):
    """Nothing keeps the answer, no search engine lists it, no other site learns the address."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        # Not "no-referrer": browsers would then hide from us too where a form was sent from.
        response["Referrer-Policy"] = "same-origin"
        return response

    return wrapped


@require_safe
@unlisted
def due_calendar(request, key):
    choices = get_object_or_404(DueSettings.objects.of_calendar(key))
    if not due.visible_to(choices.user):
        raise Http404
    DueSettings.objects.filter(pk=choices.pk).update(calendar_fetched=timezone.now())
    owner = choices.user_id if choices.calendar_is_mine else None
    answer = HttpResponse(duecalendar.calendar(owner=owner), "text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="due.ics"'
    return answer


# The signed token stands for what a cookie would say elsewhere: who has it may answer.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def confirmation(request, token):
    links = ConfirmationLink.objects.of_token(token)
    link = get_object_or_404(links.select_related("institution__place", "contact"))
    if not link.is_open:
        return _gone(request, link)
    if request.method != "POST":
        return _page(request, link, ConfirmationForm(link=link))
    if not is_from_here(request):
        raise PermissionDenied
    form = ConfirmationForm(request.POST, link=link)
    if not form.is_valid():
        return _page(request, link, form)
    confirms = request.POST.get("do") == "confirm"
    changes = {} if confirms else form.changes()
    if not confirms and not (changes or form.cleaned_data["note"]):
        return _page(request, link, form, nothing_changed=True)
    try:
        proposal = services.answer(
            link=link,
            changes=changes,
            confirms=confirms,
            sender=form.cleaned_data["sender"],
            note=form.cleaned_data["note"],
        )
    except Refused:
        link.refresh_from_db()
        return _gone(request, link)
    return _page(request, link, form, proposal=proposal)


def _page(request, link, form, **context):
    context |= {"link": link, "institution": link.institution, "form": form}
    return TemplateResponse(request, "partners/confirmation.html", context)


def _gone(request, link):
    context = {"link": link, "institution": link.institution}
    return TemplateResponse(request, "partners/confirmation_gone.html", context, status=410)
