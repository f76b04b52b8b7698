"""The programme of an event as a table, with the clock of each city in a column of its own."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import formats

from news.models import Event, Session
from partners.models import Place
from publishing.editorial import languages
from publishing.editorial.zones import zone_of


@dataclass(frozen=True)
class City:
    name: str
    zone: ZoneInfo
    offset: str
    local: bool


@dataclass(frozen=True)
class Time:
    city: str
    local: bool
    iso: str
    time: str
    weekday: str


@dataclass(frozen=True)
class Line:
    session: Session
    times: list[Time]

    @property
    def is_break(self):
        return self.session.kind == Session.Kind.BREAK


def cities_of(event: Event, home_cities: list[Place]) -> list[City]:
    """The home cities, that of the event first; the event's own zone where there are none."""
    found = []
    for place in home_cities:
        if zone := zone_of(place.time_zone):
            found.append(_city(languages.first_text(place, "name"), zone, event))
    if not any(city.local for city in found):
        here = event.where[-1] if event.where else str(event.zone)
        found.insert(0, _city(here, event.zone, event))
    return sorted(found, key=lambda city: not city.local)


def _city(name, zone, event):
    there = event.starts_at.astimezone(zone)
    local = there.utcoffset() == event.starts_at.astimezone(event.zone).utcoffset()
    return City(name, zone, _offset(there), local)


def _offset(instant):
    """ "UTC+8", "UTC+5:30"."""
    minutes = int(instant.utcoffset().total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def spoken_in(sessions) -> list[Session.Spoken]:
    """The languages in which one can follow some of the sessions, in a fixed order."""
    both = Session.Spoken.BOTH
    spoken = {session.spoken for session in sessions}
    return [one for one in Session.Spoken if one != both and spoken & {one.value, both.value}]


def are_timed(sessions) -> bool:
    """Whether the hour of any session is known."""
    return any(session.begins_at for session in sessions)


def lines_of(sessions, cities: list[City]) -> list[Line]:
    """The sessions with their times; a weekday where the cities are not on the same day."""
    return [Line(session, _times(session, cities)) for session in sessions]


def _times(session, cities):
    instant = session.begins_at
    if instant is None:
        return [Time(city.name, city.local, "", "", "") for city in cities]
    local = [(city, instant.astimezone(city.zone)) for city in cities]
    differ = len({there.date() for _city, there in local} | {session.event.printed_date.first}) > 1
    return [
        Time(
            city.name,
            city.local,
            there.isoformat(),
            there.strftime("%H:%M"),
            formats.date_format(there, "D") if differ else "",
        )
        for city, there in local
    ]
