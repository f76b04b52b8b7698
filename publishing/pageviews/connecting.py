"""Database access outside Django's requests, whose signals would look after the connections."""

from contextlib import contextmanager

from django.db import connections


@contextmanager
def connected():
    """Drops connections that are broken or too old, before and after the work."""
    _drop_useless()
    try:
        yield
    finally:
        _drop_useless()


def _drop_useless():
    for connection in connections.all(initialized_only=True):
        # Inside somebody's transaction the connection is theirs.
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
