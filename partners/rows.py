"""What the directory shows of institutions and of its filters, and the register of agreements,
rendered once for each version of the content: who types, or turns a page, sees many of them again.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Prefetch, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from partners import arches
from partners.directory import Facet, Option, results_of
from partners.models import Agreement, AgreementParty
from partners.register import agreements_in_order, axis_of_all, lines, most_urgent_first
from publishing.cache.shared import each_once_per_version
from publishing.search.entries import Match

# About a kilobyte each, ten, and one and a half.
ROWS, FACETS, AGREEMENTS = 2_000, 200, 1_000
OPTIONS = 40


def with_agreements(institutions):
    """Puts their public agreements with the field on the institutions, the most urgent first."""
    agreements = Agreement.objects.public().for_lines()
    prefetch_related_objects(
        institutions, Prefetch("agreements", agreements, to_attr="public_agreements")
    )
    for institution in institutions:
        institution.public_agreements = most_urgent_first(institution.public_agreements)


def with_counts(institutions):
    """The institutions, each with how many agreements the public sees; one question for all."""
    counts = dict(
        AgreementParty.objects.filter(
            institution__in=institutions, agreement__register_entry__isnull=False
        )
        .order_by()
        .values_list("institution")
        .annotate(count=Count("pk"))
    )
    for institution in institutions:
        institution.agreement_count = counts.get(institution.pk, 0)
    return institutions


def rows_of(matches) -> list[SafeString]:
    """The rows of these matches, in order; one hidden meanwhile is left out."""
    keys = [replace(match, score=0) for match in matches]
    rows = _rows(keys)
    return [rows[key] for key in keys if key in rows]


@each_once_per_version(ROWS)
def _rows(matches):
    results = {result.institution.pk: result for result in results_of(matches)}
    with_agreements([result.institution for result in results.values()])
    axis = axis_of_all()
    return {
        match: render_to_string(
            "partners/_result.html", {"result": results[match.object_id], "axis": axis}
        )
        for match in matches
        if match.object_id in results
    }


@dataclass(frozen=True)
class ShownFacet:
    """A facet as its box shows it. Of very many options the chosen ones and the first are offered,
    for the text finds the others. ``most`` is the count whose bar is full.
    """

    name: str
    label: str
    options: tuple[Option, ...]
    most: int

    def with_shares(self):
        return [(option, round(100 * option.count / self.most)) for option in self.options]


def boxes_of(facets: tuple[Facet, ...]) -> list[SafeString]:
    """The boxes of the facets that have options."""
    most = max((option.count for facet in facets for option in facet.options), default=0) or 1
    shown = [
        ShownFacet(facet.name, facet.label, _offered(facet.options), most)
        for facet in facets
        if facet.options
    ]
    boxes = _boxes(shown)
    return [boxes[facet] for facet in shown]


def _offered(options):
    chosen = (option for option in options[OPTIONS:] if option.is_chosen)
    return (*options[:OPTIONS], *chosen)


@each_once_per_version(FACETS)
def _boxes(facets):
    return {
        facet: render_to_string(
            "partners/_facet.html", {"facet": facet, "options": facet.with_shares()}
        )
        for facet in facets
    }


def match_of(result) -> Match:
    return Match(result.institution.pk, result.matched)


@dataclass(frozen=True)
class RegisterRow:
    """A row of the register; ``has_years`` says that an arch stands in it."""

    html: SafeString
    has_years: bool


@dataclass(frozen=True)
class _Asked:
    """An agreement as it stood on a day, on an axis; in a table with a column of years or not."""

    agreement: int
    day: datetime.date | None
    axis: arches.Axis
    has_years: bool


def register_rows(
    keys: Sequence[int], axis: arches.Axis, day: datetime.date | None
) -> list[RegisterRow]:
    """The rows of these agreements, in order; one hidden meanwhile is left out."""
    found = _asked_rows([_Asked(key, day, axis, True) for key in keys])
    if any(row.has_years for row in found):
        return found
    return _asked_rows([_Asked(key, day, axis, False) for key in keys])


def _asked_rows(asked):
    found = _agreements(asked)
    return [found[one] for one in asked if one in found]


@each_once_per_version(AGREEMENTS)
def _agreements(asked):
    """``asked`` differ by their agreements only."""
    if not asked:
        return {}
    same = asked[0]
    shown = lines(agreements_in_order([one.agreement for one in asked], same.day), same.axis)
    return {
        replace(same, agreement=line.agreement.pk): RegisterRow(
            render_to_string(
                "partners/_agreement_row.html", {"line": line, "has_years": same.has_years}
            ),
            line.arch.arch is not None,
        )
        for line in shown
    }
