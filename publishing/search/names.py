"""The index of named things: institutions first, and whatever a chip or a chooser looks up.

An entry has names, places, facet values and a weight. ``publishing.search.ladder`` asks it.
"""

import datetime
import json
from dataclasses import dataclass, field

from django.db.models import Prefetch

from publishing.search import registry, vocabulary
from publishing.search.analyzer import ANALYZER_VERSION, acronym, key, name_tokens, storable
from publishing.search.models import (
    ENTRY_TEXT,
    FacetCombination,
    SearchEntry,
    SearchName,
    SearchTerm,
    facet_mark,
    kind_mark,
)
from publishing.search.readings import joined, key_mark, reading_tokens, syllables

KINDS: dict[str, registry.Registration] = {}

PUBLIC_MARK = "public"
NOTABLE_MARK = "notable"


@dataclass(frozen=True)
class Name:
    """One name. ``role`` weighs it (official, native, abbreviation, alias, former, …)."""

    text: str
    role: str = "official"
    language: str = "en"
    reading: str = ""


@dataclass(frozen=True)
class Entry:
    """What the index knows of one thing. The first name in a language is what it is sorted by.

    ``places`` are names of where it is, ``facets`` the values of each facet, ``changing`` those of
    facets that tell of its relations rather than of itself; they are counted apart. ``weight`` is
    added to the score of a match; a notable one is never lost behind the cut of a broad question.
    ``stale_from`` is the first day on which a facet value may change by itself.
    """

    names: tuple[Name, ...]
    places: tuple[str, ...] = ()
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    changing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    weight: float = 0
    is_notable: bool = False
    is_public: bool = True
    stale_from: datetime.date | None = None


def register(key, model, entry, *, queryset=None, related=None):
    """Makes the rows of ``model`` findable by name as ``key``; see Registration for the rest.

    ``entry(row)`` returns an Entry, or None for a row that nobody finds.
    """
    registry.register(
        KINDS,
        key,
        model,
        read=entry,
        write=_write,
        differences=_differences,
        queryset=queryset,
        related=related,
    )


def reindex(obj):
    registry.registration_of(KINDS, type(obj)).reindex([obj.pk])


def reindex_queryset(queryset):
    """What bulk changes must call, for they send no signal."""
    pks = queryset.values_list("pk", flat=True)
    registry.registration_of(KINDS, queryset.model).reindex(pks)


def stale(kind, today):
    """The keys of what may have changed by itself since it was written."""
    rows = SearchEntry.objects.filter(kind=kind, stale_from__lte=today)
    return rows.values_list("object_id", flat=True)


def _write(kind, entries):
    """Replaces what is known of these rows; ``entries`` by key, None for what nobody finds.

    A row keeps its key, so that a reader who is just being answered misses nothing.
    """
    named = {
        pk: (entry, names)
        for pk, entry in entries.items()
        if entry and (names := _search_names(kind, entry))
    }
    _forget(kind, entries.keys() - named.keys())
    combinations = _combinations(kind, [entry for entry, _names in named.values()])
    rows = SearchEntry.objects.bulk_create(
        [_row(kind, pk, entry, names, combinations) for pk, (entry, names) in named.items()],
        update_conflicts=True,
        unique_fields=IDENTITY,
        update_fields=CONTENT,
    )
    SearchName.objects.filter(entry__in=rows).delete()
    for row in rows:
        for name in named[row.object_id][1]:
            name.entry = row
    SearchName.objects.bulk_create(name for _entry, names in named.values() for name in names)
    ENTRY_TEXT.write((row.pk, _tokens(row, *named[row.object_id])) for row in rows)
    vocabulary.learn(
        SearchTerm.Scope.NAMES,
        (
            text
            for entry, names in named.values()
            for text in (*(name.text for name in names), *entry.places)
        ),
    )
    vocabulary.learn(
        SearchTerm.Scope.READINGS,
        (joined(name.reading) for _entry, names in named.values() for name in names),
    )


def _differences(kind, entries):
    rows = SearchEntry.objects.filter(kind=kind, object_id__in=list(entries))
    stored = {
        row.object_id: (
            row.combination.values,
            row.changing.values,
            row.places,
            row.weight,
            row.analyzer_version,
            [(name.text, name.role, name.key, name.reading) for name in row.names.all()],
        )
        for row in rows.select_related("combination", "changing").prefetch_related(
            Prefetch("names", SearchName.objects.order_by("pk"))
        )
    }
    wanted = {
        pk: (
            _values(entry.facets),
            _values(entry.changing),
            _places(entry),
            entry.weight,
            ANALYZER_VERSION,
            [(name.text, name.role, name.key, name.reading) for name in _search_names(kind, entry)],
        )
        for pk, entry in entries.items()
        if entry and _search_names(kind, entry)
    }
    return {pk for pk in entries if stored.get(pk) != wanted.get(pk)}


IDENTITY = ("kind", "object_id")
CONTENT = [
    field.name for field in SearchEntry._meta.concrete_fields if field.name not in ("id", *IDENTITY)
]


def _forget(kind, pks):
    rows = SearchEntry.objects.filter(kind=kind, object_id__in=list(pks))
    ENTRY_TEXT.erase(rows.values_list("pk", flat=True))
    rows.delete()


def _row(kind, pk, entry, names, combinations):
    return SearchEntry(
        kind=kind,
        object_id=pk,
        is_public=entry.is_public,
        combination=combinations[entry.is_public, _values(entry.facets)],
        changing=combinations[entry.is_public, _values(entry.changing)],
        stale_from=entry.stale_from,
        weight=entry.weight,
        order_en=_order(names, "en"),
        order_zh_hans=_order(names, "zh"),
        places=_places(entry),
        analyzer_version=ANALYZER_VERSION,
    )


def _tokens(row, entry, names):
    return {
        "combination_id": row.combination_id,
        "changing_id": row.changing_id,
        "names": _name_tokens(names),
        "place": [token for place in entry.places for token in name_tokens(place)],
        "marks": _marks(row.kind, entry),
    }


def _places(entry):
    return "\n".join(dict.fromkeys(map(key, entry.places)))


def _search_names(kind, entry):
    return [_search_name(kind, name) for name in entry.names if key(name.text)]


def _search_name(kind, name):
    text = storable(name.text)[:300]
    reading = " ".join(syllables(text, name.reading))
    return SearchName(
        kind=kind,
        text=text,
        role=name.role,
        language=name.language,
        key=key(text)[:300],
        reading=reading[:600],
        acronym=acronym(text),
    )


def _name_tokens(names):
    tokens = []
    for name in names:
        tokens += [*name_tokens(name.text), key_mark(name.key)]
        tokens += [key_mark(name.acronym)] if name.acronym else []
        tokens += reading_tokens(name.reading.split())
    return tokens


def _order(names, language):
    """Sorted by the name in this language, Chinese by its reading; else by any name."""
    name = next((name for name in names if name.language.startswith(language)), names[0])
    return (name.reading.replace(" ", "") or name.key)[:200]


def _combinations(kind, entries):
    """The rows of these entries' combinations of facet values, made where they are new."""
    wanted = {
        (entry.is_public, _values(facets))
        for entry in entries
        for facets in (entry.facets, entry.changing)
    }
    rows = FacetCombination.objects.filter(kind=kind, values__in={each[1] for each in wanted})
    if new := wanted - set(rows.values_list("is_public", "values")):
        FacetCombination.objects.bulk_create(
            [
                FacetCombination(kind=kind, is_public=is_public, values=values)
                for is_public, values in sorted(new)
            ],
            ignore_conflicts=True,
        )
    return {(row.is_public, row.values): row for row in rows.all()}


def _values(facets):
    values = {facet: sorted(set(map(str, own))) for facet, own in facets.items()}
    return json.dumps(values, sort_keys=True)


def _marks(kind, entry):
    marks = [kind_mark(kind)]
    marks += [kind_mark(PUBLIC_MARK)] if entry.is_public else []
    marks += [kind_mark(NOTABLE_MARK)] if entry.is_notable else []
    return marks + [
        facet_mark(facet, value)
        for facet, values in (*entry.facets.items(), *entry.changing.items())
        for value in values
    ]
