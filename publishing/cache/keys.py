from django.db.models import F, Subquery


class Keys(Subquery):
    """The keys that a query has in a column, as a tuple in the order of its rows.

    With them an item's first question tells what it is linked to, and rows that many items share
    need not be asked for by each of them.
    """

    def __init__(self, rows, name):
        super().__init__(rows.values(key=F(name)))

    def as_sql(self, compiler, connection, **context):
        if connection.vendor == "postgresql":
            context["template"] = "ARRAY(%(subquery)s)"
        else:
            # SQLite keeps the order of a subquery whose rows are put together.
            context["template"] = "(SELECT GROUP_CONCAT(key) FROM (%(subquery)s))"
        return super().as_sql(compiler, connection, **context)

    def convert_value(self, value, expression, connection):
        if isinstance(value, list):
            return tuple(value)
        return tuple(map(int, str(value).split(","))) if value is not None else ()
