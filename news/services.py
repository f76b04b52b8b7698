from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from news.models import Event, Release
from partners import services as partners
from partners.models import (
    Agreement,
    AgreementParty,
    Institution,
    Participation,
    Person,
    Post,
    Signature,
)
from partners.services.checking import checked
from publishing.editorial import services
from publishing.editorial.dates import read
from publishing.editorial.exceptions import Refused
from publishing.editorial.languages import columns
from publishing.pageviews.services import forget


@transaction.atomic
def delete_release(*, release: Release, user=None) -> None:
    """Delete a release and what the ground floor keeps about it."""
    forget("release", release.pk)
    services.delete(item=release, user=user)


@dataclass(frozen=True)
class SignedAgreement:
    """An agreement not saved yet, and its parties: institutions, then labels."""

    agreement: Agreement
    institutions: list[Institution]
    labels: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Attendance:
    """Somebody at a ceremony, not saved yet, and the places in the list of what they sign."""

    participation: Participation
    signs: list[int] = field(default_factory=list)


@transaction.atomic
def record_ceremony(
    *, event: Event, agreements: list[SignedAgreement], people: list[Attendance], user=None
) -> Event:
    """Save a signing with its agreements, parties, signatures and people: everything or nothing.

    A name that belongs to no person on record becomes one, with the title as a post. A party
    for which nobody is named has signed too: it was there.
    """
    if (start := read(event.start_date)) and start.first > timezone.localdate():
        raise Refused(_("A ceremony is recorded once it has been held."))
    event.kind, event.created_by = Event.Kind.SIGNING, user
    checked(event).save()
    rows = [_agreement(signed, event) for signed in agreements]
    event.agreements.set(rows)
    event.institutions.set({i for signed in agreements for i in signed.institutions})
    for order, attendance in enumerate(people, start=1):
        _attend(attendance.participation, event, order)
        for number in attendance.signs:
            if not 1 <= number <= len(rows):
                raise Refused(_("There is no agreement %(number)s.") % {"number": number})
            _sign(rows[number - 1], attendance.participation, event)
    for row in rows:
        for party in row.parties.filter(must_sign=True, signatures__isnull=True):
            partners.sign(agreement=row, party=party, date=event.start_date)
    return event


def _agreement(signed, event):
    row = signed.agreement
    if len(signed.institutions) + len(signed.labels) < 2:
        raise Refused(_("An agreement has at least two parties."))
    row.place = event.place
    checked(row).save()
    for order, institution in enumerate(signed.institutions, start=1):
        checked(AgreementParty(agreement=row, institution=institution, order=order)).save()
    for order, label in enumerate(signed.labels, start=len(signed.institutions) + 1):
        checked(
            AgreementParty(agreement=row, label_en=label, label_zh_hans=label, order=order)
        ).save()
    return row


def _attend(participation, event, order):
    if participation.person is None:
        participation.person = _person(participation)
    participation.target, participation.order = event, order
    checked(participation, exclude=["target_type", "target_id"]).save()


def _person(participation):
    """Who bears the printed name: the one on record, or somebody new with this post."""
    names = {n: getattr(participation, f"printed_{n}") or "" for n in columns("name")}
    given = {name: text for name, text in names.items() if text}
    known = list(Person.objects.filter(**given)[:2]) if given else []
    if len(known) == 1:
        return known[0]
    person = checked(Person(**names))
    person.save()
    titles = {n: getattr(participation, f"printed_{n}") or "" for n in columns("title")}
    if any(titles.values()):
        post = Post(person=person, institution=participation.institution, **titles)
        checked(post).save()
        participation.post = post
    return person


def _sign(agreement, participation, event):
    party = agreement.parties.filter(institution=participation.institution_id or 0).first()
    if party is None:
        raise Refused(
            _("“%(name)s” signs for an institution that is no party.") % {"name": participation}
        )
    online = participation.mode == Participation.Mode.ONLINE
    partners.sign(
        agreement=agreement,
        party=party,
        person=participation.person,
        date=event.start_date,
        method=Signature.Method.ONLINE if online else Signature.Method.NOT_STATED,
        **{n: getattr(participation, n) for n in columns("printed_name", "printed_title")},
    )
