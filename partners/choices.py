"""What occurs on the register, for the form of its filters: a large one is never read through."""

from django.db.models import Exists, OuterRef

from partners.models import (
    Agreement,
    AgreementArea,
    AgreementKind,
    AgreementParty,
    CooperationField,
    Institution,
    Place,
)
from publishing.cache.shared import once_per_version
from publishing.editorial import languages


@once_per_version
def choices(language):
    """Kinds, countries, fields, activities and years, each value with what it is called."""
    return {
        "kinds": _named(AgreementKind.objects.filter(_occurs(kind=OuterRef("code"))), "code"),
        "countries": sorted(_named(_countries(), "country"), key=lambda pair: pair[1]),
        "fields": _named(CooperationField.objects.filter(_occurs(field=OuterRef("pk"))), "slug"),
        "activities": _activities(),
        "years": _years(),
    }


def _occurs(**conditions):
    return Exists(Agreement.objects.public().filter(**conditions))


def _named(rows, value):
    return [(str(getattr(row, value)), languages.first_text(row, "name")) for row in rows]


def _countries():
    parties = AgreementParty.objects.filter(
        institution=OuterRef("pk"), agreement__register_entry__isnull=False
    )
    partners = Institution.objects.filter(
        Exists(parties), is_own=False, country=OuterRef("country")
    )
    return Place.objects.filter(Exists(partners), parent=None).exclude(country="")


def _activities():
    rows = AgreementArea.objects.filter(agreement__register_entry__isnull=False)
    values = AgreementArea.Activity.values
    found = _occurring({value: Exists(rows.filter(activity=value)) for value in values})
    return [(value, label) for value, label in AgreementArea.Activity.choices if value in found]


def _years():
    """Each year between the first and the last is looked up: telling them apart reads every row."""
    signed = Agreement.objects.public().exclude(signed_first=None)
    ends = [
        signed.order_by(order).values_list("signed_first", flat=True).first()
        for order in ("signed_first", "-signed_first")
    ]
    if None in ends:
        return []
    years = range(ends[0].year, ends[1].year + 1)
    asked = {f"y{year}": Exists(signed.filter(signed_first__year=year)) for year in years}
    found = _occurring(asked)
    return [year for year in reversed(years) if f"y{year}" in found]


def _occurring(asked):
    """The names of those that are true, from one query."""
    # One row to hang the questions on; the usual order would sort them all.
    row = Agreement.objects.order_by("pk").annotate(**asked).values(*asked).first() or {}
    return {name for name, is_true in row.items() if is_true}
