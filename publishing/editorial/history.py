"""Revisions: what an item said after each save, to compare with and to return to."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from publishing.editorial.records import AuditEvent, Revision, item_id

Kind = Revision.Kind
Action = AuditEvent.Action
_ROUND = (Action.SUBMIT, Action.SEND_BACK, Action.APPROVE, Action.PUBLISH)
KEEP_ALL_DAYS = 90


def write(item, data: dict, *, kind=Kind.SAVED, user=None, languages=(), note="") -> Revision:
    """Add a revision. The caller holds the item's row, so that numbers follow one another."""
    last = Revision.objects.of(item).aggregate(last=Max("number"))["last"] or 0
    return Revision.objects.record(
        item,
        number=last + 1,
        data=data,
        kind=kind,
        user=user,
        languages=",".join(languages),
        note=note.strip()[:300],
    )


def last_saver(item):
    """Who made the latest revision, or None."""
    latest = Revision.objects.of(item).select_related("user").defer("data").first()
    return latest and latest.user


def reasons(item) -> list[AuditEvent]:
    """Why the text of each language was last sent back, or approved or published by its author."""
    steps = AuditEvent.objects.filter(
        kind=item._meta.label_lower, object_id=item_id(item), action__in=_ROUND
    )
    said, published = {}, set()
    for event in steps[:30]:
        language = event.language
        # An earlier round's reasons are for the history alone.
        over = event.action == Action.SUBMIT or (
            event.action == Action.PUBLISH and language in published
        )
        if over or event.detail:
            said.setdefault(language, None if over else event)
        if event.action == Action.PUBLISH:
            published.add(language)
    return [event for event in said.values() if event]


def found(item, data: dict) -> None:
    """Keep what was there before the first revision: imports and older texts have none."""
    if not Revision.objects.of(item).exists():
        write(item, data, kind=Kind.FOUND)


@transaction.atomic
def thin(*, days: int = KEEP_ALL_DAYS) -> int:
    """Delete old revisions; returns how many.

    Kept: everything of the last ``days`` days, every published and every first revision, and of
    the other old ones each item's last of each day.
    """
    limit = timezone.now() - timedelta(days=days)
    old = Revision.objects.filter(created_at__lt=limit, kind__in=(Kind.SAVED, Kind.RESTORED))
    rows = old.exclude(number=1).order_by("content_type", "object_id", "-number")
    kept, leaving = set(), []
    for pk, *item, at in rows.values_list("pk", "content_type", "object_id", "created_at"):
        day = (*item, timezone.localdate(at))
        if day in kept:
            leaving.append(pk)
        kept.add(day)
    for start in range(0, len(leaving), 500):
        Revision.objects.filter(pk__in=leaving[start : start + 500]).delete()
    return len(leaving)
