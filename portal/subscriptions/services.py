"""How an address comes in, is confirmed, changes its wishes and goes."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from partners.models import CooperationField, Institution
from portal.outbox.models import Letter
from portal.subscriptions import letters
from portal.subscriptions.models import Subscriber, Topic
from publishing.editorial import audit, languages
from publishing.editorial.languages import column

# Letters an hour to addresses that somebody entered. No address of a visitor is looked at, so
# this is the only limit that a flood from many places meets.
ASKED_PER_HOUR = 200


class TooMany(Exception):
    """More was asked within the hour than the office's mail should carry."""


@dataclass(frozen=True)
class Wishes:
    """Neither field nor institution: everything."""

    language: str
    reads: list[str]
    kinds: list[str]
    rhythm: str
    fields: list[CooperationField] = field(default_factory=list)
    institutions: list[Institution] = field(default_factory=list)

    def columns(self) -> dict:
        return {
            "language": self.language,
            "rhythm": self.rhythm,
            "everything": not (self.fields or self.institutions),
            "releases": "releases" in self.kinds,
            "events": "events" in self.kinds,
            **{column("reads", code): code in self.reads for code in languages.CODES},
        }


@transaction.atomic
def sign_up(*, email: str, wishes: Wishes) -> None:
    """Write to the owner of the address, who confirms or, already known, changes the wishes.

    The caller learns nothing of whether the address is known.
    """
    now = timezone.now()
    if Subscriber.objects.asked_since(now - timedelta(hours=1)).count() >= ASKED_PER_HOUR:
        raise TooMany
    row, _made = Subscriber.objects.get_or_create(email=email.lower(), defaults=wishes.columns())
    row = Subscriber.objects.select_for_update().get(pk=row.pk)
    if row.confirmed_at is None:
        _keep(row, wishes)
    if row.may_be_asked(now):
        row.note_asked(now)
        letters.ask(row, wishes)


@transaction.atomic
def confirm(*, key) -> Subscriber | None:
    """None where the address is not there any more. A second time changes nothing."""
    row = Subscriber.objects.select_for_update().filter(key=key).first()
    if row is not None and row.confirmed_at is None:
        row.confirm(timezone.now())
    return row


@transaction.atomic
def change(*, subscriber: Subscriber, wishes: Wishes) -> None:
    _keep(Subscriber.objects.select_for_update().get(pk=subscriber.pk), wishes)


def _keep(row, wishes):
    for name, value in wishes.columns().items():
        setattr(row, name, value)
    row.save()
    row.topics.all().delete()
    chosen = [Topic(subscriber=row, field=one) for one in wishes.fields]
    chosen += [Topic(subscriber=row, institution=one) for one in wishes.institutions]
    Topic.objects.bulk_create(chosen)


def leave(*, key) -> None:
    """The owner wants no more; a second time is no error."""
    _forget(Subscriber.objects.filter(key=key))


@transaction.atomic
def remove(*, subscribers, user) -> int:
    """Staff take addresses away. The audit says how many, and not which."""
    number = _forget(subscribers)
    audit.record(audit.Action.DELETE, user=user, detail=f"subscribers: {number}")
    return number


def drop_unconfirmed(*, now) -> int:
    return _forget(Subscriber.objects.never_confirmed(now))


@transaction.atomic
def _forget(subscribers) -> int:
    """Delete the addresses wherever they stand: also in letters, sent or waiting."""
    rows = list(subscribers)
    for row in rows:
        Letter.objects.filter(purpose=letters.PURPOSE, recipient=row.email).delete()
        row.delete()
    return len(rows)
