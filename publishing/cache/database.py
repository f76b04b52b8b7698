"""The page cache's view of the database: snapshots, and telling that it is away."""

import time
from contextlib import contextmanager, suppress

from django.db import (
    DEFAULT_DB_ALIAS,
    Error,
    InterfaceError,
    OperationalError,
    connections,
    transaction,
)

from publishing.cache.models import current

AWAY = (OperationalError, InterfaceError)
# Seconds.
TRUSTED = 1.0
# What makes a transaction keep the moment of its first read, where not all of them do.
ONE_MOMENT = {"postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; "}


@contextmanager
def snapshot(using=DEFAULT_DB_ALIAS):
    """All reads inside see the database at one moment; gives the generation of that moment."""
    connection = connections[using]
    if connection.in_atomic_block:
        yield current(using)
        return
    _trust(connection)
    with _deferred(connection), transaction.atomic(using=using):
        yield current(using, first=ONE_MOMENT.get(connection.vendor, ""))
    connection.answered_at = time.monotonic()


def _trust(connection):
    """A connection that has just answered need not be asked whether it would."""
    answered = getattr(connection, "answered_at", float("-inf"))
    if connection.connection is not None and time.monotonic() - answered < TRUSTED:
        connection.health_check_done = True


@contextmanager
def _deferred(connection):
    """Readers of SQLite must not take the lock of writers, which the settings ask for."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    configured, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        connection.transaction_mode = configured


def renew(using=DEFAULT_DB_ALIAS):
    """Drop a connection that is broken or too old, as Django does at the start of a request."""
    connections[using].close_if_unusable_or_obsolete()


def answers(using=DEFAULT_DB_ALIAS):
    """Whether the database answers a query now, one that SQLite cannot answer without its file."""
    try:
        renew(using)
        current(using)
    except Error:
        drop(using)
        return False
    return True


def is_away(using=DEFAULT_DB_ALIAS):
    """Whether it answers nothing outside of transactions, whose errors are their owners' affair."""
    return not connections[using].in_atomic_block and not answers(using)


def drop(using=DEFAULT_DB_ALIAS):
    """Forget a connection after an error, so that the next use opens a new one."""
    connection = connections[using]
    if not connection.in_atomic_block:
        with suppress(*AWAY):
            connection.close()
