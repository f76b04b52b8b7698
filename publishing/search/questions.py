"""Answers a reader's question to the site search.

Strict matching first, then the last word as a beginning, then corrected words, then any word. The
database gives a window of the newest matches; the order inside it is made here, so that both
databases answer alike and no ranking function ever walks all matches.
"""

import datetime
from collections import Counter
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connections, router
from django.db.models.functions import Substr
from django.utils import timezone

from publishing.search import vocabulary
from publishing.search.analyzer import (
    STOP_WORDS,
    content_runs,
    fold,
    key,
    pairs,
    plain_word,
    query_text,
    stem,
)
from publishing.search.fulltext import All, Any, Term, by_index, by_key, tokens_of
from publishing.search.models import (
    DOCUMENT_TEXT,
    SearchDocument,
    SearchTerm,
    kind_mark,
    language_mark,
)
from publishing.search.registry import Registration
from publishing.search.snippets import Segment, highlight, snippet

KINDS: dict[str, Registration] = {}

WINDOW = 300
# A window need not be full. What is so common that enough of it is among so many of the newest is
# looked for there: first by walking them, then with the index.
ENOUGH, WALKED, FAR = 120, 4_000, 60_000
COUNTED = 1_000
# What matches a larger share of all is counted by walking, too.
COMMON = 0.08
MAX_POSITION = 2**63 - 1
PAGE_SIZE = 20
READ_CLOSELY = 60
CLOSE_CHARACTERS = 2_000
ANY_TERMS = 32

STRICT, PREFIX, CORRECTED, ANY = "strict", "prefix", "corrected", "any"
TERMS = SearchTerm.Scope.DOCUMENTS


@dataclass(frozen=True)
class Hit:
    """One thing found, in the language in which it is shown."""

    kind: str
    object_id: int
    language: str
    date: datetime.date | None
    url_name: str
    url_kwargs: dict
    title: list[Segment]
    snippet: list[Segment]


@dataclass(frozen=True)
class Results:
    """A page of hits. ``corrected`` is the text that was searched instead of the typed one;
    ``capped`` says that there are more than ``total``. Counts ignore the filter by kind.
    """

    hits: tuple[Hit, ...] = ()
    counts_by_kind: dict[str, int] | None = None
    total: int = 0
    capped: bool = False
    step: str = STRICT
    corrected: str = ""
    page: int = 1
    pages: int = 0


@dataclass(frozen=True)
class Scope:
    """What a question may find: visible now, and inside the reader's filters."""

    now: datetime.datetime
    kind: str | None = None
    year: int | None = None
    language: str | None = None
    floor: int = 0

    def of_kind(self, kind):
        return replace(self, kind=kind)

    def newest(self, number, connection):
        """The same, and only the so many newest documents; all where there are no more."""
        end = _begin_of(self.year + 1) if self.year else MAX_POSITION
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT position FROM {DOCUMENT_TEXT.table} WHERE position < %s "
                f"ORDER BY position DESC LIMIT 1 OFFSET {number}",
                [end],
            )
            found = cursor.fetchone()
        return replace(self, floor=found[0] if found else 0)

    def sql(self, expression, group, connection):
        """FROM and WHERE of the matching documents, with parameters."""
        marks = [kind_mark(self.kind)] if self.kind else []
        marks += [language_mark(self.language)] if self.language else []
        expression = All((expression, *(Term((mark,)) for mark in marks)))
        match, params = DOCUMENT_TEXT.matching(expression, group, connection)
        now = connection.ops.adapt_datetimefield_value(self.now)
        conditions = [match, "d.visible_from <= %s"]
        conditions += ["(d.visible_until IS NULL OR d.visible_until > %s)"]
        params += [now, now]
        if first := max(_begin_of(self.year) if self.year else 0, self.floor):
            conditions += [f"{DOCUMENT_TEXT.index}.rowid >= %s"]
            params += [first]
        if self.year:
            conditions += [f"{DOCUMENT_TEXT.index}.rowid < %s"]
            params += [_begin_of(self.year + 1)]
        # CROSS JOIN keeps SQLite from turning the two around.
        return (
            f"FROM {DOCUMENT_TEXT.index} CROSS JOIN {DOCUMENT_TEXT.table} d "
            f"WHERE d.position = {DOCUMENT_TEXT.index}.rowid AND {' AND '.join(conditions)}"
        ), params


def _begin_of(year):
    return datetime.date(year, 1, 1).toordinal() << 32


@dataclass(frozen=True)
class Step:
    """One way to read the question: what the database is asked, and what is marked and shown."""

    name: str
    text: str
    expression: All | Any


def search_documents(
    text, *, language, kind=None, year=None, only_language=None, page=1, now=None
) -> Results:
    """What is public and matches ``text``; ``language`` is the reader's.

    ``kind`` and ``only_language`` are keys that the caller has checked, ``year`` a year of the
    calendar. Any text gives an answer; work is bounded whatever the text.
    """
    connection = connections[router.db_for_read(SearchDocument)]
    scope = Scope(now or timezone.now(), None, year, only_language)
    for step in _steps(text):
        counts, capped = _counts(step.expression, scope, connection)
        if counts:
            break
    else:
        return Results(counts_by_kind={}, page=page)
    found = _ranked(step, scope.of_kind(kind), language, connection)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        hits=_hits(shown, step),
        counts_by_kind=counts,
        total=counts.get(kind, 0) if kind else min(sum(counts.values()), COUNTED),
        capped=kind in capped if kind else bool(capped) or sum(counts.values()) > COUNTED,
        step=step.name,
        corrected=step.text if step.name == CORRECTED else "",
        page=page,
        pages=-(-len(found) // PAGE_SIZE),
    )


def ranked_keys(text, *, kind, language, now=None) -> list[int]:
    """Keys of what is public and matches all of ``text``, the likest first, as far as proposed."""
    connection = connections[router.db_for_read(SearchDocument)]
    scope = Scope(now or timezone.now(), kind)
    for step in _steps(text):
        if step.name != ANY and (pks := _ranked(step, scope, language, connection)):
            rows = SearchDocument.objects.in_bulk(pks)
            return [rows[pk].object_id for pk in pks if pk in rows]
    return []


def _steps(text):
    query = query_text(text)
    runs = [run for run in query.runs if run.dense or plain_word(run.text) not in STOP_WORDS]
    if not runs:
        return
    strict = tuple(map(_term, runs))
    yield Step(STRICT, text, All(strict))
    if not runs[-1].dense:
        beginning = plain_word(runs[-1].text)
        yield Step(PREFIX, text, All((*strict[:-1], _beginning(beginning))))
    yield from _corrected_steps(text, runs)
    if len(parts := _parts(runs)) > 1:
        yield Step(ANY, text, Any(parts))


def beginning_step(query):
    """The whole question as the beginning of a title, or None where nothing can be searched."""
    runs = content_runs(query, STOP_WORDS)
    if not runs:
        return None
    terms = list(map(_term, runs))
    if not runs[-1].dense:
        terms[-1] = _beginning(plain_word(runs[-1].text))
    return Step(PREFIX, query.folded, All(tuple(terms)))


def _term(run):
    if not run.dense:
        return Term((stem(plain_word(run.text)),))
    if len(run.text) == 1:
        return Term((run.text,), prefix=True)
    return Term(tuple(pairs(run.text)))


def _beginning(word):
    """A word as typed so far: itself as a beginning, and the stems of the words it may become."""
    stems = dict.fromkeys(map(stem, [word, *vocabulary.completions(TERMS, word)]))
    return Any((Term((word,), prefix=True), *(Term((each,)) for each in stems)))


def _corrected_steps(text, runs):
    """The words that occur nowhere replaced by near ones, the nearest first."""
    words = [plain_word(run.text) for run in runs if not run.dense]
    unknown = vocabulary.unknown(TERMS, words)
    choices = {word: vocabulary.suggestions(TERMS, word) for word in unknown}
    choices = {word: near for word, near in choices.items() if near}
    for rank in range(max(map(len, choices.values()), default=0)):
        meant = {word: near[min(rank, len(near) - 1)] for word, near in choices.items()}
        texts = [meant.get(plain_word(run.text), run.text) for run in runs]
        terms = [
            Term((stem(meant[word]),)) if (word := plain_word(run.text)) in meant else _term(run)
            for run in runs
        ]
        yield Step(CORRECTED, " ".join(texts), All(tuple(terms)))


def _parts(runs):
    terms = []
    for run in runs:
        parts = pairs(run.text) if run.dense and len(run.text) > 1 else ()
        terms += [Term((pair,)) for pair in parts] or [_term(run)]
    return tuple(dict.fromkeys(terms[:ANY_TERMS]))


def _counts(expression, scope, connection):
    """The number of things of each kind, counted up to a cap, and the kinds that reach it."""
    limit = 2 * (COUNTED + 1)
    rows = _found(expression, scope, limit, connection)
    counts = Counter(kind for kind, _object in set(rows) if kind in KINDS)
    capped = {kind for kind, count in counts.items() if count > COUNTED}
    if len(rows) == limit and (others := [kind for kind in KINDS if kind not in capped]):
        counts |= _counts_of_each(others, expression, scope, limit, connection)
        capped = {kind for kind, count in counts.items() if count > COUNTED}
    return {kind: min(count, COUNTED) for kind, count in counts.items()}, capped


def _found(expression, scope, limit, connection):
    """Kind and key of what matches, so many at most."""

    def ask(cursor, scope):
        source, params = scope.sql(expression, "everything", connection)
        cursor.execute(f"SELECT d.kind, d.object_id {source} LIMIT {limit}", params)
        return cursor.fetchall()

    if connection.vendor == "postgresql":
        share = DOCUMENT_TEXT.share(expression, "everything", connection)
        if share > COMMON:
            # Listing all matches would take longer than meeting enough of them.
            newest = scope.newest(int(2 * limit / share), connection)
            with by_key(connection) as cursor:
                rows = ask(cursor, newest)
            if len(rows) == limit:
                return rows
    with connection.cursor() as cursor:
        return ask(cursor, scope)


def _counts_of_each(kinds, expression, scope, limit, connection):
    # For a beginning the index would gather all its words for each kind: a kind is walked instead.
    walks = connection.vendor == "postgresql" and any(
        is_beginning for _token, is_beginning in tokens_of(expression)
    )
    questions, params = [], []
    for kind in kinds:
        source, values = (scope if walks else scope.of_kind(kind)).sql(
            expression, "everything", connection
        )
        questions.append(
            f"SELECT '{kind}', COUNT(DISTINCT object_id) FROM "
            f"(SELECT d.object_id {source} AND d.kind = '{kind}' LIMIT {limit}) {kind}_found"
        )
        params += values
    with by_key(connection) if walks else connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(questions), params)
        return {kind: count for kind, count in cursor.fetchall() if count}


def _window(step, scope, group, connection):
    """The newest matches, by key.

    What matches very often is looked for among the newest documents first, by walking them; there
    no list of all matches is needed. What is rarer is taken from the full text index, and as far
    back as the newest let expect enough of it.
    """
    if connection.vendor == "postgresql":
        share = DOCUMENT_TEXT.share(step.expression, group, connection)
        for number, way in ((WALKED, by_key), (FAR, by_index)):
            if share * number < ENOUGH:
                continue
            newest = scope.newest(number, connection)
            if not newest.floor:
                break
            with way(connection) as cursor:
                rows = _candidates(cursor, step, newest, group)
            if len(rows) >= ENOUGH:
                return rows
    with connection.cursor() as cursor:
        return _candidates(cursor, step, scope, group)


def _candidates(cursor, step, scope, group):
    source, params = scope.sql(step.expression, group, cursor.db)
    cursor.execute(
        f"SELECT d.id, d.kind, d.object_id, d.language, d.title, d.position {source} "
        f"ORDER BY {DOCUMENT_TEXT.index}.rowid DESC LIMIT {WINDOW}",
        params,
    )
    return {row[0]: Candidate(*row) for row in cursor.fetchall()}


def ranked_titles(step, scope, language) -> tuple[Hit, ...]:
    """The newest matches in titles, the likest first."""
    connection = connections[router.db_for_read(SearchDocument)]
    judge = Judge(step, language, scope.now.date())
    rows = _window(step, scope, "titles", connection).values()
    judged = sorted(map(judge.by_title, rows), key=Judged.order)
    pks = _once_each([each.candidate for each in judged], language)
    return _hits(pks[:PAGE_SIZE], step)


def _ranked(step, scope, language, connection):
    """The best matches of the window, one row for each thing: (pk, language) in order."""
    rows = _window(step, scope, "titles", connection)
    rows |= _window(step, scope, "everything", connection)
    judge = Judge(step, language, scope.now.date())
    judged = sorted(map(judge.by_title, rows.values()), key=Judged.order)
    closely = [each.candidate.pk for each in judged if each.open_share][:READ_CLOSELY]
    beginnings = SearchDocument.objects.filter(pk__in=closely).values_list(
        "pk", Substr("body", 1, CLOSE_CHARACTERS)
    )
    texts = {pk: fold(body) for pk, body in beginnings}
    judged = [judge.by_text(each, texts.get(each.candidate.pk)) for each in judged]
    return _once_each([each.candidate for each in sorted(judged, key=Judged.order)], language)


def _once_each(candidates, language):
    """Each thing at its best place, in the reader's language where that matches too."""
    best = {}
    for candidate in candidates:
        thing = (candidate.kind, candidate.object_id)
        if thing not in best or candidate.language == language:
            best[thing] = candidate.pk
    return list(best.values())


@dataclass(frozen=True)
class Candidate:
    pk: int
    kind: str
    object_id: int
    language: str
    title: str
    position: int


class Judged(NamedTuple):
    """A candidate with its score, and the share of the question that its title does not answer."""

    candidate: Candidate
    score: float
    open_share: float

    def order(self):
        return (-self.score, -self.candidate.position)


class Judge:
    """Orders candidates by what matches where, with a little for being recent."""

    def __init__(self, step, language, today):
        self.language, self.today = language, today.toordinal()
        query = query_text(step.text)
        self.key = key(step.text)
        self.phrase = " ".join(query.folded.split())
        runs = content_runs(query, STOP_WORDS)
        if step.name == ANY:
            dense = [pair for run in runs if run.dense for pair in (pairs(run.text) or [run.text])]
            self.parts = dense + [stem(plain_word(run.text)) for run in runs if not run.dense]
        else:
            self.parts = [run.text if run.dense else stem(plain_word(run.text)) for run in runs]

    def by_title(self, candidate):
        title = fold(candidate.title)
        share = self._share(title)
        score = 60 * share
        if self.phrase in title:
            # A short title that is nearly what was typed is a name: before texts that mention it.
            score += 20 + 20 * len(self.phrase) / len(title)
        # Only a title of about this length can be what was typed, and a key costs time.
        if share == 1 and len(title) < 3 * len(self.key) + 8:
            score += 40 * (key(candidate.title) == self.key)
        score += 2 * (candidate.language == self.language)
        day = candidate.position >> 32
        years = abs(self.today - day) / 365
        score += 5 * 0.5 ** (years / 4) if day else 0
        return Judged(candidate, score, 1 - share)

    def by_text(self, judged, text):
        """The text counts for what the title leaves open: a title that says all needs no more."""
        if not text:
            return judged
        more = judged.open_share * (25 * self._share(text) + 8 * (self.phrase in text))
        return judged._replace(score=judged.score + more)

    def _share(self, folded):
        return sum(part in folded for part in self.parts) / len(self.parts)


def _hits(pks, step):
    query, any_pair = query_text(step.text), step.name == ANY
    rows = SearchDocument.objects.in_bulk(pks)
    return tuple(
        Hit(
            kind=row.kind,
            object_id=row.object_id,
            language=row.language,
            date=row.date,
            url_name=row.url_name,
            url_kwargs=row.url_kwargs,
            title=highlight(row.title, query, any_pair=any_pair),
            snippet=snippet(row.body, query, any_pair=any_pair),
        )
        for pk in pks
        if (row := rows.get(pk))
    )
