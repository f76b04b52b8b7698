"""Feeds of releases in one language: Atom (RFC 4287) and JSON Feed 1.1."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from news.models import Release
from news.selection import Selection
from partners.models import CooperationField, Institution
from publishing.cache.pages import public_page
from publishing.editorial import languages, richtext
from publishing.editorial.addresses import absolute
from publishing.editorial.languages import column
from publishing.editorial.records import ChangeNote

LENGTH = 30
# The year of the office, for identifiers (RFC 4151).
FOUNDED = datetime(2018, 1, 1, tzinfo=UTC)
# By what a feed may be narrowed.
CHOICES = ("field", "kind", "institution")


class Feed(Atom1Feed):
    """Where there are no entries, ``empty_since`` stands for Django's present instant."""

    def latest_post_date(self):
        return super().latest_post_date() if self.items else self.feed["empty_since"]


def identifier(release: Release, language: str) -> str:
    """The same for ever, whatever becomes of the address of the text (RFC 4151)."""
    host = urlsplit(settings.PORTAL_BASE_URL).hostname
    return f"tag:{host},{FOUNDED.year}:release-{release.pk}-{language}"


def title_of(selection: Selection) -> str:
    """ "News", with what narrows it."""
    parts = [_("News")]
    if selection.field:
        parts.append(languages.first_text(selection.field, "name"))
    if selection.kind:
        parts.append(str(Release.Kind(selection.kind).label))
    if selection.institution:
        parts.append(languages.first_text(selection.institution, "name"))
    return pgettext("between the parts of a title", ": ").join(parts)


def _asked(request):
    """The selection, and its newest releases with the instants of the reader's language."""
    selection = Selection.read(request.GET, CooperationField.objects.all())
    releases = selection.releases("year", "sort").newest_first().select_related("field")
    return selection, list(releases[:LENGTH])


def _instants(release, language):
    """First published and last updated."""
    first = getattr(release, column("first_published", language)) or release.publish_at(language)
    return first, getattr(release, column("last_updated", language)) or first


def _last_change(language):
    """When the news of a language last changed, as far as it is still there."""
    names = [column(name, language) for name in ("first_published", "last_updated", "publish_at")]
    newest = Release.objects.public(language).aggregate(*map(Max, names))
    return max(filter(None, newest.values()), default=FOUNDED)


def _summaries(releases, language) -> dict[int, str]:
    """The summary of each; a text that was changed says what has changed."""
    notes = ChangeNote.objects.latest(Release, [one.pk for one in releases], language)
    found = {}
    for release in releases:
        found[release.pk] = release.summary or ""
        if note := notes.get(release.pk):
            updated = _("Updated: %(note)s") % {"note": note}
            found[release.pk] = pgettext("between sentences", "%(one)s %(next)s") % {
                "one": found[release.pk],
                "next": updated,
            }
    return {pk: text.strip() for pk, text in found.items()}


def _tags(release):
    field = [languages.first_text(release.field, "name")] if release.field else []
    return [*field, str(release.get_kind_display())]


def author() -> str:
    """The office by its own record; where it has none, the site's host."""
    own = Institution.objects.public().filter(is_own=True).first()
    return languages.first_text(own, "name") if own else urlsplit(settings.PORTAL_BASE_URL).hostname


@public_page(*CHOICES)
def atom(request):
    selection, releases = _asked(request)
    language = languages.active()
    query = selection.query(*CHOICES)
    feed = Feed(
        title=title_of(selection),
        link=absolute(reverse("news:release_list") + query),
        feed_url=absolute(reverse("news:atom") + query),
        description="",
        language=languages.TAGS[language],
        author_name=author(),
        empty_since=_last_change(language) if not releases else None,
    )
    summaries = _summaries(releases, language)
    for release in releases:
        first, updated = _instants(release, language)
        feed.add_item(
            title=release.title_in_lists,
            link=absolute(release.get_absolute_url()),
            description=summaries[release.pk],
            unique_id=identifier(release, language),
            pubdate=first,
            updateddate=updated,
            categories=_tags(release),
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


@public_page(*CHOICES)
def json_feed(request):
    selection, releases = _asked(request)
    query = selection.query(*CHOICES)
    language = languages.active()
    summaries = _summaries(releases, language)
    return JsonResponse(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title_of(selection),
            "home_page_url": absolute(reverse("news:release_list") + query),
            "feed_url": absolute(reverse("news:json_feed") + query),
            "language": languages.TAGS[languages.active()],
            "authors": [{"name": author()}],
            "items": [_json_item(one, language, summaries[one.pk]) for one in releases],
        },
        content_type="application/feed+json",
        json_dumps_params={"ensure_ascii": False},
    )


def _json_item(release, language, summary):
    first, updated = _instants(release, language)
    item = {
        "id": identifier(release, language),
        "url": absolute(release.get_absolute_url()),
        "title": release.title_in_lists,
        "summary": summary,
        "content_text": richtext.plain(release.body),
        "date_published": first.isoformat(),
        "date_modified": updated.isoformat(),
        "tags": _tags(release),
    }
    if release.source_url:
        item["external_url"] = release.source_url
    return item
