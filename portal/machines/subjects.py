"""What a page is about, for programs: title, description, picture and place in the site.

Read from the context of the page's own template, so that both tell the same.
"""

import datetime
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models import Event, Release
from partners.models import Agreement, Institution
from portal.machines.cards import PORTAL
from portal.models import Page
from publishing.cache.shared import once_per_version
from publishing.editorial import languages
from publishing.editorial.addresses import absolute, address_of, fixed_address
from publishing.editorial.languages import column
from publishing.editorial.templatetags.editorial import name_here
from publishing.media.cards import SHAPES
from publishing.media.renditions import rendition


@dataclass(frozen=True)
class Picture:
    address: str
    width: str
    height: str
    alt: str


@dataclass(frozen=True)
class Subject:
    """``item`` is the row the page shows, if it shows one; ``trail`` leads to it from home."""

    item: Model | None
    language: str
    title: str
    description: str
    wide: Picture
    square: Picture
    trail: tuple[tuple[str, str], ...]

    @property
    def is_article(self) -> bool:
        return isinstance(self.item, Release)

    @cached_property
    def published(self) -> datetime.datetime | None:
        return date_published(self.item, self.language) if self.is_article else None


SECTION_NAMES = {
    "news": _("News"),
    "events": _("Events"),
    "partners": _("Partners"),
    "agreements": _("Agreements"),
}
SECTION_LISTS = {
    "news": "news:release_list",
    "events": "news:event_list",
    "partners": "partners:directory",
    "agreements": "partners:register",
}


def section_name(key: str | None) -> str:
    return str(SECTION_NAMES.get(key, ""))


def subject_of(context) -> Subject:
    site = context["site"]
    item = context.get("object")
    item = item if isinstance(item, (Release, Event, Page, Institution, Agreement)) else None
    language = languages.active()
    title = title_of(item, language, context)
    known_as = title or site.name
    image = getattr(item, "lead_image", None)
    return Subject(
        item=item,
        language=language,
        title=known_as,
        description=description_of(item, language) or site.tagline or "",
        wide=picture(image, item, "wide", known_as),
        square=picture(image, item, "square", known_as),
        trail=trail(item, title, context),
    )


def title_of(item, language: str, context) -> str:
    """Empty on the home page."""
    if isinstance(item, Institution):
        return name_here(item)
    if isinstance(item, Agreement):
        return item.headline_here()
    if item is not None:
        return item.title_in(language)
    return context.get("page_title") or section_name(context.get("nav_key"))


def description_of(item, language: str) -> str:
    if isinstance(item, Agreement):
        return item.public_summary(language)
    if item is None:
        return ""
    described = isinstance(item, Release) and languages.text(item, "search_description", language)
    return described or languages.text(item, "summary", language)


def date_published(release: Release, language: str) -> datetime.datetime | None:
    """The release date as printed, where it names a day; else when it was published here."""
    first = getattr(release, column("first_published", language)) or release.publish_at(language)
    date = release.printed_date
    if date is None or date.day is None:
        return first
    if first is not None and timezone.localtime(first).date() == date.first:
        return first
    zone = ZoneInfo(settings.TIME_ZONE)
    day = datetime.datetime.combine(date.first, datetime.time.min, tzinfo=zone)
    return day if first is None or day <= timezone.now() else first


def picture(image, item, shape: str, title: str) -> Picture:
    """The photograph in the shape asked for, else the card drawn for the item."""
    if image is not None:
        made = rendition(image, "social" if shape == "wide" else "square")
        return Picture(absolute(made.url), *map(str, made.size), image.alt_for_reader or title)
    slug = getattr(item, "slug", None) or getattr(item, "number", None) or PORTAL
    address = absolute(address_of("card", slug, shape=shape))
    return Picture(address, *map(str, SHAPES[shape]), title)


def trail(item, title, context) -> tuple[tuple[str, str], ...]:
    """Names and addresses from the home page to this one; empty on the home page itself."""
    own = context.get("page_address") or context["page_urls"].canonical
    if not title:
        return ()
    section = context.get("nav_key")
    listed = item is not None and section in SECTION_LISTS
    return (*_way(context["site"], section if listed else ""), (title, own))


@once_per_version
def _way(site, section):
    """From the home page to the list of a section, if there is one."""
    home = (site.name, absolute(fixed_address("home")))
    if not section:
        return (home,)
    return home, (section_name(section), absolute(fixed_address(SECTION_LISTS[section])))
