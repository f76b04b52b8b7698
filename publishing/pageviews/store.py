"""Adds judged views to the tables. Called inside the collector's transaction, with its lock."""

from collections.abc import Iterable

from django.db import connection

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
        seen.key: Sight(seen.day, seen.visitor, seen.last, seen.views)
        for part in _portions(keys)
        for seen in Seen.objects.filter(key__in=part)
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
    Seen.objects.bulk_create(
        [
            Seen(key=key, day=s.day, visitor=s.visitor, last=s.last, views=s.views)
            for key, s in sorted(sums.sights.items())
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["last", "views"],
        batch_size=PORTION,
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
    """Adds numbers to rows that may not exist yet; locks them in the order of their keys."""
    rows = sorted(rows)
    if not rows:
        return
    quote = connection.ops.quote_name
    fields = [model._meta.get_field(name) for name in (*keys, *counters)]
    table = quote(model._meta.db_table)
    names = ", ".join(quote(field.column) for field in fields)
    conflict = ", ".join(quote(name) for name in keys)
    changes = ", ".join(
        f"{quote(name)} = {table}.{quote(name)} + excluded.{quote(name)}" for name in counters
    )
    one = f"({', '.join(['%s'] * len(fields))})"
    for part in _portions(rows, PORTION // len(fields)):
        values = [
            field.get_db_prep_save(value, connection)
            for row in part
            for field, value in zip(fields, row, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(part))} "
                f"ON CONFLICT ({conflict}) DO UPDATE SET {changes}",
                values,
            )


def _portions(values, size=PORTION):
    return (values[start : start + size] for start in range(0, len(values), size))
