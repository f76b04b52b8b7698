"""Answers what a reader types into a directory: names first, then places, then near misses.

The database proposes a few hundred entries, ``likeness`` orders them, and what lies behind them
follows by name. Counts by facet combination come from one grouped question.
"""

import itertools
from array import array
from collections import defaultdict
from dataclasses import dataclass

from django.db import connections, router

from publishing.search import vocabulary
from publishing.search.analyzer import (
    NAME_CONNECTORS,
    content_runs,
    dense_tokens,
    key,
    pairs,
    plain_word,
    query_text,
)
from publishing.search.facets import Counts, values_of
from publishing.search.fulltext import All, Any, Term, by_index
from publishing.search.likeness import WHOLE_WORDS, Likeness, spellings_of
from publishing.search.models import (
    ENTRY_TEXT,
    FacetCombination,
    SearchEntry,
    SearchName,
    SearchTerm,
    facet_mark,
    kind_mark,
)
from publishing.search.names import NOTABLE_MARK, PUBLIC_MARK
from publishing.search.readings import key_mark, looks_read, reading_mark

# What matches so often is met by walking the keys, and far more is proposed by name than shown.
BROAD = 5_000
PROPOSED = 100
PROPOSED_NOTABLE = 60
FEW = 3
# From this likeness on a name really contains what was typed.
NAMED = 60
ANY_TERMS = 32
TERMS = SearchTerm.Scope.NAMES
NOTHING = Counts(0, ({}, {}))
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
class Answer:
    """A page of matches. ``counts`` tell how many the text matches under the filters, by facet;
    ``corrected`` is the text meant where the typed one found nothing.
    """

    matches: tuple[Match, ...]
    total: int
    counts: Counts
    corrected: str = ""


@dataclass(frozen=True)
class Reading:
    """One way to read the question."""

    names: All | Any | Term | None
    everywhere: All | Any | Term | None
    corrected: str = ""


def ask(
    kind,
    text,
    *,
    filters=None,
    language="en",
    start=0,
    count=20,
    public_only=True,
    orders_only=False,
    everything=None,
) -> Answer:
    """The entries of ``kind`` that match ``text``, from number ``start`` on.

    ``filters`` gives the wanted values of each facet: any of them, in every facet. An empty text
    matches everything; a text of which nothing can be searched matches nothing. With
    ``orders_only`` the text selects nothing, because it has become a filter; it still puts first
    what it names. ``everything`` is what ``counts_of_all`` gives, where the caller has it.
    """
    found = _find(
        kind, text, filters, language, public_only, orders_only=orders_only, everything=everything
    )
    if found is None:
        return Answer((), 0, NOTHING)
    total, best = found.counts.passing, found.best
    matches = best[start : start + count]
    if start + len(matches) < total and len(matches) < count:
        behind = max(0, start - len(best))
        pks = found.behind(f"LIMIT {count - len(matches)} OFFSET {behind}")
        matches += map(Match, pks)
    return Answer(tuple(matches), total, found.counts, found.reading.corrected)


def keys(kind, text, *, filters=None, language="en", orders_only=False) -> array:
    """The keys of all public entries that match, in the order of ``ask``: eight bytes for each."""
    found = _find(kind, text, filters, language, public_only=True, orders_only=orders_only)
    if found is None:
        return array("q")
    return array("q", [*(match.object_id for match in found.best), *found.behind()])


@dataclass(frozen=True)
class _Found:
    """What answers a question: the entries proposed, the likest first, and all others by name."""

    directory: "_Directory"
    reading: Reading
    filters: dict
    counts: Counts
    best: list[Match]

    def behind(self, part=""):
        known = [match.object_id for match in self.best]
        return self.directory.by_name(self.reading, self.filters, known, part)


def _find(kind, text, filters, language, public_only, *, orders_only=False, everything=None):
    """None for a text of which nothing can be searched."""
    query = query_text(text)
    if text.strip() and not query:
        return None
    directory = _Directory(kind, language, public_only, everything and everything.values)
    if orders_only or not query:
        reading = Reading(_strict(query).names if query else None, None)
        counts = directory.counts(None) if everything is None else everything
    else:
        reading, counts = _read(directory, query)
    filters = {facet: values for facet, values in (filters or {}).items() if values}
    counts = directory.under(filters, counts, reading.everywhere)
    best = []
    if query and counts.passing:
        best = directory.best(reading, query, filters, is_broad=counts.total > BROAD)
    return _Found(directory, reading, filters, counts, best)


def counts_of_all(kind) -> Counts:
    """Of everything public of this kind."""
    return _Directory(kind, "en", public_only=True).counts(None)


def named(kind, text, *, filters=None, language="en"):
    """The public entries whose own names contain ``text``, the likest first, as far as proposed."""
    query = query_text(text)
    if not query:
        return []
    best = _Directory(kind, language, public_only=True).best(
        Reading(_strict(query).names, None), query, filters or {}
    )
    return [match for match in best if match.name and match.score >= NAMED]


def _read(directory, query):
    """The strictest reading that finds a few, with the counts of what it finds."""
    strict = _strict(query)
    counts = directory.counts(strict.everywhere)
    if counts.total >= FEW:
        return strict, counts
    near = _near(query, strict, counts.total)
    counts = directory.counts(near.everywhere) if near != strict else counts
    if counts.total or not (terms := _any_terms(query)):
        return near, counts
    return Reading(None, Any(terms)), directory.counts(Any(terms))


def _strict(query):
    runs = content_runs(query, NAME_CONNECTORS)
    clauses = list(_clauses(runs))
    keys = _shortest(Likeness(query).keys)
    whole = [Term((key_mark(typed),), prefix=len(typed) > 1) for typed in keys]
    if joined := _joined_latin(query):
        whole.append(Term((reading_mark(joined),), prefix=True))
    expression = Any((All(tuple(clauses)), *whole))
    return Reading(expression, expression)


def _clauses(runs):
    """One for each run; syllables that are typed apart also count as the reading they make."""
    for is_read, block in itertools.groupby(runs, _is_read):
        block = list(block)
        single = [_clause(run, is_last=run is runs[-1]) for run in block]
        if is_read and 1 < len(block) < len(runs):
            reading = "".join(plain_word(run.text) for run in block)
            yield Any((All(tuple(single)), Term((reading_mark(reading),), prefix=True)))
        else:
            yield from single


def _is_read(run):
    return not run.dense and looks_read(plain_word(run.text))


def _clause(run, *, is_last):
    if run.dense:
        return _dense_term(run.text)
    word = plain_word(run.text)
    spellings = spellings_of(word)
    if is_last and word not in WHOLE_WORDS:
        others = (spelling for spelling in spellings if not spelling.startswith(word))
        terms = [Term((word,), prefix=True), *(Term((other,)) for other in others)]
    else:
        terms = [Term((spelling,)) for spelling in spellings]
    if len(word) > 3:
        terms.append(Term((reading_mark(word),), prefix=True))
    return Any(tuple(terms))


def _shortest(keys):
    """Without keys that begin with another one: what begins with them begins with that."""
    return [each for each in keys if not any(each.startswith(k) and each != k for k in keys)]


def _dense_term(text):
    """All pairs of a name, wherever they stand: likeness tells what is written side by side."""
    if len(text) == 1:
        return Term((text,), prefix=True)
    return All(tuple(Term((pair,)) for pair in dict.fromkeys(pairs(text))))


def _joined_latin(query):
    joined = "" if any(run.dense for run in query.runs) else key(query.folded)
    return joined if len(joined) >= 3 else ""


def _near(query, strict, found):
    """Also corrected words, words only begun, and Chinese characters in any order."""
    runs = content_runs(query, NAME_CONNECTORS)
    meant, clauses = {}, []
    for run in runs:
        if run.dense:
            clauses.append(All(tuple(Term((c,), prefix=True) for c in dict.fromkeys(run.text))))
            continue
        word = plain_word(run.text)
        near = vocabulary.suggestions(TERMS, word)
        meant[run] = near
        terms = [Term((spelling,)) for spelling in (*spellings_of(word), *near)]
        if len(word) > 2:
            terms.append(Term((word,), prefix=True))
        clauses.append(Any(tuple(terms)))
    loose = All(tuple(clauses))
    readings = _near_readings(query)
    corrected = readings[0] if readings and not found else ""
    if not found and any(meant.values()):
        corrected = " ".join((meant.get(run) or [run.text])[0] for run in runs)
    meant_readings = (Term((reading_mark(each),), prefix=True) for each in readings)
    either = Any((strict.everywhere, loose, *meant_readings))
    return Reading(either, either, corrected)


def _near_readings(query):
    """Readings of whole names that the reader may have meant to type."""
    typed = _joined_latin(query)
    return vocabulary.suggestions(SearchTerm.Scope.READINGS, typed) if typed.isascii() else []


def _any_terms(query):
    terms = []
    for run in content_runs(query, NAME_CONNECTORS):
        if run.dense:
            terms += [Term((token,)) for token in dense_tokens(run.text)[:-1]]
        else:
            word = plain_word(run.text)
            terms += [Term((each,)) for each in (word, *vocabulary.suggestions(TERMS, word))]
    return tuple(dict.fromkeys(terms))[:ANY_TERMS]


def _marked(filters):
    """What the words of an entry hold if it passes."""
    return [
        Any(tuple(Term((facet_mark(facet, value),)) for value in values))
        for facet, values in filters.items()
    ]


class _Directory:
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
