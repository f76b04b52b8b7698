"""What the database is asked for the site search: the newest matches, and how many there are.

FTS5 gives matches from the newest on and stops when it has enough. PostgreSQL's index gives all
of them before the first: what is frequent is asked for in parts, the newest days first, each as
long as the numbers of its words let expect enough.
"""

import datetime
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from publishing.search.calendar import begin_of, date_of, period, timeline
from publishing.search.fulltext import All, Any, Term, by_index, by_key, has_beginning
from publishing.search.models import DOCUMENT_TEXT, kind_mark, language_mark

COUNTED = 1_000
PARTS, GROWTH = 4, 8
# Of a beginning the index gathers all its words: one so common is looked for by walking the keys.
COMMON_BEGINNING = 0.15
MAX_POSITION = 2**63 - 1


@dataclass(frozen=True)
class Scope:
    """What a question may find: visible now, and inside the reader's filters."""

    now: datetime.datetime
    kind: str | None = None
    year: int | None = None
    language: str | None = None

    def of_kind(self, kind):
        return replace(self, kind=kind)

    @property
    def span(self):
        """The positions between which it lies."""
        return (begin_of(self.year), begin_of(self.year + 1)) if self.year else (0, MAX_POSITION)

    def inside(self, expression):
        marks = [kind_mark(self.kind)] if self.kind else []
        marks += [language_mark(self.language)] if self.language else []
        return All((expression, *(Term((mark,)) for mark in marks)))


class Matches:
    """What matches an expression: keys of the full text index, with kind and key of the thing."""

    def __init__(self, expression, scope, connection):
        self.expression, self.scope, self.connection = expression, scope, connection
        self.on_postgres = connection.vendor == "postgresql"
        self._known = {}

    def counts(self, kinds):
        """The number of things of each kind, counted up to a cap, and the kinds that reach it."""
        for limit in (COUNTED + COUNTED // 10 + 1, 2 * (COUNTED + 1)):
            # One thing is up to two documents, but most words are of one language.
            rows = self.newest("everything", limit)
            things = {(kind, thing) for _position, kind, thing in rows if kind in kinds}
            counts = Counter(kind for kind, _thing in things)
            capped = _capped(counts)
            if len(rows) < limit or capped:
                break
        if len(rows) == limit and (others := [kind for kind in kinds if kind not in capped]):
            counts |= self._counts_of_each(others, 2 * (COUNTED + 1))
            capped = _capped(counts)
        return {kind: min(count, COUNTED) for kind, count in counts.items()}, capped

    def newest(self, group, wanted, enough=None):
        """The newest first, so many at most, and ``enough`` where there are as many."""
        if self._known.get(group, (0,))[0] < wanted:
            self._known[group] = wanted, self._newest(group, wanted, enough or wanted)
        return self._known[group][1][:wanted]

    def _newest(self, group, wanted, enough):
        begin, end = self.scope.span
        if not self.on_postgres:
            return self._part(by_index, group, wanted, begin, end)
        matching, total = DOCUMENT_TEXT.about(self._filtered, group, self.connection)
        share = matching / total
        way = by_index
        if share > COMMON_BEGINNING and has_beginning(self.expression):
            way = by_key
        rows, number = [], 0
        for _part in range(PARTS if matching > 2 * wanted and self._timeline else 0):
            more = int(1.3 * (wanted - len(rows)) / share) + 1
            # That a few days hold none says little.
            number = min(number + more, GROWTH * number) if number else more
            since = self._timeline.back(number / total, min(self.scope.span[1], self._end))
            if since <= begin:
                break
            if since < end:
                rows += self._part(way, group, wanted, since, end)
            if len(rows) >= enough:
                return rows
            share, end = max(len(rows), 1) / number, min(since, end)
        return rows + self._part(way, group, wanted, begin, end)

    @cached_property
    def _filtered(self):
        return self.scope.inside(self.expression)

    @cached_property
    def _timeline(self):
        return timeline(self.connection)

    @cached_property
    def _end(self):
        """The position behind the newest document's day."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT COALESCE(MAX(rowid), 0) FROM {DOCUMENT_TEXT.index}")
            return ((cursor.fetchone()[0] >> 32) + 1) << 32

    def _part(self, way, group, wanted, begin, end):
        walks, index = way is by_key, DOCUMENT_TEXT.index
        source, params = self._source(self._filtered, group, begin, end, walks=walks)
        with way(self.connection) as cursor:
            cursor.execute(
                f"SELECT {index}.rowid, {self._shown()}.kind, {self._shown()}.object_id {source} "
                f"ORDER BY {index}.rowid DESC LIMIT {wanted}",
                params,
            )
            return cursor.fetchall()

    def _counts_of_each(self, kinds, limit):
        # For a beginning the index would gather all its words for each kind: a kind is walked.
        walks = self.on_postgres and has_beginning(self.expression)
        questions, params = [], []
        for kind in kinds:
            scope = self.scope if walks else self.scope.of_kind(kind)
            source, values = self._source(
                scope.inside(self.expression), "everything", *scope.span, walks=walks, joins=walks
            )
            of_kind = f" AND d.kind = '{kind}'" if walks else ""
            questions.append(
                f"SELECT '{kind}', COUNT(DISTINCT object_id) FROM "
                f"(SELECT {self._shown(walks)}.object_id {source}{of_kind} LIMIT {limit}) {kind}_"
            )
            params += values
        with (by_key if walks else by_index)(self.connection) as cursor:
            cursor.execute(" UNION ALL ".join(questions), params)
            return {kind: count for kind, count in cursor.fetchall() if count}

    def _shown(self, joins=False):
        """The table that tells what is shown when: PostgreSQL has it beside the words."""
        return "d" if joins or not self.on_postgres else DOCUMENT_TEXT.index

    def _source(self, expression, group, begin, end, *, walks=False, joins=False):
        """FROM and WHERE of what matches between two positions, with parameters."""
        shown, index = self._shown(joins), DOCUMENT_TEXT.index
        if self.on_postgres and begin and not walks:
            # Days by their marks: beside a range of keys the index would list all of these.
            marks = period(date_of(begin), date_of(max(begin, min(end, self._end) - 1)))
            expression = All((expression, Any(tuple(Term((mark,)) for mark in marks))))
            begin, end = 0, MAX_POSITION
        match, params = DOCUMENT_TEXT.matching(expression, group, self.connection)
        now = self.connection.ops.adapt_datetimefield_value(self.scope.now)
        conditions = [match, f"{shown}.visible_from <= %s"]
        conditions += [f"({shown}.visible_until IS NULL OR {shown}.visible_until > %s)"]
        params += [now, now]
        # As a sum a key is compared, not looked up.
        rowid = f"{index}.rowid + 0" if self.on_postgres and not walks else f"{index}.rowid"
        for sign, position in ((">=", begin), ("<", end)):
            if 0 < position < MAX_POSITION:
                conditions.append(f"{rowid} {sign} %s")
                params.append(position)
        if shown == "d":
            conditions.append(f"d.position = {index}.rowid")
            # CROSS JOIN keeps SQLite from turning the two around.
            index += f" CROSS JOIN {DOCUMENT_TEXT.table} d"
        return f"FROM {index} WHERE {' AND '.join(conditions)}", params


def _capped(counts):
    return {kind for kind, count in counts.items() if count > COUNTED}
