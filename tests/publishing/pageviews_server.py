"""A site that does nothing but count, for tests that start, overload and kill real processes."""

import errno
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from publishing.pageviews import journal  # noqa: E402
from publishing.pageviews.endpoint import ReadsEndpoint  # noqa: E402
from tests.publishing.pageviews_support import register_groups  # noqa: E402

register_groups()


class FullDisk:
    """The operating system as the journal sees it when nothing fits on the disk any more."""

    def __getattr__(self, name):
        return getattr(os, name)

    def write(self, file, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


if os.environ.get("FULL_DISK"):
    journal.os = FullDisk()


def nothing(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"nothing"]


application = ReadsEndpoint(nothing)
