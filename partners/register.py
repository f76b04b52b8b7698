"""The public register of agreements: what is asked of it, its totals and its arches."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Max, Min, OuterRef, Prefetch, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners import arches
from partners.models import (
    URGENCY,
    Agreement,
    AgreementParty,
    AgreementStatus,
    CooperationField,
    Institution,
)
from publishing.cache.shared import once_per_version
from publishing.editorial import languages

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


@once_per_version
def axis_of_all() -> arches.Axis:
    """The years of the whole register."""
    return axis_of(Agreement.objects.public())


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
    return totals(_standing(day), day)


def _standing(day):
    public = Agreement.objects.public()
    return public.known_on(day) if day else public


def totals_of(agreements: Iterable[Agreement]) -> list[Total]:
    """The same for agreements that are already here."""
    return _totals(Counter(status_of(agreement).value for agreement in agreements))


def _totals(counts: Mapping[str, int]) -> list[Total]:
    by_look = Counter()
    for status, count in counts.items():
        by_look[AgreementStatus(status).look] += count
    return [
        Total(look, str(label), MARKS[look].value, by_look[look]) for look, label in LOOKS.items()
    ]


@dataclass(frozen=True)
class Question:
    """What a reader asks of the register. A value that means nothing is not asked.

    ``day`` is the one whose status is asked for; None is today.
    """

    look: str = ""
    day: datetime.date | None = None
    kind: str = ""
    field: CooperationField | None = None
    institution: Institution | None = None
    year: int | None = None
    sort: str = "status"

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "Question":
        """From the parameters of an address: status, on, kind, field, institution, year, sort."""
        look, kind, year = (params.get(name, "") for name in ("status", "kind", "year"))
        field, institution = params.get("field", ""), params.get("institution", "")
        sort = params.get("sort", "")
        return cls(
            look=look if look in LOOKS else "",
            day=_day(params.get("on", "")),
            kind=kind if kind in Agreement.Kind.values else "",
            field=CooperationField.objects.filter(slug=field).first() if field else None,
            institution=Institution.objects.public().filter(slug=institution).first()
            if institution
            else None,
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
            sort=sort if sort in SORTS else "status",
        )

    def agreements(self):
        """The public agreements asked for, in the order asked for, annotated ``status``."""
        found = _standing(self.day).with_status(self.day)
        if self.look:
            found = found.filter(status__in=AgreementStatus.with_look(self.look))
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.field:
            found = found.filter(field=self.field)
        if self.institution:
            found = found.filter(institutions=self.institution)
        if self.year:
            found = found.filter(signed_first__year=self.year)
        return self._sorted(found)

    def keys(self) -> list[int]:
        """The keys of all that is found, in order."""
        return _keys_found(self)

    def name(self) -> str:
        """What a file with the answer is called."""
        return f"agreements-{self.day}" if self.day else "agreements"

    def axis(self) -> arches.Axis:
        """The years of all that is found."""
        return _axis_found(self)

    def _sorted(self, found):
        ends = Coalesce("ends_last", Value(datetime.date.max))
        match self.sort:
            case "ends":
                return found.order_by(ends, "number")
            case "partner":
                return found.annotate(partner=first_partner()).order_by("partner", "number")
            case "field":
                order = F("field__order").asc(nulls_last=True)
                return found.order_by(order, "field", "number")
            case "signed":
                return found.order_by(F("signed_last").desc(nulls_last=True), "number")
            case "number":
                return found.order_by("number")
            case _:
                return found.by_urgency()


def _day(text):
    """A day in a range within which every rule can count."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year < 2200 and day != timezone.localdate() else None


@once_per_version
def _keys_found(question):
    return list(question.agreements().values_list("pk", flat=True))


@once_per_version
def _axis_found(question):
    return axis_of(question.agreements())


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


def first_partner() -> Subquery:
    """The name of the first party that is not the office, in the reader's language first."""
    here = languages.active()
    codes = (here, languages.other(here))
    names = [f"institution__{languages.column('name', code)}" for code in codes]
    labels = [languages.column("label", code) for code in codes]
    parties = AgreementParty.objects.filter(agreement=OuterRef("pk")).exclude(
        institution__is_own=True
    )
    filled = [NullIf(column, Value(""), output_field=CharField()) for column in names + labels]
    named = parties.annotate(shown=Coalesce(*filled, Value(""), output_field=CharField()))
    return Subquery(named.order_by("order", "pk").values("shown")[:1])
