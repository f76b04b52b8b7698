"""The public register of agreements: its totals, its lines and its arches."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners import arches, registerindex
from partners.models import (
    URGENCY,
    Agreement,
    AgreementParty,
    AgreementStatus,
    RegisterEntry,
)
from publishing.cache.shared import once_per_version

LOOKS = {
    "active": _("In force"),
    "soon": _("Expires soon"),
    "lapsed": _("Lapsed"),
    "open": pgettext_lazy("agreements", "Other"),
}
SORTS = {
    "status": _("status, then expiry"),
    "ends": _("expiry, soonest first"),
    "partner": pgettext_lazy("sort order", "partner"),
    "field": _("field"),
    "signed": _("signature, newest first"),
    "number": _("number"),
}


def status_of(agreement: Agreement) -> AgreementStatus:
    """Today's status, from the query where it was asked for there."""
    annotated = getattr(agreement, "status", None)
    return AgreementStatus(annotated) if annotated else agreement.status_on()


def first_day(agreement: Agreement) -> datetime.date | None:
    """Where the arch rises: at the signature or, before one, at the announcement."""
    return agreement.signed_first or agreement.effective_first or agreement.announced_first


def last_day(agreement: Agreement) -> datetime.date | None:
    """Where the arch lands: at the end agreed or, once it is over, at an earlier one."""
    days = [agreement.ends_last]
    if status_of(agreement).look == "lapsed":
        days += [agreement.terminated_on, agreement.superseded_on]
    return min((day for day in days if day), default=None)


def span(agreement: Agreement) -> arches.Span | None:
    start = first_day(agreement)
    if start is None:
        return None
    return arches.Span(
        start=start,
        end=last_day(agreement),
        is_evergreen=agreement.is_evergreen,
        look=status_of(agreement).look,
        slot=agreement.field.slot if agreement.field else 1,
    )


def axis_of(agreements) -> arches.Axis:
    """The years that a queryset of agreements needs, from one query."""
    edges = agreements.order_by().aggregate(
        signed=Min("signed_first"),
        effective=Min("effective_first"),
        announced=Min("announced_first"),
        latest=Max("signed_first"),
        last=Max("ends_last"),
    )
    starts = [edges[name] for name in ("signed", "effective", "announced") if edges[name]]
    ends = [edges[name] for name in ("latest", "last") if edges[name]]
    return arches.even_axis(
        min(starts, default=None), max(ends, default=None), timezone.localdate()
    )


def entries():
    """The entries of the register as they stand today."""
    registerindex.catch_up(timezone.localdate())
    return RegisterEntry.objects.all()


@once_per_version
def axis_of_all() -> arches.Axis:
    """The years of the whole register, from both ends of an index each."""
    days = [
        entries().exclude(**{name: None}).order_by(order).values_list(name).first()
        for name, order in (("first_day", "first_day"), ("last_day", "-last_day"))
    ]
    first, last = (found and found[0] for found in days)
    return arches.even_axis(first, last, timezone.localdate())


def most_urgent_first(agreements: list[Agreement]) -> list[Agreement]:
    """The order of ``by_urgency`` for agreements that are here; each gets its ``status``."""
    today = timezone.localdate()
    for one in agreements:
        one.status = one.status_on(today)
    return sorted(
        agreements,
        key=lambda one: (
            URGENCY[status_of(one).look],
            one.ends_last or datetime.date.max,
            one.number,
        ),
    )


@dataclass(frozen=True)
class Line:
    """One row of a table of agreements."""

    agreement: Agreement
    arch: arches.Row


def lines(agreements: Iterable[Agreement], axis: arches.Axis) -> list[Line]:
    today = timezone.localdate()
    return [Line(one, arches.row(span(one), axis, today)) for one in agreements]


@dataclass(frozen=True)
class Total:
    """How many agreements have a look; ``status`` is the one whose mark stands for it."""

    look: str
    label: str
    status: str
    count: int


# The status whose mark stands for the look.
MARKS = {
    "active": AgreementStatus.IN_FORCE,
    "soon": AgreementStatus.EXPIRING,
    "lapsed": AgreementStatus.EXPIRED,
    "open": AgreementStatus.ANNOUNCED,
}


def totals(agreements, day: datetime.date | None = None) -> list[Total]:
    """How many agreements of a queryset have each look on ``day``, from one query."""
    by_status = agreements.with_status(day).order_by().values("status").annotate(n=Count("pk"))
    return _totals({row["status"]: row["n"] for row in by_status})


@once_per_version
def totals_of_all(day: datetime.date | None = None) -> list[Total]:
    """The whole register, as it stands or as it stood on ``day``."""
    if day:
        return totals(Agreement.objects.public().known_on(day), day)
    counted = entries().values_list("urgency").annotate(n=Count("pk")).order_by()
    looks = {urgency: look for look, urgency in URGENCY.items()}
    return _by_look({looks[urgency]: n for urgency, n in counted})


def totals_of(agreements: Iterable[Agreement]) -> list[Total]:
    """The same for agreements that are already here."""
    return _totals(Counter(status_of(agreement).value for agreement in agreements))


def _totals(counts: Mapping[str, int]) -> list[Total]:
    by_look = Counter()
    for status, count in counts.items():
        by_look[AgreementStatus(status).look] += count
    return _by_look(by_look)


def _by_look(counts: Mapping[str, int]) -> list[Total]:
    return [
        Total(look, str(label), MARKS[look].value, counts.get(look, 0))
        for look, label in LOOKS.items()
    ]


def agreements_in_order(keys: list[int], day: datetime.date | None = None) -> list[Agreement]:
    """These agreements with what a line shows, with their status on ``day``.

    One hidden meanwhile is left out.
    """
    parties = Prefetch("parties", AgreementParty.objects.for_lines())
    rows = Agreement.objects.public().for_lines().prefetch_related(parties)
    found = (rows.prefetch_related("states") if day else rows).in_bulk(keys)
    day = day or timezone.localdate()
    for agreement in found.values():
        agreement.status = agreement.status_on(day)
    return [found[key] for key in keys if key in found]
