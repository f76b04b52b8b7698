"""News beside other things: partners, agreements and the home page compose through these tags."""

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext

from news import facts, reading, rows
from news.models import Commitment, Event, Release
from news.programme import are_timed, cities_of, lines_of
from publishing.editorial.zones import zone_of

register = template.Library()


@register.simple_tag
def release_rows(releases, level=2, *, short=False):
    """A row for each; ``level`` is that of their headings. They go into a list."""
    return rows.rendered(releases, level, short=short)


@register.inclusion_tag("news/_releases_about.html")
def releases_about(institution):
    """The newest releases that name this institution."""
    found = reading.releases_about(institution)
    return {"releases": found, "query": f"?institution={institution.slug}"}


@register.inclusion_tag("news/_releases_about.html")
def releases_with_agreement(agreement, limit=5):
    releases = Release.objects.public().filter(agreements=agreement)
    return {"releases": releases.newest_first().for_list()[:limit]}


register.simple_tag(facts.share)
register.simple_tag(facts.hero)
register.simple_tag(facts.held)
register.simple_tag(facts.parties, name="party_lines")
register.simple_tag(facts.signed)
register.simple_tag(facts.partners, name="partner_chips")
register.simple_tag(facts.neighbours)


@register.inclusion_tag("news/_events_about.html", takes_context=True)
def events_about(context, institution):
    """What is to come with this institution; what took place stands in its story."""
    return {"events": reading.events_to_come(institution), "site": context.get("site")}


@register.inclusion_tag("admin/news/_brief.html")
def news_brief(institution, limit=10):
    """Open commitments, the last meetings and the latest news, for the visit brief."""
    commitments = Commitment.objects.about_institution(institution).open()
    events = Event.objects.public().filter(institutions=institution, starts_at__lte=timezone.now())
    releases = Release.objects.public().filter(institutions=institution)
    return {
        "commitments": [one for one in commitments[: limit * 2] if one.text],
        "events": events.for_list().order_by("-starts_at")[:limit],
        "releases": releases.newest_first().for_list()[:limit],
    }


@register.inclusion_tag("news/_clocks.html")
def clocks(event, home_cities):
    """When an event begins in each home city, its own first; nothing where no hour is known."""
    if event.start_time is None or event.printed_date.day is None:
        return {"clocks": []}
    shown, days = [], set()
    for city in home_cities:
        zone = zone_of(city.time_zone)
        if zone is None:
            continue
        local = event.starts_at.astimezone(zone)
        days.add(local.date())
        shown.append({"city": city.name, "instant": local})
    here = event.starts_at.astimezone(event.zone).utcoffset()
    shown.sort(key=lambda clock: clock["instant"].utcoffset() != here)
    return {"clocks": shown, "days_differ": len(days) > 1}


@register.inclusion_tag("news/_programme.html")
def programme(event, sessions, home_cities, choices=()):
    """The programme with the clocks of the home cities; nothing where there is none.

    ``choices`` are the languages by which readers may narrow it.
    """
    if not sessions:
        return {}
    cities = cities_of(event, home_cities) if are_timed(sessions) else []
    return {"cities": cities, "lines": lines_of(sessions, cities), "choices": choices}


@register.simple_tag
def event_day_line(event):
    """ "July 2020, Thursday" beneath the large day."""
    date = event.printed_date
    if date.day is None:
        return date.localised()
    month = formats.date_format(date.first, "YEAR_MONTH_FORMAT")
    weekday = formats.date_format(date.first, "l")
    return gettext("%(month)s, %(weekday)s") % {"month": month, "weekday": weekday}


@register.inclusion_tag("news/_commitments.html")
def commitments_of(source):
    """What was promised in this agreement or at this event, and what became of it."""
    return {"commitments": source.commitments.public().for_list()}


@register.inclusion_tag("news/_commitments.html")
def commitments_about(institution, limit=20):
    found = Commitment.objects.public().about_institution(institution)
    return {"commitments": found.for_list()[:limit]}
