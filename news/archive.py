"""How many releases there are of each month and field: the choices above the list, and its pages.

Counting 20,000 releases for each page, or passing over them to reach the last one, would cost
more than the page itself. One count serves all pages of a version of the content.
"""

import datetime
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Count
from django.db.models.functions import Left, TruncMonth
from django.utils import timezone

from news.models import Release
from publishing.cache.shared import once_per_version
from publishing.editorial import languages
from publishing.editorial.languages import column


@dataclass(frozen=True)
class Group:
    """``count`` releases that stand in one month of the list; ``year`` is None if undated."""

    month: datetime.date
    year: int | None
    field: int | None
    count: int


class Archive:
    def __init__(self, groups):
        self.groups = groups

    def of_field(self, field: int) -> "Archive":
        return Archive([group for group in self.groups if group.field == field])

    def of_year(self, year: int | None) -> "Archive":
        """Those printed with this year; with None the undated ones."""
        return Archive([group for group in self.groups if group.year == year])

    @cached_property
    def total(self) -> int:
        return sum(group.count for group in self.groups)

    def years(self) -> dict[int | None, int]:
        """How many releases each year has, newest first, and None the undated ones."""
        counts = self._sums("year")
        undated = {None: counts.pop(None)} if None in counts else {}
        return dict(sorted(counts.items(), reverse=True)) | undated

    def fields(self) -> dict[int | None, int]:
        return self._sums("field")

    def _sums(self, name):
        sums = Counter()
        for group in self.groups:
            sums[getattr(group, name)] += group.count
        return dict(sums)

    def start(self, offset: int) -> tuple[datetime.datetime | None, int]:
        """Where the list is at ``offset``: before which instant, and how many to pass over there.

        None stands for the end of time; what is passed over lies within one month.
        """
        bound, passed = None, 0
        for month, count in sorted(self._sums("month").items(), reverse=True):
            if passed + count > offset:
                break
            bound, passed = _first_instant(month), passed + count
        return bound, offset - passed


def _first_instant(month):
    zone = timezone.get_default_timezone()
    return datetime.datetime.combine(month, datetime.time.min, tzinfo=zone)


@once_per_version
def archive() -> Archive:
    """All public releases in the reader's language."""
    releases = Release.objects.public().order_by()
    dated = releases.exclude(release_date="").values_list(Left("release_date", 7), "field")
    order = TruncMonth(column("order", languages.active()))
    undated = releases.filter(release_date="").values_list(order, "field")
    return Archive(
        [
            *(_dated_group(*row) for row in dated.annotate(Count("pk"))),
            *(Group(m.date(), None, field, n) for m, field, n in undated.annotate(Count("pk"))),
        ]
    )


def _dated_group(printed, field, count):
    """A year alone stands at its end, as everything that is known in part."""
    year, month = int(printed[:4]), int(printed[5:7] or 12)
    return Group(datetime.date(year, month, 1), year, field, count)


class ArchivePaginator(Paginator):
    """Pages of releases, the last as quickly as the first."""

    def __init__(self, releases, per_page, archive, **kwargs):
        super().__init__(releases, per_page, **kwargs)
        self.archive = archive

    @property
    def count(self):
        return self.archive.total

    def page(self, number):
        number = self.validate_number(number)
        bound, skipped = self.archive.start((number - 1) * self.per_page)
        rows = self.object_list.before(bound) if bound else self.object_list
        return self._get_page(rows[skipped : skipped + self.per_page], number, self)
