"""What the database says of the entries of a directory: counts, and which are worth judging.

It proposes a few hundred entries for a reading, and ``likeness`` orders them. Counts by facet
combination come from one grouped question.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connections, router

from publishing.search.analyzer import query_text
from publishing.search.facets import Counts, values_of
from publishing.search.fulltext import All, Any, Term, by_index
from publishing.search.likeness import Likeness
from publishing.search.models import (
    ENTRY_TEXT,
    FacetCombination,
    SearchEntry,
    SearchName,
    facet_mark,
    kind_mark,
)
from publishing.search.names import NOTABLE_MARK, PUBLIC_MARK
from publishing.search.readings import key_mark

PROPOSED = 100
PROPOSED_NOTABLE = 60
# From this likeness on a name really contains what was typed.
NAMED = 60
# Of facets that last and of those that change.
COMBINATIONS = ("combination_id", "changing_id")
ROWS = 10_000
ORDERS = {"en": "order_en", "zh-hans": "order_zh_hans"}


@dataclass(frozen=True)
class Match:
    """An entry found. ``name`` is the one that matched, None where a place or nothing did."""

    object_id: int
    name: SearchName | None = None
    score: float = 0


@dataclass(frozen=True)
class Reading:
    """One way to read the question."""

    names: All | Any | Term | None
    everywhere: All | Any | Term | None
    corrected: str = ""


def _marked(filters):
    """What the words of an entry hold if it passes."""
    return [
        Any(tuple(Term((facet_mark(facet, value),)) for value in values))
        for facet, values in filters.items()
    ]


class Entries:
    """The entries of one kind, as one reader may see them."""

    def __init__(self, kind, language, public_only, known=None):
        self.kind, self.order, self.public_only = kind, ORDERS[language], public_only
        self.marks = [kind_mark(kind)] + [kind_mark(PUBLIC_MARK)] * public_only
        self.connection = connections[router.db_for_read(SearchEntry)]
        self.known = known or {}

    def counts(self, expression):
        """How many match the expression, under no filters."""
        parts = self._by_combination(expression, {}, COMBINATIONS)
        return Counts(sum(number for _values, number in parts[0].values()), parts)

    def under(self, filters, counts, expression):
        """The same under these: each part anew where there are filters on facets of the other."""
        if not filters or not counts.total:
            return counts
        divided, parts = counts.divided(filters), list(counts.parts)
        for part, column in enumerate(COMBINATIONS):
            if others := divided[1 - part]:
                parts[part] = self._by_combination(expression, others, [column])[0]
        return Counts(counts.total, tuple(parts), divided)

    def _by_combination(self, expression, filters, columns):
        """For each of these columns the combinations of what matches, with numbers."""
        source, params = self._counted(expression, filters)
        numbers = tuple({} for _column in columns)
        with by_index(self.connection) as cursor:
            cursor.execute(self._grouped(columns, source), params)
            for *keys, number in cursor.fetchall():
                for part, key in zip(numbers, keys, strict=True):
                    if key is not None:
                        part[key] = number
        known = self.known
        others = self._values([key for part in numbers for key in part if key not in known])
        return tuple(
            {
                key: (values, number)
                for key, number in part.items()
                if (values := known.get(key) or others.get(key)) is not None
            }
            for part in numbers
        )

    def _grouped(self, columns, source):
        """Numbers by each of these columns, the others empty."""
        if self.connection.vendor == "postgresql":
            names = ", ".join(columns)
            sets = ", ".join(f"({name})" for name in columns)
            return f"SELECT {names}, COUNT(*) {source} GROUP BY GROUPING SETS ({sets})"
        groups = (
            f"SELECT {', '.join(each if each == name else 'NULL' for each in columns)}, COUNT(*) "
            f"FROM found GROUP BY {name}"
            for name in columns
        )
        found = f"WITH found AS MATERIALIZED (SELECT {', '.join(columns)} {source})"
        return f"{found} {' UNION ALL '.join(groups)}"

    def _values(self, keys):
        """The facet values of these combinations, of those that may be seen."""
        rows, values = FacetCombination.objects.filter(kind=self.kind), {}
        rows = rows.filter(is_public=True) if self.public_only else rows
        for start in range(0, len(keys), ROWS):
            part = rows.filter(pk__in=keys[start : start + ROWS])
            values |= {key: values_of(text) for key, text in part.values_list("pk", "values")}
        return values

    def _counted(self, expression, filters):
        """Where the combinations of all that matches stand; kind and rights follow from them."""
        wanted = [expression, *_marked(filters)] if expression else _marked(filters)
        if not wanted:
            return f"FROM {ENTRY_TEXT.table} WHERE kind = %s", [self.kind]
        match, params = ENTRY_TEXT.matching(All(tuple(wanted)), "everything", self.connection)
        if self.connection.vendor == "postgresql":
            return f"FROM {ENTRY_TEXT.index} WHERE {match}", params
        return (
            f"FROM {ENTRY_TEXT.index} CROSS JOIN {ENTRY_TEXT.table} e "
            f"WHERE e.id = {ENTRY_TEXT.index}.rowid AND {match}"
        ), params

    def best(self, reading, query, filters, *, is_broad=False):
        """The proposed entries, the likest first."""
        columns = ("pk", "object_id", "weight", "places", self.order)
        proposed = self._proposed(reading, query, filters, is_broad)
        entries = SearchEntry.objects.filter(pk__in=proposed).values_list(*columns, named=True)
        names = defaultdict(list)
        for name in SearchName.objects.filter(entry__in=proposed).order_by("pk"):
            names[name.entry_id].append(name)
        likenesses = [Likeness(query)]
        if reading.corrected:
            likenesses.append(Likeness(query_text(reading.corrected)))
        judged = [(self._match(entry, names[entry.pk], likenesses), entry) for entry in entries]
        judged.sort(key=lambda pair: (-pair[0].score, getattr(pair[1], self.order), pair[1].pk))
        return [match for match, _entry in judged]

    @staticmethod
    def _match(entry, names, likenesses):
        places = entry.places.split("\n") if entry.places else []
        best, matched = 0, None
        for name in names:
            score = max(likeness.of(name, places) for likeness in likenesses)
            if score > best:
                best, matched = score, name
        together = max(likeness.together(names) for likeness in likenesses)
        if together > best:
            best, matched = together, None
        if any(likeness.is_place(places) for likeness in likenesses):
            # In Cambridge, and named after it: before what is only there.
            best, matched = (max(best, 76) + 2, matched) if best >= NAMED else (76, None)
        return Match(entry.object_id, matched, best + entry.weight)

    def _proposed(self, reading, query, filters, is_broad):
        """Keys of entries worth judging, from one question of several bounded parts."""
        statements, params = [], []
        for number, (expression, group, marks, limit) in enumerate(
            self._questions(reading, query, is_broad)
        ):
            source, values = self._source(expression, group, filters, marks)
            statements.append(f"SELECT id FROM (SELECT e.id {source} LIMIT {limit}) part{number}")
            params += values
        # What matches often is soon met without the index, which would list all of it first.
        with self.connection.cursor() if is_broad else by_index(self.connection) as cursor:
            cursor.execute(" UNION ".join(statements), params)
            return [pk for (pk,) in cursor.fetchall()]

    @staticmethod
    def _questions(reading, query, is_broad):
        """What is proposed: expression, group of columns, marks and the most of it."""
        exact = Any(tuple(Term((key_mark(typed),)) for typed in Likeness(query).keys))
        yield exact, "names", (), PROPOSED
        readings = [(reading.names, "names"), (reading.everywhere, "everything")]
        if is_broad and reading.names:
            # Names alone give more than anybody looks through.
            del readings[1]
        for expression, group in readings:
            if expression:
                yield expression, group, (), PROPOSED
                yield expression, group, (NOTABLE_MARK,), PROPOSED_NOTABLE

    def by_name(self, reading, filters, known, part=""):
        """Keys of what matches and is not among the ``known``, in the order of the alphabet;
        ``part`` is the LIMIT and OFFSET of what is wanted.
        """
        source, params = self._source(reading.everywhere, "everything", filters)
        collation = ' COLLATE "C"' if self.connection.vendor == "postgresql" else ""
        if known:
            source += f" AND e.object_id NOT IN ({', '.join(['%s'] * len(known))})"
            params = [*params, *known]
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT e.object_id {source} ORDER BY e.{self.order}{collation}, e.object_id "
                f"{part}",
                params,
            )
            return [pk for (pk,) in cursor.fetchall()]

    def _source(self, expression, group, filters, marks=()):
        """FROM and WHERE of the matching entries, with parameters."""
        if not expression and not filters and not marks:
            public = "AND e.is_public" if self.public_only else ""
            return f"FROM {ENTRY_TEXT.table} e WHERE e.kind = %s {public}", [self.kind]
        parts = [Term((mark,)) for mark in (*self.marks, *map(kind_mark, marks))]
        parts += _marked(filters)
        if expression:
            parts.append(expression)
        match, params = ENTRY_TEXT.matching(All(tuple(parts)), group, self.connection)
        return (
            f"FROM {ENTRY_TEXT.index} CROSS JOIN {ENTRY_TEXT.table} e "
            f"WHERE e.id = {ENTRY_TEXT.index}.rowid AND {match}"
        ), params
