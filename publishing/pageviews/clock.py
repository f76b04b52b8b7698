"""Instants and the calendar days of the site's time zone."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> float:
    return time.time()


class Day(NamedTuple):
    """A calendar day with its first instant and the first instant after it."""

    date: date
    start: float
    end: float


def day_of(instant: float) -> Day:
    return _days.at(instant)


def date_of(instant: float) -> date:
    return _days.at(instant).date


class _Days:
    """Remembers the last day asked for: nearly all views fall on one and the same."""

    def __init__(self):
        self._zone = self._day = None

    def at(self, instant):
        zone, day = self._zone, self._day
        if zone == settings.TIME_ZONE and day.start <= instant < day.end:
            return day
        day = _compute(instant, settings.TIME_ZONE)
        self._day, self._zone = day, settings.TIME_ZONE
        return day


def _compute(instant, zone_name):
    zone = ZoneInfo(zone_name)
    today = datetime.fromtimestamp(instant, UTC).astimezone(zone).date()
    return Day(today, _midnight(today, zone), _midnight(today + timedelta(days=1), zone))


def _midnight(day, zone):
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


_days = _Days()
