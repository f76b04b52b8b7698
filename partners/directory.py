"""The partner directory: search, filters with counts, and the page of institutions they give."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.index import KIND
from partners.models import (
    AgreementKind,
    CooperationField,
    Institution,
    InstitutionName,
    InstitutionType,
    Place,
)
from partners.register import LOOKS
from publishing.cache.models import current
from publishing.cache.shared import once_per_version
from publishing.editorial import languages
from publishing.search import ladder, names
from publishing.search.analyzer import QUERY_CHARACTERS, key
from publishing.search.entries import Match
from publishing.search.models import SearchName

PAGE_SIZE = 20
ELSEWHERE = 5
CHUNK = 1000
FACETS = ("type", "country", "city", "status", "agreement", "field")
# A query that is the name of one of these becomes that filter, the first that fits.
NAMEABLE = ("country", "city", "type")


@dataclass(frozen=True)
class DirectoryFilters:
    """The values wanted in each facet: any of them, in every facet that names some."""

    country: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    field: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query):
        """From the parameters of an address; each may stand several times."""
        return cls(**{facet: tuple(dict.fromkeys(query.getlist(facet)))[:40] for facet in FACETS})

    def chosen(self):
        return {facet: values for facet in FACETS if (values := getattr(self, facet))}


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Chip:
    """A filter that is on. ``from_text`` says that the query itself became this filter."""

    facet: str
    value: str
    label: str
    from_text: bool = False


@dataclass(frozen=True)
class DirectoryResult:
    """An institution found. ``matched`` is the name that answered the query, where that is not
    one of the two that stand on its page; its ``role`` is a kind of InstitutionName.
    """

    institution: Institution
    matched: SearchName | None = None

    @property
    def matched_as(self):
        """The word before the name that matched; a plain alias needs none."""
        is_former = self.matched and self.matched.role == InstitutionName.Kind.FORMER
        return pgettext("before an earlier name", "formerly") if is_former else ""


@dataclass(frozen=True)
class DirectoryPage:
    """``total`` institutions of all ``partners`` pass; ``elsewhere`` are some that bear the name
    of the place that became a filter, but lie outside it.
    """

    matches: tuple[Match, ...]
    elsewhere: tuple[DirectoryResult, ...]
    facets: tuple[Facet, ...]
    chips: tuple[Chip, ...]
    total: int
    partners: int
    corrected: str
    page: int
    pages: int

    @cached_property
    def results(self) -> tuple[DirectoryResult, ...]:
        return results_of(self.matches)


def search_institutions(
    text, filters=None, *, language, page=1, start=None, size=PAGE_SIZE
) -> DirectoryPage:
    """One page of the public directory, in the reader's language. Any text gives an answer.

    ``start`` asks from a place instead of for the whole page of a number.
    """
    labels = current_labels(language)
    chosen = labels.known((filters or DirectoryFilters()).chosen())
    named = labels.named(text)
    effective = {**chosen, **named}
    answer = ladder.ask(
        KIND,
        text,
        filters=effective,
        language=language,
        start=(page - 1) * size if start is None else start,
        count=size,
        orders_only=bool(named),
        everything=labels.everything,
    )
    return DirectoryPage(
        matches=answer.matches,
        elsewhere=_elsewhere(text, chosen, named, language) if named else (),
        facets=labels.facets(answer.counts, effective) if text or effective else labels.all,
        chips=labels.chips(effective, named),
        total=answer.total,
        partners=labels.partners,
        corrected=answer.corrected,
        page=page,
        pages=-(-answer.total // size),
    )


def every_institution(text, filters, *, language) -> Iterator[list[Institution]]:
    """All institutions that the directory finds, in its order, in lists of a bounded length."""
    labels = current_labels(language)
    chosen, named = labels.known(filters.chosen()), labels.named(text)
    keys = ladder.keys(
        KIND, text, filters={**chosen, **named}, language=language, orders_only=bool(named)
    )
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        found = Institution.objects.public().partners().for_list().in_bulk(part)
        yield [found[pk] for pk in part if pk in found]


def suggest(text, *, language, count=8) -> tuple[DirectoryResult, ...]:
    """The institutions whose names the text may become, while it is being typed."""
    return results_of(ladder.named(KIND, text, language=language)[:count])


def results_of(matches) -> tuple[DirectoryResult, ...]:
    shown = Institution.objects.public().partners().for_list()
    institutions = shown.in_bulk([match.object_id for match in matches])
    return tuple(
        DirectoryResult(institution, _other_name(institution, match.name))
        for match in matches
        if (institution := institutions.get(match.object_id))
    )


def _other_name(institution, name):
    own = (institution.name_en, institution.name_zh_hans)
    return name if name and name.text not in own else None


def _elsewhere(text, chosen, named, language):
    matches = ladder.named(KIND, text, filters=chosen, language=language)[:PAGE_SIZE]
    outside = [result for result in results_of(matches) if not _lies_in(result.institution, named)]
    return tuple(outside[:ELSEWHERE])


def _lies_in(institution, named):
    values = {
        "country": {str(institution.country)},
        "city": {str(institution.city_id)},
        "type": {kind.code for kind in institution.types.all()},
    }
    return any(values[facet] & set(wanted) for facet, wanted in named.items())


_kept = {}


def current_labels(language):
    """The labels of the directory as it stands, kept until public content or the day changes.

    Inside a transaction only the page cache knows what is seen: a transaction that writes may be
    rolled back, and its number used again.
    """
    today = timezone.localdate()
    _refresh(today)
    if connection.in_atomic_block:
        return labels_in_snapshot(language)
    state = (current(), today)
    kept = _kept.get(language)
    if kept is None or kept[0] != state:
        kept = _kept[language] = (state, Labels(language))
    return kept[1]


@once_per_version
def _refresh(today):
    names.KINDS[KIND].refresh(names.stale(KIND, today))


@once_per_version
def labels_in_snapshot(language):
    return Labels(language)


class Labels:
    """What the values of the facets are called, and which of them occur."""

    def __init__(self, language):
        self.column = languages.column("name", language)
        self.other = languages.column("name", languages.other(language))
        self.everything = ladder.counts_of_all(KIND)
        self.partners = self.everything.passing
        occurring = self.everything.by_facet()
        countries = Place.objects.filter(parent=None).exclude(country="")
        self.names = {
            "type": self._texts(InstitutionType.objects.all(), "code"),
            "country": self._texts(countries, "country"),
            "city": self._texts(Place.objects.filter(pk__in=list(occurring["city"])), "pk"),
            "status": dict.fromkeys(LOOKS, ()),
            "agreement": self._texts(AgreementKind.objects.all(), "code"),
            "field": self._texts(CooperationField.objects.all(), "slug"),
        }
        self.occurring = {
            facet: [value for value in named if value in occurring[facet]]
            for facet, named in self.names.items()
        }
        self.by_key = self._by_key()

    @cached_property
    def all(self):
        """The facets while nothing is asked or chosen."""
        return self.facets(self.everything, {})

    def _by_key(self):
        """The filter that a name of a country, city or type stands for; the first facet wins."""
        found = {}
        for facet in NAMEABLE:
            own = {}
            for value in self.occurring[facet]:
                for text in filter(None, self.names[facet][value]):
                    own.setdefault(key(text), {})[value] = None
            found = {typed: {facet: tuple(values)} for typed, values in own.items()} | found
        return found

    def _texts(self, rows, value):
        columns = (value, self.column, self.other)
        return {str(row[0]): row[1:] for row in rows.values_list(*columns)}

    def label(self, facet, value):
        if facet == "status":
            return str(LOOKS[value])
        return next(filter(None, self.names[facet][value]), value)

    def known(self, chosen):
        """Without values that do not exist: an invented address filters by nothing."""
        kept = {
            facet: tuple(value for value in values if value in self.names[facet])
            for facet, values in chosen.items()
        }
        return {facet: values for facet, values in kept.items() if values}

    def named(self, text):
        """The filter that ``text`` is the name of, in either language."""
        return self.by_key.get(key(text[:QUERY_CHARACTERS]), {})

    def facets(self, counts, effective):
        counts = counts.by_facet()
        return tuple(
            Facet(facet, facet_label(facet), self._options(facet, counts, effective))
            for facet in FACETS
        )

    def _options(self, facet, counts, effective):
        found, chosen = counts.get(facet, {}), effective.get(facet, ())
        values = dict.fromkeys([*self.occurring[facet], *chosen])
        options = [
            Option(value, self.label(facet, value), found.get(value, 0), value in chosen)
            for value in values
        ]
        if facet == "status":
            order = list(LOOKS)
            return tuple(sorted(options, key=lambda option: order.index(option.value)))
        return tuple(sorted(options, key=lambda option: (-option.count, option.label)))

    def chips(self, effective, named):
        return tuple(
            Chip(facet, value, self.label(facet, value), value in named.get(facet, ()))
            for facet in FACETS
            for value in effective.get(facet, ())
        )


def facet_label(facet):
    return {
        "type": pgettext("of an institution", "Kind"),
        "country": _("Country"),
        "city": _("City"),
        "status": pgettext("facet of the directory", "Agreement"),
        "agreement": _("Kind of agreement"),
        "field": _("Field"),
    }[facet]
