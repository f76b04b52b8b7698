"""What is kept for a while only, and for how long. docs/operation.md lists it."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from partners.services import drop_unclaimed_files
from portal.outbox.models import Letter
from portal.subscriptions.models import WINDOW, Edition, Told
from portal.subscriptions.services import drop_unconfirmed
from publishing.editorial.autosaves import Autosave, Presence
from publishing.editorial.links import PreviewLink
from publishing.exchange import uploads
from publishing.pageviews import collector
from publishing.pageviews.models import Salt, Seen
from publishing.search.misses import KEPT_DAYS
from publishing.search.models import SearchMiss

# What subscribers were told is remembered for twice the time in which it is news.
DAYS = {
    "sign-ins": 180,
    "mail": 30,
    "desk log": 730,
    "news told": 2 * WINDOW.days,
    "searches without result": KEPT_DAYS,
    "preview links": 30,
}


def tidy(*, now=None) -> dict[str, int]:
    """Delete what is past its time; returns how many rows or files, by kind."""
    now = now or timezone.now()
    return _rows(now) | {
        "uploads not imported": uploads.drop_old(now=now),
        "files without a document": drop_unclaimed_files(now=now),
        "unconfirmed subscribers": drop_unconfirmed(now=now),
        "attempts to sign in": _expired_attempts(now),
        "visitors' hashes": _hashes(),
    }


@transaction.atomic
def _rows(now):
    until = {kind: now - timedelta(days=days) for kind, days in DAYS.items()}
    live = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = {
        "sessions": Session.objects.filter(expire_date__lte=now),
        # With the address and the browser of whoever signed in.
        "sign-ins": UserSession.objects.filter(
            Q(created_at__lt=until["sign-ins"]) | ~Q(session_key__in=live)
        ),
        "mail": Letter.objects.filter(made__lt=until["mail"]).exclude(sent=None, given_up=False),
        # Until then whoever has the link is told that it has ended.
        "preview links": PreviewLink.objects.over_before(until["preview links"]),
        "desk log": LogEntry.objects.filter(action_time__lt=until["desk log"]),
        "unsaved input": Autosave.objects.outlived(now),
        "open forms": Presence.objects.outlived(now),
        "news told": Told.objects.filter(at__lt=until["news told"]),
        "editions": Edition.objects.filter(made__lt=until["news told"]),
        "searches without result": SearchMiss.objects.filter(
            day__lt=timezone.localdate(until["searches without result"])
        ),
    }
    return {kind: found.delete()[0] for kind, found in rows.items()}


def _expired_attempts(now) -> int:
    """Django removes them only where many are kept, and their keys name network addresses."""
    table = connection.ops.quote_name(caches["default"]._table)
    moment = now.replace(microsecond=0)
    limit = connection.ops.adapt_datetimefield_value(moment)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [limit])
        return cursor.rowcount


def _hashes() -> int:
    """The collector does this while the portal runs; here for one that stands still."""
    before = Salt.objects.count() + Seen.objects.count()
    collector.tidy()
    return before - Salt.objects.count() - Seen.objects.count()
