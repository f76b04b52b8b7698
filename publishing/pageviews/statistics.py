"""What staff may know of the views: sums by day, language, referring host and item."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, F, FloatField, Min, Sum, When
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from . import clock, kinds
from .kinds import Item
from .models import Day, Excluded, Reason, Referrer, Total

PERIODS = (7, 30, 365)
MOST = 20
# Rising: views of the last two weeks, each worth half of what one two days younger is worth.
RISING_DAYS = 14
HALF_LIFE = 2
RISING_LEAST = 5


class DayRow(NamedTuple):
    day: date
    views: int
    languages: list[int]
    visitors: int


class ItemRow(NamedTuple):
    item: Item
    title: str
    url: str
    views: int


@dataclass(frozen=True)
class Statistics:
    """Of all items, of one kind, or of some items of a kind, over the days up to today.

    ``ids`` may be a queryset of keys.
    """

    days: int = 30
    kind: str = ""
    ids: Iterable[int] | None = None

    @cached_property
    def until(self) -> date:
        return clock.date_of(clock.now())

    @property
    def since(self) -> date:
        return self.until - timedelta(days=self.days - 1)

    @property
    def is_of_one_item(self) -> bool:
        return isinstance(self.ids, set | list | tuple) and len(self.ids) == 1

    def _rows(self, model, since=None):
        rows = self._scoped(model.objects.all())
        return rows.filter(day__range=(since or self.since, self.until))

    def _scoped(self, rows):
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.ids is not None:
            rows = rows.filter(object_id__in=self.ids)
        return rows

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """Code and name; the last is for views whose page named no language."""
        names = [(code, gettext(name)) for code, name in settings.LANGUAGES]
        return [*names, ("", gettext("Unknown"))]

    @cached_property
    def by_day(self) -> list[DayRow]:
        """Every day of the period, those without a view too."""
        found: dict[date, dict[str, tuple[int, int]]] = {}
        sums = self._rows(Day).values_list("day", "language")
        for day, language, views, visitors in sums.annotate(Sum("views"), Sum("visitors")):
            found.setdefault(day, {})[language] = (views, visitors)
        return [self._day_row(day, found.get(day, {})) for day in self._every_day()]

    def _every_day(self):
        return (self.since + timedelta(days=number) for number in range(self.days))

    def _day_row(self, day, sums):
        languages = [sums.get(code, (0, 0))[0] for code, _name in self.languages]
        return DayRow(day, sum(languages), languages, sum(seen for _views, seen in sums.values()))

    @cached_property
    def views(self) -> int:
        return sum(row.views for row in self.by_day)

    @cached_property
    def by_language(self) -> list[tuple[str, int]]:
        sums = zip(*(row.languages for row in self.by_day), strict=True)
        named = [(name, sum(s)) for (_, name), s in zip(self.languages, sums, strict=True)]
        return [(name, views) for name, views in named if views]

    @cached_property
    def by_host(self) -> list[tuple[str, int]]:
        rows = self._rows(Referrer).values_list("host").annotate(sum=Sum("views"))
        return list(rows.order_by("-sum", "host")[:MOST])

    @cached_property
    def excluded(self) -> list[tuple[str, int]]:
        """Of all items: a report that does not count is not kept with its item."""
        rows = Excluded.objects.filter(day__range=(self.since, self.until))
        sums = rows.values_list("reason").annotate(sum=Sum("number")).order_by("-sum")
        return [(str(Reason(reason).label), number) for reason, number in sums]

    @cached_property
    def most_read(self) -> list[ItemRow]:
        rows = self._rows(Day).values_list("kind", "object_id").annotate(sum=Sum("views"))
        return named(rows.order_by("-sum", "kind", "object_id")[:MOST])

    @cached_property
    def rising(self) -> list[ItemRow]:
        ages = range(RISING_DAYS)
        weight = Case(
            *(
                When(
                    day=self.until - timedelta(days=age), then=F("views") * 0.5 ** (age / HALF_LIFE)
                )
                for age in ages
            ),
            output_field=FloatField(),
        )
        rows = self._rows(Day, self.until - timedelta(days=RISING_DAYS - 1))
        rows = rows.values("kind", "object_id").annotate(sum=Sum("views"), rise=Sum(weight))
        rows = rows.filter(sum__gte=RISING_LEAST).order_by("-rise", "kind", "object_id")
        return named(rows.values_list("kind", "object_id", "sum")[:MOST])

    @cached_property
    def shown(self) -> int:
        """The public number, of several items the sum."""
        return self._scoped(Total.objects).aggregate(sum=Sum("shown"))["sum"] or 0

    @cached_property
    def brought_along(self) -> int:
        return self._scoped(Total.objects).aggregate(sum=Sum("base"))["sum"] or 0

    @cached_property
    def first_day(self) -> date | None:
        """The first day that was counted here."""
        return self._scoped(Day.objects).aggregate(first=Min("day"))["first"]


def named(rows: Iterable[tuple[str, int, int]]) -> list[ItemRow]:
    """Rows of (kind, id, views) with the names of the items and where staff edit them."""
    rows = list(rows)
    names = titles(Item(key, object_id) for key, object_id, _views in rows)
    return [
        ItemRow(item, names.get(item, str(item)), edit_url(item), views)
        for item, views in ((Item(key, object_id), views) for key, object_id, views in rows)
    ]


def titles(items: Iterable[Item]) -> dict[Item, str]:
    """One query per kind."""
    return {
        Item(key, object_id): str(instance)
        for key, ids in kinds.by_kind(items).items()
        if kinds.get(key)
        for object_id, instance in kinds.get(key).model._base_manager.in_bulk(ids).items()
    }


def edit_url(item: Item) -> str:
    kind = kinds.get(item.kind)
    return form_address(kind.label, item.id) if kind else ""


def form_address(label: str, pk: int) -> str:
    """Where staff edit a row; empty where the admin does not know its model."""
    try:
        return reverse(f"admin:{label.replace('.', '_')}_change", args=[pk])
    except NoReverseMatch:
        return ""


def address(instance) -> str:
    """Where staff read the statistics of an item, or of what a row gathers; else empty."""
    about = kinds.gathering_of(instance)
    query = f"about={about}" if about else f"item={kinds.item_of(instance)}"
    return f"{reverse('admin:pageviews_total_changelist')}?{query}"


def table(name: str, statistics: Statistics) -> Iterator[tuple]:
    """The lines of a table for download, its heading first. Raises KeyError for another name."""
    return TABLES[name](statistics)


def _days(statistics):
    yield "day", "kind", "id", "language", "views", "visitors"
    rows = statistics._rows(Day).order_by("day", "kind", "object_id", "language")
    fields = ("day", "kind", "object_id", "language", "views", "visitors")
    yield from rows.values_list(*fields).iterator()


def _referrers(statistics):
    yield "day", "kind", "id", "host", "views"
    rows = statistics._rows(Referrer).order_by("day", "kind", "object_id", "host")
    yield from rows.values_list("day", "kind", "object_id", "host", "views").iterator()


def _items(statistics):
    yield "kind", "id", "title", "views", "imported", "counted", "corrected by", "public number"
    views = statistics._rows(Day).values_list("kind", "object_id").annotate(Sum("views"))
    period = {Item(key, object_id): number for key, object_id, number in views}
    totals = list(statistics._scoped(Total.objects.order_by("kind", "object_id")))
    names = titles(Item(total.kind, total.object_id) for total in totals)
    for total in totals:
        item = Item(total.kind, total.object_id)
        numbers = (period.get(item, 0), total.base, total.views, total.correction, total.shown)
        yield (*item, names.get(item, ""), *numbers)


def _excluded(statistics):
    yield "day", "reason", "number"
    rows = Excluded.objects.filter(day__range=(statistics.since, statistics.until))
    yield from rows.order_by("day", "reason").values_list("day", "reason", "number").iterator()


TABLES = {"days": _days, "items": _items, "referrers": _referrers, "excluded": _excluded}
