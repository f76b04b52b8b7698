"""Error pages that Django does not choose by itself."""

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.shortcuts import render
from django.views.defaults import bad_request as usual


def bad_request(request, exception):
    """400, or 413 where what was sent is only too large."""
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)):
        return render(request, "413.html", status=413)
    return usual(request, exception)


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)
