"""What the ground floor must know of news: what is counted, searched, and due."""

from news import checks, effects  # noqa: F401 -- they register themselves
from news.models import Event, Release
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
