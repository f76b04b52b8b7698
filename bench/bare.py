"""The same bytes as the portal, by as little as possible: a WSGI callable, and a Django view."""

import json
import os
from pathlib import Path

FOLDER = Path(os.environ["BENCH_BYTES"])
BODY = (FOLDER / "body").read_bytes()
HEADERS = [tuple(pair) for pair in json.loads((FOLDER / "headers.json").read_text())]


def callable(environ, start_response):  # noqa: A001  its name is what the results call it
    start_response("200 OK", HEADERS)
    return [BODY]


def _django():
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.urls import re_path

    def page(request):
        return HttpResponse(BODY, headers=dict(HEADERS))

    settings.configure(
        SECRET_KEY="only-for-the-bench",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=(re_path("^page/", page),),
    )
    return get_wsgi_application()


if os.environ.get("BENCH_BARE") == "django":
    django = _django()
