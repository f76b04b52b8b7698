"""Where a form comes from: for pages that have neither a cookie nor a token in the form."""

from django.conf import settings


def is_from_here(request) -> bool:
    """Whether a form was sent from a page of this site. A program that says nothing may pass."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    own = {settings.PORTAL_BASE_URL, f"{request.scheme}://{request.get_host()}"}
    return origin is None or origin in own
