"""What is due, for calendar programmes (RFC 5545): whole days, in the language of the address."""

import datetime
from itertools import islice
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import due
from publishing.editorial.addresses import absolute

BEHIND, AHEAD = datetime.timedelta(days=60), datetime.timedelta(days=730)
MOST = 2000
EPOCH = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def calendar(*, owner: int | None = None) -> bytes:
    today = timezone.localdate()
    question = due.Question(today - BEHIND, today + AHEAD, owner=owner, overdue=True)
    made = icalendar.Calendar()
    made.add("prodid", "-//Partnership portal//Due//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Due: agreements"))
    for item in due.items(islice(due.keys(question), MOST)):
        made.add_component(_entry(item))
    return made.to_ical()


def _entry(item):
    agreement = item.agreement
    entry = icalendar.Event()
    entry.add("uid", _uid(item))
    entry.add("sequence", _sequence(item))
    entry.add("dtstamp", agreement.saved_at)
    entry.add("summary", f"{item.label()}: {agreement.number} {agreement.headline_here()}")
    entry.add("dtstart", item.day)
    entry.add("dtend", item.day + due.DAY)
    # A reminder, not an appointment: the day stays free, and nobody else sees it.
    entry.add("transp", "TRANSPARENT")
    entry.add("class", "PRIVATE")
    entry.add("url", absolute(reverse("admin:partners_agreement_change", args=[agreement.pk])))
    return entry


def _uid(item) -> str:
    """The same while the day moves: a renewal moves the end, it makes no second one."""
    host = urlsplit(settings.PORTAL_BASE_URL).hostname
    what = f"{item.kind.value}-{item.years}" if item.years else item.kind.value
    return f"due-{item.agreement.pk}-{what}@{host}"


def _sequence(item) -> int:
    """Rises whenever the entry changes: with each save of the agreement or, for silence, which
    ends without one, with the day.
    """
    if item.kind == due.Kind.SILENCE:
        return item.day.toordinal()
    return int((item.agreement.saved_at - EPOCH).total_seconds())
