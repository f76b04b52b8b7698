"""How many releases there are of each month and field: the choices above the list, and its pages.

Counting 20,000 releases for each page, or passing over them to reach the last one, would cost
more than the page itself. One count serves all pages of a version of the content.
"""

import datetime
from array import array
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count
from django.db.models.functions import Left, TruncMonth
from django.utils import timezone

from news.models import Release
from news.paging import DeepPaginator
from news.selection import UNDATED, Selection
from partners.models import Institution
from publishing.cache.prepared import compiled, prepared
from publishing.cache.shared import each_once_per_version, once_per_version
from publishing.editorial import languages
from publishing.editorial.languages import column

# Pages whose releases are asked for at once: eight bytes a release, five hundred in a block.
BLOCK, BLOCKS = 50, 500
END_OF_TIME = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Group:
    """``count`` releases that stand in one month of the list; ``year`` is None if undated."""

    month: datetime.date
    year: int | None
    field: int | None
    kind: str
    count: int


class Archive:
    def __init__(self, groups):
        self.groups = groups

    def of(self, chosen: Selection, *without: str) -> "Archive":
        """Those of the year, field and kind chosen; ``without`` names choices left aside."""
        groups = self.groups
        if chosen.year and "year" not in without:
            year = None if chosen.year == UNDATED else int(chosen.year)
            groups = [group for group in groups if group.year == year]
        if chosen.field and "field" not in without:
            groups = [group for group in groups if group.field == chosen.field.pk]
        if chosen.kind and "kind" not in without:
            groups = [group for group in groups if group.kind == chosen.kind]
        return self if groups is self.groups else Archive(groups)

    @cached_property
    def total(self) -> int:
        return sum(group.count for group in self.groups)

    def years(self) -> dict[int | None, int]:
        """How many releases each year has, newest first, and None the undated ones."""
        counts = self._sums["year"]
        undated = {None: counts[None]} if None in counts else {}
        dated = [(year, count) for year, count in counts.items() if year is not None]
        return dict(sorted(dated, reverse=True)) | undated

    def counts(self, name: str) -> dict:
        """How many releases each field or kind has."""
        return self._sums[name]

    @cached_property
    def _sums(self) -> dict[str, dict]:
        sums = {name: Counter() for name in ("month", "year", "field", "kind")}
        for group in self.groups:
            for name, counts in sums.items():
                counts[getattr(group, name)] += group.count
        return {name: dict(counts) for name, counts in sums.items()}

    @cached_property
    def _months(self):
        return sorted(self._sums["month"].items(), reverse=True)

    def start(self, offset: int) -> tuple[datetime.datetime | None, int]:
        """Where the list is at ``offset``: before which instant, and how many to pass over there.

        None stands for the end of time; what is passed over lies within one month.
        """
        bound, passed = None, 0
        for month, count in self._months:
            if passed + count > offset:
                break
            bound, passed = _first_instant(month), passed + count
        return bound, offset - passed


def _first_instant(month):
    zone = timezone.get_default_timezone()
    return datetime.datetime.combine(month, datetime.time.min, tzinfo=zone)


@once_per_version
def archive(institution: Institution | None = None) -> Archive:
    """All public releases in the reader's language, or those that name an institution."""
    releases = Release.objects.public().order_by()
    if institution:
        releases = releases.filter(institutions=institution)
    dated = releases.exclude(release_date="").values_list(Left("release_date", 7), "field", "kind")
    order = TruncMonth(column("order", languages.active()))
    undated = releases.filter(release_date="").values_list(order, "field", "kind")
    return Archive(
        [
            *(_dated_group(*row) for row in dated.annotate(Count("pk"))),
            *(
                Group(month.date(), None, field, kind, count)
                for month, field, kind, count in undated.annotate(Count("pk"))
            ),
        ]
    )


def _dated_group(printed, field, kind, count):
    """A year alone stands at its end, as everything that is known in part."""
    year, month = int(printed[:4]), int(printed[5:7] or 12)
    return Group(datetime.date(year, month, 1), year, field, kind, count)


class ArchivePaginator(DeepPaginator):
    """Pages of releases counted already; by date, the last as quickly as the first."""

    def __init__(self, releases, per_page, *, archive, chosen, **kwargs):
        super().__init__(releases, per_page, **kwargs)
        self.archive, self.chosen = archive, chosen

    @property
    def count(self):
        return self.archive.total

    def page(self, number):
        if self.chosen.sort:
            return super().page(number)
        number = self.validate_number(number)
        skipped = (number - 1) * self.per_page
        keys = self._keys(skipped)[: self.per_page]
        return self._get_page(_rows(*keys) if keys else [], number, self)

    def _keys(self, skipped):
        """Those behind ``skipped`` in its block of pages, whose other pages need not ask again."""
        block = BLOCK * self.per_page
        start = skipped // block * block
        asked = self.chosen, *self.archive.start(start), block
        return _blocks([asked])[asked][skipped - start :]


@each_once_per_version(BLOCKS)
def _blocks(asked):
    return {place: _block(*place) for place in asked}


def _block(chosen, bound, skipped, number):
    """Which releases stand behind ``skipped`` of the ones before ``bound``: so many of them."""
    rows = _before(chosen)(bound or END_OF_TIME, part=(skipped, number))
    return array("q", [pk for (pk,) in rows])


@once_per_version
def _before(chosen):
    """The blocks of a choice ask the same, each from another instant on."""
    return compiled(lambda bound: chosen.releases().before(bound).newest_first().values_list("pk"))


@prepared
def _rows(*keys):
    return Release.objects.filter(pk__in=keys).newest_first().for_row()
