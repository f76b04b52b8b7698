"""What holds for every answer of the interface: who may ask what, and how it is kept."""

import hashlib
import json
from functools import wraps
from typing import get_args

from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import get_conditional_response
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

METHODS = ("GET", "HEAD", "OPTIONS")
# Numbers of pageviews are in it: a shared cache may be one second behind.
CACHE = "public, max-age=0, s-maxage=1"
NOTHING = "There is nothing at this address, or it is not public."


def known_parameters(view) -> set[str]:
    """The parameters of an endpoint: the fields of what it may be asked."""
    known = set()
    for annotation in view.__annotations__.values():
        for asked in get_args(annotation)[:1]:
            known |= set(getattr(asked, "model_fields", ()))
    return known


def strict(view):
    """Refuse a parameter that the endpoint does not know: a typo would silently filter nothing."""
    known = known_parameters(view)

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        for name in request.GET:
            if name not in known:
                offered = ", ".join(sorted(known)) or "none"
                raise HttpError(400, f"There is no parameter {name[:40]!r} here. Known: {offered}.")
        return view(request, *args, **kwargs)

    return wrapped


def install(api: NinjaAPI):
    """Errors as one sentence each, whatever raised them."""

    @api.exception_handler(ValidationError)
    def invalid(request, error):
        first = error.errors[0]
        name = ".".join(str(part) for part in first["loc"][-1:])
        return api.create_response(request, {"detail": f"{name}: {first['msg']}."}, status=400)

    @api.exception_handler(Http404)
    def missing(request, error):
        return api.create_response(request, {"detail": str(error) or NOTHING}, status=404)


def reading(view):
    """Read-only, open to every origin, with validators; sentences in English."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
        elif request.method not in METHODS:
            response = HttpResponseNotAllowed(METHODS)
        else:
            response = _answer(view, request, args, kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = ", ".join(METHODS)
        response["Access-Control-Expose-Headers"] = "ETag"
        response["X-Robots-Tag"] = "noindex"
        return response

    wrapped.csrf_exempt = True
    return wrapped


def _answer(view, request, args, kwargs):
    method, request.method = request.method, "GET"
    with translation.override("en"):
        response = view(request, *args, **kwargs)
    # A HEAD is a GET whose body the server leaves out.
    request.method = method
    if response.status_code != 200:
        response["Cache-Control"] = "no-store"
        return response
    response["Cache-Control"] = CACHE
    response["ETag"] = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    return get_conditional_response(request, response["ETag"], None, response)


def elsewhere(request, rest):
    """An address with or without its last slash is the same; all others are not there."""
    if not rest.endswith("/"):
        try:
            match = resolve(f"{request.path_info}/")
        except Resolver404:
            match = None
        if match is not None and match.func is not elsewhere_view:
            return match.func(request, *match.args, **match.kwargs)
    return nothing(request)


@reading
def nothing(request):
    body = json.dumps({"detail": NOTHING})
    return HttpResponse(body, content_type="application/json; charset=utf-8", status=404)


elsewhere_view = elsewhere
elsewhere.csrf_exempt = True
