"""Events for calendar programmes (RFC 5545), in the reader's language."""

from datetime import UTC
from urllib.parse import urlsplit

import icalendar
from django.conf import settings

from news.models import Event
from publishing.editorial import languages
from publishing.editorial.addresses import absolute

_STATUS = {
    Event.Status.PROVISIONAL: "TENTATIVE",
    Event.Status.POSTPONED: "TENTATIVE",
    Event.Status.CANCELLED: "CANCELLED",
}


def uid(event: Event) -> str:
    """The same for ever and in both languages: calendars know the event by it."""
    return f"event-{event.pk}@{urlsplit(settings.PORTAL_BASE_URL).hostname}"


def calendar(events, *, name: str) -> bytes:
    """A calendar of events whose day is known."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Partnership portal//Events//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    for event in events:
        made.add_component(_entry(event))
    return made.to_ical()


def _entry(event):
    entry = icalendar.Event()
    language = icalendar.Parameters({"LANGUAGE": languages.TAGS[languages.active()]})
    entry.add("uid", uid(event))
    entry.add("sequence", event.calendar_sequence)
    entry.add("dtstamp", event.saved_at)
    entry.add("last-modified", event.saved_at)
    entry.add("status", _STATUS.get(event.status, "CONFIRMED"))
    entry.add("summary", event.title, parameters=language)
    _add_times(entry, event)
    if event.summary:
        entry.add("description", event.summary, parameters=language)
    if event.where:
        entry.add("location", ", ".join(event.where), parameters=language)
    entry.add("url", absolute(event.get_absolute_url()))
    return entry


def _add_times(entry, event):
    """Instants in UTC where the hour is known, whole days where it is not."""
    if event.start_time is None:
        entry.add("dtstart", event.starts_at.astimezone(event.zone).date())
        # The end of a whole day is the next one, which is where an event of unknown hour ends.
        entry.add("dtend", event.ends_at.astimezone(event.zone).date())
        return
    entry.add("dtstart", event.starts_at.astimezone(UTC))
    if event.end_time is not None:
        entry.add("dtend", event.ends_at.astimezone(UTC))
