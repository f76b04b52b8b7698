"""What the ground floor must know of news: what is counted, searched, and due."""

from django.db.models import DateField, F
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import pgettext

from news import checks, effects, reading  # noqa: F401 -- the first two register themselves
from news.models import Commitment, Event, Release
from partners import due as deadlines
from partners import relationship
from publishing.cache import due
from publishing.editorial import targets
from publishing.pageviews import kinds
from publishing.search.documents import register as searchable
from publishing.search.publishable import document


def register():
    targets.register_item(Release)
    targets.register_item(Event)
    kinds.register("release", "news.Release", public_releases)
    kinds.gather("partner", "partners.Institution", "release", releases_about)
    searchable("release", Release, release_document)
    searchable("event", Event, event_document)
    relationship.register(events_with)
    deadlines.register_activity("event", "agreements", dated_events)
    deadlines.register_activity("release", "agreements", dated_releases)
    deadlines.register_activity("commitment", "agreement", dated_commitments)
    due.register(lambda now: Release.with_copies.next_change(now))
    due.register(lambda now: Event.with_copies.next_change(now))
    due.register(lambda now: Event.objects.next_end(now))
    due.register(lambda now: Event.objects.next_join(now))


def public_releases(ids: set[int]) -> set[int]:
    return set(Release.objects.public_anywhere().filter(pk__in=ids).values_list("pk", flat=True))


def releases_about(institution_id: int):
    return Release.objects.filter(institutions=institution_id).values("pk")


def release_document(release):
    date = release.printed_date
    return document(release, date=date.last if date else None, keywords="News 新闻")


def event_document(event):
    return document(event, date=event.start_date_first, keywords="Event 活动")


def events_with(institution, limit):
    """The events that took place, for the story of a partner."""
    for event in reading.events_with(institution, limit):
        yield relationship.Step(
            event.printed_date,
            event.get_kind_display(),
            event.title,
            event.get_absolute_url(),
            note=pgettext("between names", ", ").join(event.where),
            about=("event", event.pk),
        )


# What happened under agreements and on which day, for what is due.


def dated_events():
    return Event.objects.public_anywhere().annotate(day=F("start_date_last"))


def dated_releases():
    told = Coalesce("release_date_last", TruncDate("created_at"), output_field=DateField())
    return Release.objects.public_anywhere().annotate(day=told)


def dated_commitments():
    return Commitment.objects.annotate(day=TruncDate("saved_at"))
