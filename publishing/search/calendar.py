"""How documents lie in time: marks by which days are asked for, and how many there are since when.

A position holds a day and a key; see ``publishing.search.models.position_of``.
"""

import datetime
from bisect import bisect_right
from dataclasses import dataclass

from publishing.search.analyzer import MARKER
from publishing.search.models import DOCUMENT_TEXT

DAY = datetime.timedelta(days=1)
# Letters of a date written out that name its year, its month, and itself.
YEAR, MONTH, WHOLE = 4, 7, 10


def begin_of(year):
    """The first position of a year."""
    return datetime.date(year, 1, 1).toordinal() << 32


def date_of(position):
    return datetime.date.fromordinal(position >> 32)


def day_marks(day):
    """What a document of this day is marked with."""
    return [_mark(day, length) for length in (YEAR, MONTH, WHOLE)] if day else []


def period(first, last):
    """The fewest marks that together are the days from ``first`` to ``last``."""
    marks = []
    while first <= last:
        length, end = WHOLE, first
        if first.day == 1 and (month := _end_of_month(first)) <= last:
            length, end = MONTH, month
            if first.month == 1 and (year := first.replace(month=12, day=31)) <= last:
                length, end = YEAR, year
        marks.append(_mark(first, length))
        first = end + DAY
    return marks


def _mark(day, length):
    return f"{MARKER}day{day.isoformat()[:length].replace('-', '')}"


def _end_of_month(day):
    return (day.replace(day=1) + 32 * DAY).replace(day=1) - DAY


def timeline(connection):
    """How documents are spread, as PostgreSQL's statistics have it; None before there are any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT histogram_bounds::text::bigint[] FROM pg_stats "
            "WHERE schemaname = ANY (current_schemas(false)) AND tablename = %s "
            "AND attname = 'rowid'",
            [DOCUMENT_TEXT.index],
        )
        found = cursor.fetchone()
    return Timeline(found[0]) if found and found[0] else None


@dataclass(frozen=True)
class Timeline:
    """``bounds`` are positions with equally many documents between each two of them."""

    bounds: list[int]

    def back(self, share, end):
        """The first position of the day since which about this share of all documents lies before
        ``end``; 0 where there are not so many.
        """
        share = 1 - share - self._after(end)
        if share <= 0:
            return 0
        place = share * (len(self.bounds) - 1)
        low, high = self.bounds[int(place) : int(place) + 2]
        return (int(low + (place % 1) * (high - low)) >> 32) << 32

    def _after(self, position):
        left = min(max(bisect_right(self.bounds, position), 1), len(self.bounds) - 1)
        low, high = self.bounds[left - 1 : left + 1]
        part = min(max((position - low) / (high - low), 0), 1)
        return 1 - (left - 1 + part) / (len(self.bounds) - 1)
