"""Pages about the portal itself. They come with it, so that every office has them at once."""

import datetime

from django.conf import settings
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models import PressContact
from publishing.cache.pages import public_page

# When each page last said something else, in either language. Change it with the text.
CHANGED = {
    "counting": datetime.date(2026, 11, 24),
    "privacy": datetime.date(2026, 11, 24),
    "accessibility": datetime.date(2026, 11, 24),
    "data": datetime.date(2026, 11, 24),
    "contact": datetime.date(2026, 11, 24),
}
TOPICS = {
    "counting": _("How we count"),
    "privacy": _("Privacy"),
    "accessibility": _("Accessibility"),
    "data": _("About the data"),
    "contact": _("Contact"),
}


@public_page()
def page(request, topic):
    if topic not in TOPICS:
        raise Http404
    context = {
        "topic": topic,
        "page_title": str(TOPICS[topic]),
        "nav_key": "about",
        "zone": settings.TIME_ZONE,
        "host": settings.PORTAL_BASE_URL.partition("://")[2],
        "home_address": settings.PORTAL_BASE_URL,
        "year": timezone.localdate().year,
    }
    if topic == "contact":
        context["contacts"] = PressContact.objects.of_office().for_page()
    return TemplateResponse(request, f"portal/about/{topic}.html", context)
