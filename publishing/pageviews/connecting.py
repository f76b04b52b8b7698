"""Database access outside Django's requests, whose signals would look after the connections."""

from contextlib import contextmanager, suppress

from django.db import Error, connection, connections


@contextmanager
def connected():
    """Drops connections that are broken or too old, before and after the work."""
    _drop_useless()
    try:
        yield
    finally:
        _drop_useless()


def _drop_useless():
    for each in connections.all(initialized_only=True):
        # Inside somebody's transaction the connection is theirs.
        if not each.in_atomic_block:
            each.close_if_unusable_or_obsolete()


_WAITING = {
    "sqlite": ("PRAGMA busy_timeout", "PRAGMA busy_timeout = {}"),
    "postgresql": ("SHOW lock_timeout", "SET lock_timeout = '{}'"),
}


@contextmanager
def impatient(milliseconds: int):
    """Work that fails, with OperationalError, where it would wait longer for a lock.

    A thread that waits in SQLite can hold up all others of its process: it keeps the connection's
    mutex, and a garbage collection that meets one of its cursors waits for that with Python's
    own lock in hand.
    """
    ask, change = _WAITING[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(ask)
        before = cursor.fetchone()[0]
        cursor.execute(change.format(milliseconds))
    try:
        yield
    finally:
        # A connection that broke meanwhile is dropped anyway.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute(change.format(before))
