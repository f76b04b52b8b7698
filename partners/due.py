"""What is due for agreements: deadlines, reviews, anniversaries, and long silence.

Each kind is one query in the order of its days; they are merged as far as somebody reads.
"""

import datetime
import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.models import (
    CONFIRMED_FOR_MONTHS,
    Agreement,
    AgreementAction,
    AgreementStatus,
    months_before,
)
from publishing.editorial import policy

SILENT_MONTHS = 12
SILENCE_AHEAD_DAYS = 30
ANNIVERSARIES = (5, 10, 15, 20, 25, 30, 40, 50)
NEVER = datetime.date(1, 1, 1)
DAY = datetime.timedelta(days=1)


class Kind(models.TextChoices):
    NOTICE = "notice", _("Notice possible until")
    EXPIRY = "expiry", _("Expiry")
    REVIEW = "review", _("Review")
    ANNIVERSARY = "anniversary", _("Anniversary")
    SILENCE = "silence", _("Twelve months without activity")


# They stay due until somebody sees to them; a day of the other kinds just passes.
WAITING = (Kind.REVIEW, Kind.SILENCE)


class Stage(models.TextChoices):
    """How near a day is; of deadlines, the owner hears once at each of the first four."""

    WEEK = "week", _("within a week")
    MONTH = "month", _("within a month")
    QUARTER = "quarter", _("within three months")
    HALF = "half", _("within six months")
    OVERDUE = "overdue", _("overdue")
    LATER = "later", _("later")

    @classmethod
    def of(cls, day: datetime.date, today: datetime.date) -> "Stage":
        if day < today:
            return cls.OVERDUE
        if day <= today + 7 * DAY:
            return cls.WEEK
        months = {1: cls.MONTH, 3: cls.QUARTER, REMINDED_MONTHS: cls.HALF}
        near = (stage for n, stage in months.items() if months_before(day, n) <= today)
        return next(near, cls.LATER)


REMINDED_MONTHS = 6


@dataclass(frozen=True, order=True)
class Key:
    """One thing that is due, before its agreement is read."""

    day: datetime.date
    kind: str
    agreement: int
    years: int = 0


@dataclass(frozen=True)
class Item:
    kind: Kind
    day: datetime.date
    agreement: Agreement
    years: int = 0

    @property
    def stage(self) -> Stage:
        return Stage.of(self.day, timezone.localdate())

    def label(self) -> str:
        if self.kind == Kind.ANNIVERSARY:
            return gettext("%(n)d years since the signature") % {"n": self.years}
        if self.kind == Kind.EXPIRY and self.renews:
            return str(_("Renews by itself"))
        return str(self.kind.label)

    @property
    def renews(self) -> bool:
        return self.agreement.renews_automatically and not self.agreement.terminated_on


@dataclass(frozen=True)
class Question:
    """Of which kinds, whose, from when until when; ``overdue``: and what waits since before."""

    first: datetime.date
    last: datetime.date
    kinds: tuple[str, ...] = tuple(Kind.values)
    owner: int | None = None
    unowned: bool = False
    institution: int | None = None
    overdue: bool = False

    def agreements(self):
        """Those that have begun or will, and that nobody has ended or replaced."""
        rows = Agreement.objects.exclude(starts=None).filter(superseded_on=None)
        if self.institution:
            rows = rows.filter(institutions=self.institution)
        if self.unowned:
            rows = rows.filter(owner=None)
        return rows.filter(owner=self.owner) if self.owner else rows

    def begins(self, kind) -> datetime.date:
        return NEVER if self.overdue and kind in WAITING else self.first


_activities: dict[str, tuple[str, Callable[[], models.QuerySet]]] = {}


def register_activity(name: str, agreement: str, rows: Callable[[], models.QuerySet]) -> None:
    """``rows()`` are what happened, each with its ``day``; ``agreement`` leads to the agreements.

    The floors above tell so of events, releases and commitments.
    """
    _activities[name] = agreement, rows


register_activity("act", "agreement", lambda: AgreementAction.objects.annotate(day=F("date")))


def keys(question: Question) -> Iterator[Key]:
    """What is due, by day. Reads no further than it is asked."""
    found = [source for kind in question.kinds for source in SOURCES[kind](question)]
    return heapq.merge(*found)


def items(chosen: Iterable[Key]) -> list[Item]:
    chosen = list(chosen)
    rows = Agreement.objects.select_related("kind", "owner").prefetch_related(
        "parties__institution"
    )
    agreements = rows.in_bulk({key.agreement for key in chosen})
    return [
        Item(Kind(key.kind), key.day, agreements[key.agreement], key.years)
        for key in chosen
        if key.agreement in agreements
    ]


def all_items(question: Question, *, chunk: int = 500) -> Iterator[Item]:
    found = keys(question)
    while part := list(islice(found, chunk)):
        yield from items(part)


def visible_to(user) -> bool:
    """Whether ``user`` may know what is due: it tells of agreements that are not public."""
    return user.is_active and user.is_staff and policy.may_see(user, Agreement)


def _by_day(kind, rows, column) -> Iterator[Key]:
    for day, pk in rows.order_by(column, "pk").values_list(column, "pk").iterator():
        yield Key(day, kind, pk)


def _notices(question):
    rows = question.agreements().filter(terminated_on=None)
    rows = rows.filter(notice_from__range=(question.first, question.last))
    yield _by_day(Kind.NOTICE, rows, "notice_from")


def _endings(question):
    """The agreed end or, after notice was given, the day for which it was given."""
    noticed = When(terminated_on__isnull=False, then=F("terminated_on"))
    end = Case(noticed, default=F("ends_last"), output_field=models.DateField())
    rows = question.agreements().annotate(end=end)
    yield _by_day(Kind.EXPIRY, rows.filter(end__range=(question.first, question.last)), "end")


def _reviews(question):
    """The day that staff chose; for a term that nobody knows, when it turns doubtful."""
    first, last = question.begins(Kind.REVIEW), question.last
    rows = question.agreements().filter(terminated_on=None)
    yield _by_day(Kind.REVIEW, rows.filter(review_on__range=(first, last)), "review_on")
    known = _latest(F("starts"), F("signed_last"), F("confirmed_on"))
    open_ended = rows.filter(review_on=None, ends_last=None, is_evergreen=False)
    # From the day after those months its status is "not confirmed".
    yield _after_months(Kind.REVIEW, open_ended, known, CONFIRMED_FOR_MONTHS, first, last)


def _after_months(kind, rows, known, months, first, last) -> Iterator[Key]:
    """``months`` after a day in the past, which ``known`` gives."""
    earliest = NEVER if first == NEVER else months_before(first, months)
    rows = rows.annotate(known=known)
    rows = rows.filter(known__range=(earliest - DAY if earliest > NEVER else earliest,
                                     months_before(last, months)))  # fmt: skip
    for key in _by_day(kind, rows, "known"):
        day = months_before(key.day, -months)
        if first <= day <= last:
            yield Key(day, kind, key.agreement)


def _anniversaries(question):
    rows = question.agreements().filter(terminated_on=None, signed_first=F("signed_last"))
    rows = rows.filter(Q(ends_last=None) | Q(ends_last__gte=question.first))
    for years in ANNIVERSARIES:
        yield _anniversary(rows, years, question.first, question.last)


def _anniversary(rows, years, first, last) -> Iterator[Key]:
    # A day more on each side: 29 February has its anniversary on the 28th.
    earliest, latest = months_before(first, 12 * years), months_before(last, 12 * years)
    near = rows.filter(signed_first__range=(earliest - DAY, latest + DAY))
    for key in _by_day(Kind.ANNIVERSARY, near, "signed_first"):
        day = months_before(key.day, -12 * years)
        if first <= day <= last:
            yield Key(day, Kind.ANNIVERSARY, key.agreement, years)


def _silences(question):
    """In force, and for twelve months no signature, act, event, release or commitment."""
    # Told shortly before: nearly every agreement would be silent in a year, were nothing to happen.
    soon = timezone.localdate() + SILENCE_AHEAD_DAYS * DAY
    first, last = question.begins(Kind.SILENCE), min(question.last, soon)
    in_force = (AgreementStatus.IN_FORCE, AgreementStatus.EXPIRING)
    rows = question.agreements().with_status().filter(status__in=[str(s.value) for s in in_force])
    signed = _latest(F("starts"), F("signed_last"))
    active = Q(pk__in=[])
    for agreement, happened in _activities.values():
        linked = happened().filter((f"{agreement}__isnull", False)).order_by()
        active |= Q(pk__in=linked.values(agreement))
    # Most have nothing but their signature: these the database can put in order by itself.
    quiet = rows.exclude(active)
    yield _after_months(Kind.SILENCE, quiet, signed, SILENT_MONTHS, first, last)
    yield _fallen_silent(rows.filter(active).annotate(known=signed), first, last)


def _fallen_silent(rows, first, last) -> Iterator[Key]:
    latest = _last_activities()
    found = []
    for pk, signed in rows.order_by().values_list("pk", "known"):
        day = months_before(max(signed, latest.get(pk, NEVER)), -SILENT_MONTHS)
        if first <= day <= last:
            found.append(Key(day, Kind.SILENCE, pk))
    yield from sorted(found)


def _last_activities() -> dict[int, datetime.date]:
    latest = {}
    for agreement, happened in _activities.values():
        linked = happened().filter((f"{agreement}__isnull", False)).order_by()
        for pk, day in linked.values_list(agreement).annotate(models.Max("day")):
            latest[pk] = max(day or NEVER, latest.get(pk, NEVER))
    return latest


def _latest(*days):
    """The latest of some days; one that is not known is left out."""
    column = models.DateField()
    known = (Coalesce(day, Value(NEVER), output_field=column) for day in days)
    return Greatest(*known, output_field=column)


SOURCES = {
    Kind.NOTICE: _notices,
    Kind.EXPIRY: _endings,
    Kind.REVIEW: _reviews,
    Kind.ANNIVERSARY: _anniversaries,
    Kind.SILENCE: _silences,
}


def ahead(days: int, **choice) -> Question:
    """From today so many days ahead, with what has been waiting since before."""
    today = timezone.localdate()
    return Question(first=today, last=today + days * DAY, overdue=True, **choice)


def count(question: Question, *, at_most: int = 1000) -> int:
    return sum(1 for _key in islice(keys(question), at_most))


# Deadlines of which owners are told, with the day to count back from.


def deadline(agreement: Agreement) -> datetime.date | None:
    """The last day for notice or, where none is agreed, the end."""
    return agreement.notice_from or agreement.ends_last


def nearing_deadline(today: datetime.date):
    """Agreements whose deadline comes within the months of the first stage."""
    question = Question(first=today, last=months_before(today, -REMINDED_MONTHS))
    window = (question.first, question.last)
    rows = question.agreements().filter(terminated_on=None)
    near = Q(notice_from__range=window) | Q(notice_from=None, ends_last__range=window)
    return rows.filter(near).select_related("owner").prefetch_related("parties__institution")
