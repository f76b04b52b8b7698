"""The public numbers that this process hands out, at most two seconds old.

Only items that somebody asked for lately are kept, and all of them are read anew each second, in
two queries per kind. So the request that counts a view needs no query.
"""

import time
from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from django.db import Error

from . import kinds
from .kinds import Item
from .models import Total

# Seconds after which a number counts as unknown.
STALE = 2
# Seconds after which an item that nobody asked for is dropped.
IDLE = 60
# Items kept at most, since requests of the process wait while they are read; the one asked for
# longest ago goes first.
MOST = 500


class Figure(NamedTuple):
    """A number, or None for what no visitor may see, and when it was read."""

    number: int | None
    at: float


class Figures:
    def __init__(self):
        self._lock = Lock()
        self._known: dict[Item, Figure] = {}
        self._asked: dict[Item, float] = {}

    def look(self, item: Item) -> Figure | None:
        """What is known of the item, None if nothing fresh is. Never asks the database."""
        now = time.monotonic()
        with self._lock:
            # Taken out and put in again: the order of the dictionary is the order of asking.
            self._asked.pop(item, None)
            self._asked[item] = now
            if len(self._asked) > MOST:
                oldest = next(iter(self._asked))
                del self._asked[oldest]
                self._known.pop(oldest, None)
            figure = self._known.get(item)
        return figure if figure and now - figure.at <= STALE else None

    def read(self, items: Iterable[Item]) -> dict[Item, int]:
        """The numbers of the public ones; asks the database for those not known.

        While the database is away, an old number is better than none.
        """
        items = list(items)
        found = {item: figure for item in items if (figure := self.look(item))}
        missing = [item for item in items if item not in found]
        try:
            fetched = fetch(missing)
            with self._lock:
                self._known |= {item: fetched[item] for item in fetched if item in self._asked}
        except Error:
            with self._lock:
                fetched = {item: self._known[item] for item in missing if item in self._known}
            if missing and not fetched and not found:
                raise
        figures = (found | fetched).items()
        return {item: figure.number for item, figure in figures if figure.number is not None}

    def refresh(self) -> None:
        began = time.monotonic()
        oldest = began - IDLE
        with self._lock:
            self._asked = {item: at for item, at in self._asked.items() if at >= oldest}
            items = list(self._asked)
        fetched = fetch(items)
        with self._lock:
            kept = {item: figure for item, figure in self._known.items() if figure.at > began}
            self._known = {item: fetched[item] for item in fetched if item in self._asked} | kept

    def clear(self) -> None:
        with self._lock:
            self._known, self._asked = {}, {}


def fetch(items: list[Item]) -> dict[Item, Figure]:
    at = time.monotonic()
    public = kinds.public(items)
    numbers = {
        Item(key, object_id): shown
        for key, ids in kinds.by_kind(public).items()
        for object_id, shown in Total.objects.filter(kind=key, object_id__in=ids).values_list(
            "object_id", "shown"
        )
    }
    return {item: Figure(numbers.get(item, 0) if item in public else None, at) for item in items}


figures = Figures()
