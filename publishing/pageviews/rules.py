"""The rules that decide which clicks are views. Pure: what is known goes in, sums come out.

Rules 3, 10, 11 and 12 of the definition in docs/pageviews.md.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from . import clock
from .journal import KEPT_HOURS, Record
from .kinds import Item
from .models import Reason

# A click so soon after the visitor's last one on the item is the same view (COUNTER 7.2).
CHAIN = 30
# What no reader does: items opened within a minute, views of one item in a day.
MINUTE = 60
ITEMS_A_MINUTE = 60
VIEWS_A_DAY = 30


@dataclass
class Sight:
    """What is known of a visitor and an item on a day."""

    day: date
    visitor: str
    last: float
    views: int = 0


@dataclass
class Sums:
    """What a batch of clicks adds."""

    views: Counter = field(default_factory=Counter)  # item
    days: Counter = field(default_factory=Counter)  # item, day, language
    visitors: Counter = field(default_factory=Counter)  # item, day, language
    hosts: Counter = field(default_factory=Counter)  # item, day, host
    excluded: Counter = field(default_factory=Counter)  # day, reason
    sights: dict[str, Sight] = field(default_factory=dict)


def sight_key(day: date, item: Item, visitor: str) -> str:
    return f"{_digits(day)}.{item.kind}-{item.id}.{visitor}"


@lru_cache(8)
def _digits(day):
    return day.strftime("%Y%m%d")


def keys(record: Record) -> list[str]:
    """Where clicks of the same visitor on the same item are found: today's, then yesterday's."""
    if not record.visitor:
        return []
    day = clock.day_of(record.at)
    found = [sight_key(day.date, record.item, record.visitor)]
    if record.yesterday:
        eve = clock.date_of(day.start - 1)
        found.append(sight_key(eve, record.item, record.yesterday))
    return found


def judge(
    records: Iterable[Record],
    *,
    public: set[Item],
    sights: dict[str, Sight],
    opened: dict[str, dict[Item, float]],
    now: float,
) -> Sums:
    """Adds up the records, in the order of their instants.

    ``sights`` holds what is known under the records' keys; ``opened`` holds, per visitor, the
    items of the minute before the batch with their last clicks. Both are changed.
    """
    sums = Sums()
    for record in sorted(records, key=lambda record: record.at):
        day = clock.date_of(record.at)
        reason = record.reason
        if not reason and record.item not in public:
            reason = Reason.NO_ITEM
        first = False
        if not reason and record.visitor:
            reason, first = _click(record, day, sights, opened, sums, now)
        if reason:
            sums.excluded[day, str(reason)] += 1
        else:
            _add(sums, record, day, first)
    return sums


def _click(record, day, sights, opened, sums, now):
    """Whether the click is excluded, and whether it is the visitor's first view of the day."""
    key, *before = keys(record)
    known = sights.get(key)
    last = [sights[name].last for name in (key, *before) if name in sights]
    sight = known or Sight(day, record.visitor, record.at)
    sights[key] = sight
    sight.last = max(sight.last, record.at)
    if record.at > now - KEPT_HOURS * 3600:
        sums.sights[key] = sight
    items = opened.setdefault(record.visitor, {})
    items[record.item] = max(record.at, items.get(record.item, 0))
    if any(abs(record.at - at) <= CHAIN for at in last):
        return Reason.REPEAT, False
    lately = sum(record.at - at < MINUTE for at in items.values())
    if lately > ITEMS_A_MINUTE or sight.views >= VIEWS_A_DAY:
        return Reason.AUTOMATED, False
    sight.views += 1
    return None, sight.views == 1 and key in sums.sights


def _add(sums, record, day, first):
    sums.views[record.item] += 1
    sums.days[record.item, day, record.language] += 1
    if first:
        sums.visitors[record.item, day, record.language] += 1
    if record.host:
        sums.hosts[record.item, day, record.host] += 1
