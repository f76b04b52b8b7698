"""The answer while the database is away. Making it must not need the database."""

import logging

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

RETRY_AFTER = 5


def away_response(path):
    """503 in the language of the address, else the default one."""
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(language):
        response = HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER)})
        response["Cache-Control"] = "no-store"
        response["Content-Language"] = language
        try:
            response.content = render_to_string("503.html", {})
        except Exception:
            # A template that fails here must not turn a short absence into an error page.
            logger.exception("The page for the database's absence could not be rendered")
            response["Content-Type"] = "text/plain; charset=utf-8"
            response.content = _("The site is not available at the moment. Please try again soon.")
    return response
