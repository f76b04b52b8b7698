"""What a reader asks of the register, and the agreements that answer it, in order."""

import datetime
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from partners import arches
from partners.models import (
    URGENCY,
    Agreement,
    AgreementArea,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    CooperationField,
    Institution,
    Place,
)
from partners.register import (
    LOOKS,
    SORTS,
    agreements_in_order,
    axis_of,
    axis_of_all,
    entries,
    totals_of_all,
)
from publishing.cache.shared import once_per_version
from publishing.editorial import languages

CHUNK = 1000
PARAMETERS = ["status", "on", "kind", "country", "field", "activity", "institution", "year", "sort"]


@dataclass(frozen=True)
class Question:
    """What a reader asks of the register. A value that means nothing is not asked.

    ``day`` is the one whose status is asked for; None is today.
    """

    look: str = ""
    day: datetime.date | None = None
    kind: AgreementKind | None = None
    country: Place | None = None
    field: CooperationField | None = None
    activity: str = ""
    institution: Institution | None = None
    year: int | None = None
    sort: str = "status"

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "Question":
        """From the PARAMETERS of an address."""
        given = {name: params.get(name, "") for name in PARAMETERS}
        look, sort, activity = given["status"], given["sort"], given["activity"]
        countries = Place.objects.filter(parent=None).exclude(country="")
        return cls(
            look=look if look in LOOKS else "",
            day=_day(given["on"]),
            kind=_named(AgreementKind.objects.all(), code=given["kind"]),
            country=_named(countries, country=given["country"]),
            field=_named(CooperationField.objects.all(), slug=given["field"]),
            activity=activity if activity in AgreementArea.Activity.values else "",
            institution=_named(Institution.objects.public(), slug=given["institution"]),
            year=_year(given["year"]),
            sort=sort if sort in SORTS else "status",
        )

    def found(self) -> "Found":
        return Found(self)

    def keys(self) -> QuerySet:
        """The keys of all that is found, in the order asked for."""
        return self._keys_then() if self.day else self._keys_now()

    def conditions(self, prefix: str = "") -> list[Q]:
        """What is asked of an agreement beside its status; an entry has the key of its agreement.

        ``prefix`` stands before the names of the agreement's columns.
        """
        asked = [
            (self.kind, Q((f"{prefix}kind", self.kind))),
            (self.country, Q(pk__in=self._in_country())),
            (self.field, Q((f"{prefix}field", self.field))),
            (self.activity, Q(pk__in=self._with_activity())),
            (self.institution, Q(pk__in=_keys_of_parties(institution=self.institution))),
            (self.year, Q((f"{prefix}signed_first__year", self.year))),
        ]
        return [condition for value, condition in asked if value]

    def name(self) -> str:
        """What a file with the answer is called."""
        return f"agreements-{self.day}" if self.day else "agreements"

    def axis(self) -> arches.Axis:
        """The years of all that is found."""
        return _axis_of(self)

    def _in_country(self):
        code = self.country and self.country.country
        return _keys_of_parties(institution__country=code, institution__is_own=False)

    def _with_activity(self):
        return AgreementArea.objects.filter(activity=self.activity).values("agreement")

    def entries(self):
        """The entries of what is found today, in no order."""
        found = entries().filter(*self.conditions("agreement__"))
        return found.filter(urgency=URGENCY[self.look]) if self.look else found

    def _keys_now(self):
        return self.entries().order_by(*self._order("")).values_list("pk", flat=True)

    def _keys_then(self):
        found = Agreement.objects.public().known_on(self.day).with_status(self.day)
        if self.look:
            found = found.filter(status__in=AgreementStatus.with_look(self.look))
        found = found.filter(*self.conditions())
        if self.sort == "status":
            found = found.by_urgency()
        else:
            found = found.order_by(*self._order("register_entry__"))
        return found.values_list("pk", flat=True)

    def _order(self, prefix):
        orders = {
            "status": ("urgency", "ends"),
            "ends": ("ends",),
            "partner": (languages.column("partner", languages.active()),),
            "field": ("field_order",),
            "signed": ("-signed",),
            "number": (),
        }
        names = (*orders[self.sort], "number")
        return [f"-{prefix}{n[1:]}" if n[0] == "-" else prefix + n for n in names]


class Found:
    """The keys of what is found, as a paginator takes them: counted and cut by the database."""

    def __init__(self, question: Question):
        self.question = question

    def count(self) -> int:
        return _count(self.question)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[int]:
        return list(self.question.keys()[part])


def every_agreement(question: Question) -> Iterator[Agreement]:
    """All that is found, in its order; of what waits only the keys are held."""
    keys = array("q", question.keys().iterator())
    for start in range(0, len(keys), CHUNK):
        yield from agreements_in_order(keys[start : start + CHUNK].tolist(), question.day)


@once_per_version
def _count(question):
    if not question.conditions():
        counts = totals_of_all(question.day)
        return sum(total.count for total in counts if question.look in ("", total.look))
    return question.keys().count() if question.day else _extent(question)["count"]


@once_per_version
def _axis_of(question):
    if question.day:
        return axis_of(Agreement.objects.filter(pk__in=question.keys().order_by()))
    if not (question.look or question.conditions()):
        return axis_of_all()
    extent = _extent(question)
    return arches.even_axis(extent["first"], extent["last"], timezone.localdate())


@once_per_version
def _extent(question):
    """How many are found today, and from when until when, in one pass."""
    return question.entries().aggregate(
        count=Count("pk"), first=Min("first_day"), last=Max("last_day")
    )


def _keys_of_parties(**conditions):
    return AgreementParty.objects.filter(**conditions).values("agreement")


def _named(rows, **value):
    """The row that a value of an address names; PostgreSQL cannot even be asked for a NUL."""
    (text,) = value.values()
    return rows.filter(**value).first() if text and "\0" not in text else None


def _year(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def _day(text):
    """A day in a range within which every rule can count."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year < 2200 and day != timezone.localdate() else None
