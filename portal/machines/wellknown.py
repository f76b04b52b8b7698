"""Files at fixed places: robots.txt, security.txt and the icon that browsers ask for unasked."""

import datetime

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from portal.models import SiteSettings
from publishing.cache.pages import public_page
from publishing.editorial import languages
from publishing.editorial.addresses import absolute

# RFC 9116 asks for less than a year; the date moves on by itself each midnight.
SECURITY_DAYS = 180
# Not worth a crawler's time: sign-in, answers to questions, and the counter.
PRIVATE = ("admin", "account", "search", "preview")


@public_page()
def robots(request):
    closed = [f"/{code}/{part}/" for code in languages.CODES for part in PRIVATE]
    context = {"closed": [*closed, "/v?", "/v/"], "home": absolute("")}
    return as_text(request, "portal/machines/robots.txt", context)


@public_page()
def security(request):
    email = SiteSettings.load().email
    # An office that has given no address yet can still be found.
    page = absolute(reverse("about", kwargs={"topic": "contact"}))
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    context = {
        "contact": f"mailto:{email}" if email else page,
        "expires": today + datetime.timedelta(days=SECURITY_DAYS),
        "address": absolute(request.path),
    }
    return as_text(request, "portal/machines/security.txt", context)


@public_page()
def favicon(request):
    return HttpResponsePermanentRedirect(static("img/favicon.ico"))


def as_text(request, template, context) -> HttpResponse:
    return render(request, template, context, content_type="text/plain; charset=utf-8")
