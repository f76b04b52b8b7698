"""Adds judged views to the tables. Called inside the collector's transaction, with its lock."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import DateField

from . import clock, kinds, rules
from .journal import Record
from .models import Day, Excluded, Referrer, Seen, Total
from .rules import Sight, Sums

PORTION = 400


def add(records: list[Record]) -> Sums:
    counted = [record for record in records if record.item]
    sums = rules.judge(
        records,
        public=kinds.public({record.item for record in counted}),
        sights=_sights(counted),
        opened=_opened(counted),
        now=clock.now(),
    )
    _save(sums)
    return sums


def _sights(records):
    keys = sorted({key for record in records for key in rules.keys(record)})
    return {
        key: Sight(*known)
        for part in _portions(keys)
        for key, *known in Seen.objects.filter(key__in=part).values_list(
            "key", "day", "visitor", "last", "views"
        )
    }


def _opened(records):
    """Per visitor, the items clicked in the minute before the batch."""
    opened: dict[str, dict] = {}
    visitors = sorted({record.visitor for record in records if record.visitor})
    if not visitors:
        return opened
    since = min(record.at for record in records) - rules.MINUTE
    for part in _portions(visitors):
        seen = Seen.objects.filter(visitor__in=part, last__gt=since)
        for key, visitor, last in seen.values_list("key", "visitor", "last"):
            item = kinds.parse(key.split(".")[1])
            if item:
                opened.setdefault(visitor, {})[item] = last
    return opened


def _save(sums):
    _merge(
        Seen,
        ["key"],
        [(key, s.day, s.visitor, s.last, s.views) for key, s in sums.sights.items()],
        ["key", "day", "visitor", "last", "views"],
        "{0} = excluded.{0}",
        ["last", "views"],
    )
    _increase(Total, ["kind", "object_id"], ["views"], [(*i, n) for i, n in sums.views.items()])
    _increase(
        Day,
        ["kind", "object_id", "day", "language"],
        ["views", "visitors"],
        [
            (*item, day, lang, n, sums.visitors[item, day, lang])
            for (item, day, lang), n in sums.days.items()
        ],
    )
    _increase(
        Referrer,
        ["kind", "object_id", "day", "host"],
        ["views"],
        [(*item, day, host, n) for (item, day, host), n in _fold_hosts(sums.hosts).items()],
    )
    _increase(
        Excluded,
        ["day", "reason"],
        ["number"],
        [(day, reason, n) for (day, reason), n in sums.excluded.items()],
    )


def _fold_hosts(hosts):
    """Hosts beyond the most that an item and day keeps, summed under one name."""
    wanted: dict = {}
    for item, day, host in hosts:
        wanted.setdefault((item, day), set()).add(host)
    room = {}
    for (item, day), names in wanted.items():
        rows = Referrer.objects.filter(kind=item.kind, object_id=item.id, day=day)
        known = set(rows.values_list("host", flat=True)) - {Referrer.OTHER}
        new = sorted(names - known, key=lambda host: (-hosts[item, day, host], host))
        room[item, day] = known | set(new[: max(0, Referrer.MOST - len(known))])
    folded: dict = {}
    for (item, day, host), number in hosts.items():
        key = (item, day, host if host in room[item, day] else Referrer.OTHER)
        folded[key] = folded.get(key, 0) + number
    return folded


def _increase(model, keys, counters, rows: Iterable[tuple]) -> None:
    """Adds numbers to rows that may not exist yet."""
    addition = "{0} = {table}.{0} + excluded.{0}"
    _merge(model, keys, rows, [*keys, *counters], addition, counters)


def _merge(model, keys, rows, names, change, changed) -> None:
    """Inserts rows, or changes those that exist; locks them in the order of their keys."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    fields = [model._meta.get_field(name) for name in names]
    changes = ", ".join(change.format(quote(name), table=table) for name in changed)
    statement = (
        f"INSERT INTO {table} ({', '.join(map(quote, names))}) VALUES %s "
        f"ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {changes}"
    )
    one = f"({', '.join(['%s'] * len(names))})"
    # Numbers and texts go to the driver as they are; only days differ between databases.
    days = [place for place, field in enumerate(fields) if isinstance(field, DateField)]
    for part in _portions(sorted(rows), PORTION):
        values = [_adapted(row, days) for row in part]
        with connection.cursor() as cursor:
            cursor.execute(
                statement % ", ".join([one] * len(part)),
                [value for row in values for value in row],
            )


def _adapted(row, days):
    row = list(row)
    for place in days:
        row[place] = connection.ops.adapt_datefield_value(row[place])
    return row


def _portions(values, size=PORTION):
    return (values[start : start + size] for start in range(0, len(values), size))
