"""Pages of a list behind a cursor.

A cursor names a place in an order, not a number of rows to skip, where the order allows it: what
is published meanwhile neither repeats nor hides an entry. Every text of the right form is a valid
place, so a cursor cannot be wrong in any other way.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Q

# A value of the ordering column, and the key of the row.
PLACE = r"^-?[0-9]{1,17}\.[0-9]{1,18}$"
# Rows that went before, where the order is computed.
OFFSET = r"^[0-9]{1,6}$"
LARGEST = 100
USUAL = 20

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Order:
    """By ``column``, then by key; newest first unless said otherwise."""

    column: str
    descending: bool = True

    def page(self, rows, cursor: str, limit: int) -> tuple[list, str]:
        """Up to ``limit`` rows after ``cursor`` and the cursor of the next page, or ""."""
        sign, way = ("-", "lt") if self.descending else ("", "gt")
        rows = rows.order_by(f"{sign}{self.column}", f"{sign}pk")
        if cursor:
            value, key = cursor.split(".")
            value = self._read(rows.model, int(value))
            beyond = Q((f"{self.column}__{way}", value))
            rows = rows.filter(beyond | Q((self.column, value), (f"pk__{way}", int(key))))
        found = list(rows[: limit + 1])
        more = len(found) > limit
        return found[:limit], self._write(found[limit - 1]) if more else ""

    def _read(self, model, number: int):
        kind = model._meta.get_field(self.column).get_internal_type()
        lowest, highest = datetime.datetime.min, datetime.datetime.max
        try:
            if kind == "DateTimeField":
                return _EPOCH + number * _MICROSECOND
            return datetime.date.fromordinal(number) if "Date" in kind or "Day" in kind else number
        except (OverflowError, ValueError):
            edge = highest if number > 0 else lowest
            return edge.replace(tzinfo=datetime.UTC) if kind == "DateTimeField" else edge.date()

    def _write(self, row) -> str:
        value = getattr(row, self.column)
        if isinstance(value, datetime.datetime):
            value = (value - _EPOCH) // _MICROSECOND
        elif isinstance(value, datetime.date):
            value = value.toordinal()
        return f"{value}.{row.pk}"


def slice_of(rows, cursor: str, limit: int) -> tuple[list, str]:
    """The same for an order that only the query knows."""
    start = int(cursor or 0)
    found = list(rows[start : start + limit + 1])
    return found[:limit], str(start + limit) if len(found) > limit else ""
