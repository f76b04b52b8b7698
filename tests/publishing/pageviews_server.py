"""A site that does nothing but count, for tests that start, overload and kill real processes."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from publishing.pageviews.endpoint import ReadsEndpoint  # noqa: E402
from tests.publishing.pageviews_support import register_groups  # noqa: E402

register_groups()


def nothing(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"nothing"]


application = ReadsEndpoint(nothing)
