"""What is news to a search engine: what appeared within the last two days."""

import datetime

from django.db.models import Min, Q

from news.models import Release
from publishing.editorial import languages
from publishing.editorial.languages import column, columns

# The limits of news sitemaps.
DAYS = datetime.timedelta(days=2)
ENTRIES = 1_000
INSTANTS = ("publish_at", "embargo_until", "expire_at", "last_updated")


def published(item, language: str) -> datetime.datetime:
    """The instant from which anybody could read this language."""
    publish, embargo, _expire = item.window(language)
    return max(publish, embargo or publish)


def own_text() -> Q:
    """Not a copy: a page that names another as its original stands in no sitemap."""
    return ~Q(origin=Release.Origin.REPUBLISHED) | Q(source_url="")


def recent(language: str, now):
    since = now - DAYS
    appeared = Q((f"{column('publish_at', language)}__gt", since))
    lifted = Q((f"{column('embargo_until', language)}__gt", since))
    public = Release.objects.public(language, at=now)
    return public.filter(own_text(), appeared | lifted)


def news(now) -> list[tuple[Release, str]]:
    """The newest releases, each with the language that appeared."""
    found = []
    for code in languages.CODES:
        rows = recent(code, now).order_by(f"-{column('publish_at', code)}", "-pk")
        rows = rows.only("slug", "live", *columns("headline", "state", *INSTANTS))
        found += [(item, code) for item in rows[:ENTRIES]]
    found.sort(key=lambda pair: published(*pair), reverse=True)
    return found[:ENTRIES]


def news_ends(now) -> datetime.datetime | None:
    """The next instant at which something ceases to be news, or one a little before it."""
    ends = []
    for code in languages.CODES:
        names = [column(name, code) for name in ("publish_at", "embargo_until")]
        first = {name: Min(name, filter=Q((f"{name}__gt", now - DAYS))) for name in names}
        ends += recent(code, now).aggregate(**first).values()
    return min((instant + DAYS for instant in ends if instant), default=None)
