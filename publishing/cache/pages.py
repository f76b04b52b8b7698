"""How a view says that its answer may be kept, and by which query parameters it differs."""

from functools import wraps
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpResponseNotAllowed
from django.utils.cache import patch_cache_control, patch_vary_headers

# Browsers ask each time, with ETag. A shared cache in front may hold a page for some seconds
# and show it while the portal is being restarted or its database is away.
PUBLIC = "public, max-age=0, s-maxage=5, stale-while-revalidate=5, stale-if-error=86400"


READING = ("GET", "HEAD")


def public_page(*parameters):
    """Decorate a view whose answer is the same for every anonymous visitor.

    ``parameters`` names all query parameters the view knows; under the page cache it sees no
    others, no cookie and no header that differs between visitors. An answer with a Cache-Control
    of its own is left alone. For a class: ``method_decorator(public_page(...), name="dispatch")``.
    """

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, **kwargs):
            if request.method not in READING:
                return HttpResponseNotAllowed(READING)
            response = view(request, *args, **kwargs)
            if response.has_header("Cache-Control"):
                return response
            if settings.SESSION_COOKIE_NAME in request.COOKIES:
                patch_cache_control(response, private=True, no_cache=True)
                patch_vary_headers(response, ("Cookie",))
            else:
                response["Cache-Control"] = PUBLIC
            return response

        wrapped.public_parameters = frozenset(parameters)
        # Nothing but reading passes, so there is nothing to forge: others hear 405, not 403.
        wrapped.csrf_exempt = True
        return wrapped

    return decorate


def normalised_query(query, known):
    """The query string with known parameters only: sorted, without blanks and repetitions.

    ``query`` and the result are strings as WSGI has them.
    """
    try:
        pairs = parse_qsl(query.encode("latin-1").decode("utf-8", "replace"), max_num_fields=100)
    except ValueError:
        return ""
    return urlencode(sorted({(name, value) for name, value in pairs if name in known}))
