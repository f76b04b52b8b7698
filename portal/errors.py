"""Error pages that Django does not choose by itself."""

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.defaults import bad_request as usual

from publishing.editorial.addresses import error_urls


@gzip_page
def not_found(request, exception):
    """The same for everybody and without a token, so that its length betrays nothing."""
    return render(request, "404.html", {"page_urls": error_urls(request)}, status=404)


def bad_request(request, exception):
    """400, or 413 where what was sent is only too large."""
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)):
        return render(request, "413.html", status=413)
    return usual(request, exception)


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)
