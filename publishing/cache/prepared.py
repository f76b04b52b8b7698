"""Queries that are put into words once, for pages that ask them again and again.

Building a queryset and compiling it costs ten times what its answer costs, and a page rendered
anew asks a dozen; PostgreSQL takes longer to plan most of them than to answer. Only the values
differ from one time to the next.
"""

import datetime
import itertools
from functools import wraps

from django.db import NotSupportedError, connections
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, prefetch_related_objects
from django.utils.translation import get_language


def prepared(build):
    """Decorate a function of plain values that returns a queryset; it returns the rows instead.

    The values (numbers, texts, aware instants) must stand in the query as they are given: what
    else the query is made of may depend on the active language, and on nothing that changes.
    """
    plan_for = _plans(build, named=True)

    @wraps(build)
    def rows(*values):
        return plan_for(values).rows(values)

    return rows


def compiled(build):
    """The same for a function that is made for a while only, from more than its values.

    The database does not plan its query ahead, for a plan stays on the connection.
    ``part=(skipped, number)`` asks for so many rows behind those skipped, as a slice would.
    """
    plan_for = _plans(build, named=False)

    @wraps(build)
    def rows(*values, part=None):
        return plan_for(values).rows(values, part)

    return rows


def _plans(build, *, named):
    """The plan for values, made once for each language and their types."""
    plans = {}

    def plan_for(values):
        key = get_language(), *map(type, values)
        plan = plans.get(key)
        if plan is None:
            plan = plans[key] = _Plan(build, values, named=named)
        return plan

    return plan_for


class _Plan:
    numbers = itertools.count(1)

    def __init__(self, build, values, *, named):
        markers = [_marker(number, value) for number, value in enumerate(values)]
        queryset = build(*markers)
        self.db = queryset.db
        self.lookups = queryset._prefetch_related_lookups
        compiler = queryset.query.get_compiler(self.db)
        self.sql, params = compiler.as_sql()
        are_objects = issubclass(queryset._iterable_class, ModelIterable)
        self.rows_of = _Rows(compiler, are_objects=are_objects)
        known = {self._adapted(marker): number for number, marker in enumerate(markers)}
        self.params = [(known.get(param), param) for param in params]
        missing = set(known.values()) - {number for number, _param in self.params}
        if missing:
            raise TypeError(f"{build.__qualname__}: value {min(missing)} is not in the query.")
        self.name = f"portal_{next(self.numbers)}" if named else None
        self.call = f"EXECUTE {self.name} ({', '.join(['%s'] * len(markers))})"

    def rows(self, values, part=None):
        connection = connections[self.db]
        values = [self._adapted(value) for value in values]
        words, params = self._question(connection, values)
        if part:
            skipped, number = part
            words, params = f"{words} LIMIT %s OFFSET %s", [*params, number, skipped]
        found = _answer(connection, words, params)
        rows = [self.rows_of.made(row) for row in self.rows_of.converted(found, connection)]
        if self.lookups:
            prefetch_related_objects(rows, *self.lookups)
        return rows

    def _question(self, connection, values):
        """The query, or the name under which this connection to PostgreSQL knows its plan."""
        # Where connections are pooled by transaction, neither cursors nor names last.
        pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
        if self.name is None or connection.vendor != "postgresql" or pooled:
            return self.sql, [
                param if number is None else values[number] for number, param in self.params
            ]
        connection.ensure_connection()
        known = _names(connection)
        if self.name not in known:
            self._prepare(connection.connection)
            known.add(self.name)
        return self.call, values

    def _prepare(self, connection):
        """Only what differs is left open, once for each value however often it stands there."""
        with connection.cursor() as cursor:
            words = tuple(
                cursor.mogrify("%s", [param]).decode() if number is None else f"${number + 1}"
                for number, param in self.params
            )
            cursor.execute(f"PREPARE {self.name} AS {self.sql % words}")

    def _adapted(self, value):
        if isinstance(value, datetime.datetime):
            return connections[self.db].ops.adapt_datetimefield_value(value)
        return value


class _Rows:
    """How the rows of one query become objects, as ``ModelIterable`` finds it out each time.

    Those of ``values_list`` are tuples.
    """

    def __init__(self, compiler, *, are_objects):
        select = compiler.select
        self.converters = compiler.get_converters([column[0] for column in select])
        objects = _Objects(compiler.klass_info, select, compiler.using) if are_objects else None
        self.objects = objects
        self.annotations = list(compiler.annotation_col_map.items())

    def converted(self, rows, connection):
        if not self.converters:
            return rows
        return [self._converted(list(row), connection) for row in rows]

    def _converted(self, row, connection):
        for position, (converters, expression) in self.converters.items():
            for converter in converters:
                row[position] = converter(row[position], expression, connection)
        return row

    def made(self, row):
        if self.objects is None:
            return tuple(row)
        item = self.objects.made(row)
        item.__dict__.update({name: row[position] for name, position in self.annotations})
        return item


class _Objects:
    """How the columns of one table become an object, with those that ``select_related`` adds.

    It is what ``Model.from_db`` leaves behind. The constructor is not asked: it would look each
    column of the table up for each row, to put most of them down as they are.
    """

    def __init__(self, info, select, db):
        if info.get("from_parent"):
            raise TypeError("Rows of a parent's table are not prepared.")
        fields = info["select_fields"]
        self.model, self.db = info["model"], db
        self.columns = slice(fields[0], fields[-1] + 1)
        self.names = [column[0].target.attname for column in select[self.columns]]
        self.key = fields[0] + self.names.index(self.model._meta.pk.attname)
        self.related = [
            (_Objects(one, select, db), one["local_setter"], one["remote_setter"])
            for one in info.get("related_klass_infos", ())
        ]

    def made(self, row):
        if row[self.key] is None:
            return None
        item = self.model.__new__(self.model)
        item.__dict__.update(zip(self.names, row[self.columns], strict=True))
        item._state = state = ModelState()
        state.adding, state.db = False, self.db
        for objects, set_there, set_back in self.related:
            other = objects.made(row)
            set_there(item, other)
            if other is not None:
                set_back(other, item)
        return item


def _answer(connection, words, params):
    with connection.cursor() as cursor:
        try:
            cursor.execute(words, params)
        except NotSupportedError:
            # A migration has changed a column, so its old plans fail for as long as they are
            # known: the next request opens a new connection.
            connection.close_at = 0
            raise
        return cursor.fetchall()


def _names(connection):
    """What this connection has prepared; nothing is left of it after it was opened again."""
    opened, names = getattr(connection, "prepared_names", (None, None))
    if opened is not connection.connection:
        names = set()
        connection.prepared_names = connection.connection, names
    return names


def _marker(number, value):
    """A value of the same type, and of no other query, by which its places are found."""
    if isinstance(value, datetime.datetime):
        return datetime.datetime(9876, 5, 4, 3, 2, 1, number + 1, tzinfo=datetime.UTC)
    if isinstance(value, str):
        return f"\x7fvalue {number}\x7f"
    if type(value) is int:
        return 2**31 - 987_654 + number
    # None would become a comparison with NULL, which is never true; the others would not be found.
    raise TypeError(f"A prepared question takes no {type(value).__name__}.")
