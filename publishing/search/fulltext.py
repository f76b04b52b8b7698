"""One full text index on both databases: the same tokens, the same questions, the same answers.

Beside a model's table stands ``<table>_fts``: an FTS5 table on SQLite, a table of ``tsvector`` on
PostgreSQL, keyed by ``rowid``. Neither database's own word parser takes part: tokens come from the
analyzer, and user text never reaches a query parser.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections, router, transaction

from publishing.search.analyzer import MARKER

# A tsvector counts positions up to 16,383; what stands behind is not found in either database.
COLUMN_TOKENS = 15_000
ROWS = 100
VECTOR = "tsvector NOT NULL"


@dataclass(frozen=True)
class Term:
    """Tokens side by side; with ``prefix`` the last of them is a beginning."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True)
class All:
    """Every part must match; there is at least one."""

    parts: tuple


@dataclass(frozen=True)
class Any:
    """One part must match; there is at least one."""

    parts: tuple


def fts5(expression):
    def term(term):
        return f'"{" ".join(term.tokens)}"{"*" if term.prefix else ""}'

    return _compiled(expression, term, " AND ", " OR ")


def tsquery(expression):
    def term(term):
        quoted = [f"'{token}'" for token in term.tokens]
        return f"({' <-> '.join(quoted)}{':*' if term.prefix else ''})"

    return _compiled(expression, term, " & ", " | ")


def _compiled(expression, term, both, either):
    if isinstance(expression, Term):
        return term(expression)
    parts = [_compiled(part, term, both, either) for part in expression.parts]
    return f"({(both if isinstance(expression, All) else either).join(parts)})"


def tsvector(columns):
    """The literal of a tsvector; a gap keeps phrases from reaching over two columns."""
    entries, position = [], 0
    for tokens in columns:
        for token in tokens[: COLUMN_TOKENS // len(columns)]:
            position += 1
            entries.append(f"'{token}':{position}")
        position += 1
    return " ".join(entries)


def by_index(connection):
    """A cursor whose questions use the full text index, whatever PostgreSQL estimates.

    Where a question is limited, it takes reading the whole table for cheap: it expects to meet
    enough matches soon, and counts neither the unpacking of vectors nor that there may be none.
    """
    return _without(connection, "seqscan", "indexscan")


def by_key(connection):
    """A cursor whose questions walk the keys, and look at the vectors of the rows they meet."""
    return _without(connection, "seqscan", "bitmapscan")


@contextmanager
def _without(connection, *ways):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            yield cursor
        return
    with transaction.atomic(connection.alias, savepoint=False), connection.cursor() as cursor:
        # To start workers or a compiler takes longer than a bounded question.
        settings = {"max_parallel_workers_per_gather": "0", "jit": "off"}
        settings |= {f"enable_{way}": "off" for way in ways}
        cursor.execute("; ".join(f"SET LOCAL {name} = {to}" for name, to in settings.items()))
        yield cursor
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))


def tokens_of(expression):
    """Pairs of a token and whether it is a beginning, for all that an expression asks."""
    if isinstance(expression, Term):
        return {(token, False) for token in expression.tokens[:-1]} | {
            (expression.tokens[-1], expression.prefix)
        }
    return set().union(*map(tokens_of, expression.parts))


def has_beginning(expression):
    return any(is_beginning for _token, is_beginning in tokens_of(expression))


def _most(expression, rows):
    """How many rows an expression matches at most, from the numbers of its tokens."""
    if isinstance(expression, Term):
        return min(rows[token] for token in tokens_of(expression))
    bound = min if isinstance(expression, All) else sum
    return bound(_most(part, rows) for part in expression.parts)


@dataclass(frozen=True)
class FullText:
    """The index beside ``table``. ``groups`` names the sets of columns a question may ask."""

    table: str
    columns: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    prefixes: str = "2 3"
    # What PostgreSQL keeps beside the words, so that a question reads no other table; with types.
    beside: dict[str, str] = field(default_factory=dict)

    @property
    def index(self):
        return f"{self.table}_fts"

    def create(self, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {self.index} USING fts5({', '.join(self.columns)}, "
                f"tokenize='ascii', prefix='{self.prefixes}')"
            )
            return
        stored = self.stored(schema_editor.connection)
        columns = ", ".join(f"{name} {kind}" for name, kind in stored.items())
        schema_editor.execute(f"CREATE TABLE {self.index} (rowid bigint PRIMARY KEY, {columns})")
        for name in (name for name, kind in stored.items() if kind == VECTOR):
            # Without a pending list, which would make the first question after a load slow.
            schema_editor.execute(
                f"CREATE INDEX {self.index}_{name} ON {self.index} USING gin ({name}) "
                "WITH (fastupdate = off)"
            )

    def stored(self, connection) -> dict[str, str]:
        """The columns beside the rowid, with their types where the database asks for them."""
        if connection.vendor == "sqlite":
            return dict.fromkeys(self.columns, "")
        return dict.fromkeys(self.groups, VECTOR) | self.beside

    def drop(self, schema_editor):
        schema_editor.execute(f"DROP TABLE {self.index}")

    def write(self, rows):
        """Indexes rows: pairs of a rowid and the list of tokens of each column.

        What stood under a rowid is replaced: `flush` begins numbers anew and knows no index.
        """
        connection = connections[router.db_for_write(None)]
        stored = self.stored(connection)
        verb, conflict = "INSERT OR REPLACE", ""
        if connection.vendor == "postgresql":
            updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in stored)
            verb, conflict = "INSERT", f" ON CONFLICT (rowid) DO UPDATE SET {updates}"
        values = [
            [rowid, *(self._value(connection, name, tokens) for name in stored)]
            for rowid, tokens in rows
        ]
        statement = f"{verb} INTO {self.index} (rowid, {', '.join(stored)}) VALUES "
        places = [f"%s::{kind.split()[0]}" if kind else "%s" for kind in stored.values()]
        row = f"({', '.join(['%s', *places])})"
        with connection.cursor() as cursor:
            for start in range(0, len(values), ROWS):
                batch = values[start : start + ROWS]
                cursor.execute(
                    statement + ", ".join([row] * len(batch)) + conflict,
                    [value for line in batch for value in line],
                )

    def _value(self, connection, name, tokens):
        if connection.vendor == "sqlite":
            return " ".join(tokens[name][:COLUMN_TOKENS])
        if name in self.beside:
            return tokens[name]
        return tsvector([tokens[column] for column in self.groups[name]])

    def missing(self, rowids):
        """Those of these rowids that are not indexed."""
        rowids = list(rowids)
        places = ", ".join(["%s"] * len(rowids))
        with connections[router.db_for_read(None)].cursor() as cursor:
            cursor.execute(f"SELECT rowid FROM {self.index} WHERE rowid IN ({places})", rowids)
            return set(rowids) - {rowid for (rowid,) in cursor.fetchall()}

    def erase(self, rowids):
        rowids = list(rowids)
        if rowids:
            places = ", ".join(["%s"] * len(rowids))
            with connections[router.db_for_write(None)].cursor() as cursor:
                cursor.execute(f"DELETE FROM {self.index} WHERE rowid IN ({places})", rowids)

    def about(self, expression, group, connection):
        """About how many rows match at most, by PostgreSQL's statistics, and how many there are.

        Its own estimate takes neighbouring pairs of characters for independent of each other:
        here a phrase is as frequent as the rarest of its tokens.
        """
        tokens = sorted(tokens_of(expression))
        parts, params = [f"SELECT 1 FROM {self.index}"], []
        for token, prefix in tokens:
            match, values = self.matching(Term((token,), prefix), group, connection)
            parts.append(f"SELECT 1 FROM {self.index} WHERE {match}")
            params += values
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {' UNION ALL '.join(parts)}", params)
            plan = cursor.fetchone()[0][0]
        every, *each = (part["Plan Rows"] for part in plan["Plan"]["Plans"])
        rows = dict(zip(tokens, each, strict=True))
        return min(every, _most(expression, rows)), every

    def matching(self, expression, group, connection):
        """The condition that rows of the index match, with its parameters."""
        if connection.vendor == "sqlite":
            columns = " ".join(self.groups[group])
            return f"{self.index} MATCH %s", [f"{{{columns}}} : {fts5(All((expression,)))}"]
        return f"{self.index}.{group} @@ %s::tsquery", [tsquery(expression)]


@dataclass(frozen=True)
class WordSets(FullText):
    """An index that is only asked for single tokens.

    On PostgreSQL one vector without positions takes the place of a vector for each group: a count
    then reads a third of the room. Tokens of the column ``apart`` are marked there, so that a group
    may leave them out.
    """

    apart: str = ""

    def stored(self, connection):
        if connection.vendor == "sqlite":
            return super().stored(connection)
        return {"words": VECTOR} | self.beside

    def _value(self, connection, name, tokens):
        if connection.vendor == "sqlite" or name in self.beside:
            return super()._value(connection, name, tokens)
        words = [
            self._marked(token) if column == self.apart else token
            for column in self.columns
            for token in tokens[column]
        ]
        return " ".join(f"'{word}'" for word in dict.fromkeys(words))

    @staticmethod
    def _marked(token):
        return f"{MARKER}in{token}"

    def matching(self, expression, group, connection):
        if connection.vendor == "sqlite":
            return super().matching(expression, group, connection)
        if self.apart in self.groups[group]:
            expression = self._also_apart(expression)
        return f"{self.index}.words @@ %s::tsquery", [tsquery(expression)]

    def _also_apart(self, expression):
        if isinstance(expression, Term):
            (token,) = expression.tokens
            if token.startswith(MARKER):
                return expression
            return Any((expression, Term((self._marked(token),), expression.prefix)))
        return type(expression)(tuple(map(self._also_apart, expression.parts)))
