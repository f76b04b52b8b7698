"""What a preview link shows: the public page of an unpublished text, and the pictures on it.

Never kept by a cache, a search engine or a counter. A token that was never given answers 404; one
that has ended says so.
"""

import re

from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from publishing.editorial import languages, linking, unsaved
from publishing.editorial.addresses import PageUrls, Switch
from publishing.editorial.exceptions import Refused
from publishing.editorial.links import PreviewLink
from publishing.editorial.preview import public_page_of

# Addresses of the library, as attributes have them.
LIBRARY = re.compile(r'(?<=[" ])/media/((?:files/|originals/)?([\w-]{22})/[^\s"<>?]+)')
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def private(response):
    for name, value in HEADERS.items():
        response[name] = value
    return response


def address_in(token: str, language: str) -> str:
    with translation.override(language):
        return reverse("shared_preview", args=[token])


@require_safe
def shared_preview(request, token):
    link = PreviewLink.objects.with_token(token)
    if link is None:
        raise Http404
    item = link.item if link.is_open else None
    if item is None:
        return private(_gone(request, link))
    language = languages.active()
    if language not in linking.languages_of(link):
        return private(HttpResponseRedirect(address_in(token, link.language)))
    try:
        response = _page(request, link, token, item, language)
    except Refused:
        return private(_gone(request, link))
    if request.method == "GET":
        PreviewLink.objects.note_opening(link.pk)
    return private(response)


def _page(request, link, token, item, language):
    with unsaved.undone():
        row = linking.row_of(link, item)
        response = public_page_of(
            request,
            row,
            language,
            page_urls=PageUrls("", [], _switch(link, token, language)),
            preview_bar={
                "until": link.expires_at,
                "public_url": item.get_absolute_url(language)
                if row is item and item.is_public(language)
                else "",
            },
        )
    response.content = LIBRARY.sub(
        lambda found: _let_through(link, token, *found.groups()), response.content.decode()
    )
    return response


def _switch(link, token, language):
    if link.language:
        return None
    there = languages.other(language)
    return Switch(address_in(token, there), languages.OWN_NAMES[there], languages.TAGS[there])


def _let_through(link, token, address, uid):
    return reverse("shared_preview_media", args=[token, linking.seal(link, uid), address])


def _gone(request, link):
    if link.revoked_at is not None:
        sentence = _("This preview was taken back. Ask whoever sent you the link for a new one.")
    elif not link.is_open:
        sentence = _("This preview has ended. Ask whoever sent you the link for a new one.")
    else:
        sentence = _("The text that this preview showed has been deleted.")
    context = {"sentence": sentence, "is_preview": True}
    return TemplateResponse(request, "editorial/preview_gone.html", context, status=410)


@require_safe
def shared_media(request, token, seal, address):
    """A picture or file of the library, while the link to a page that showed it is open."""
    link = PreviewLink.objects.with_token(token)
    if link is None or not link.is_open:
        raise Http404
    try:
        match = resolve(f"/media/{address}")
    except Resolver404 as error:
        raise Http404 from error
    uid = match.kwargs.get("uid", "")
    if match.namespace != "media" or not linking.is_sealed(link, uid, seal):
        raise Http404
    request.library_pass = uid
    return private(match.func(request, *match.args, **match.kwargs))
