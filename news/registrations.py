"""What the ground floor must know of news: what is counted, searched, and due."""

from django.db.models import OuterRef
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import pgettext

from news import checks, effects  # noqa: F401 -- they register themselves
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
    searchable("release", Release, release_document)
    searchable("event", Event, event_document)
    relationship.register(events_with)
    deadlines.register_activity(events_under)
    deadlines.register_activity(releases_under)
    deadlines.register_activity(commitments_under)
    due.register(lambda now: Release.with_copies.next_change(now))
    due.register(lambda now: Event.with_copies.next_change(now))
    due.register(lambda now: Event.objects.next_end(now))
    due.register(lambda now: Event.objects.next_join(now))


def public_releases(ids: set[int]) -> set[int]:
    return set(Release.objects.public_anywhere().filter(pk__in=ids).values_list("pk", flat=True))


def release_document(release):
    date = release.printed_date
    return document(release, date=date.last if date else None, keywords="News 新闻")


def event_document(event):
    return document(event, date=event.start_date_first, keywords="Event 活动")


def events_with(institution, limit):
    """The events that took place, for the story of a partner."""
    rows = Event.objects.public().filter(institutions=institution, starts_at__lte=timezone.now())
    rows = rows.exclude(status=Event.Status.CANCELLED).order_by("-start_date_last", "-pk")
    for event in rows.for_list()[:limit]:
        yield relationship.Step(
            event.printed_date,
            event.get_kind_display(),
            event.title,
            event.get_absolute_url(),
            note=pgettext("between names", ", ").join(event.where),
            about=("event", event.pk),
        )


# On which days something happened under an agreement, for what is due.


def events_under():
    rows = Event.objects.filter(agreements=OuterRef("pk")).public_anywhere()
    return rows.order_by("-start_date_last").values("start_date_last")


def releases_under():
    rows = Release.objects.filter(agreements=OuterRef("pk")).public_anywhere()
    rows = rows.annotate(told=Coalesce("release_date_last", TruncDate("created_at")))
    return rows.order_by("-told").values("told")


def commitments_under():
    rows = Commitment.objects.filter(agreement=OuterRef("pk"))
    return rows.annotate(kept=TruncDate("saved_at")).order_by("-kept").values("kept")
