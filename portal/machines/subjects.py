"""What a page is about, for programs: title, description, picture and place in the site.

Read from the context of the page's own template, so that both tell the same.
"""

from dataclasses import dataclass

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from news.models import Event, Release
from partners.models import Agreement, Institution
from portal.machines.cards import PORTAL
from portal.models import Page
from publishing.editorial import languages
from publishing.editorial.addresses import absolute, address_of, fixed_address
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
    title: str
    description: str
    wide: Picture
    square: Picture
    trail: tuple[tuple[str, str], ...]

    @property
    def pictures(self) -> tuple[Picture, Picture]:
        return self.wide, self.square

    @property
    def is_article(self) -> bool:
        return isinstance(self.item, Release)


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
    title = title_of(item, context)
    image = getattr(item, "lead_image", None)
    return Subject(
        item=item,
        title=title or site.name,
        description=description_of(item) or site.tagline or "",
        wide=picture(image, item, "wide", title or site.name),
        square=picture(image, item, "square", title or site.name),
        trail=trail(item, title, context),
    )


def title_of(item, context) -> str:
    """Empty on the home page."""
    if isinstance(item, Institution):
        return name_here(item)
    if isinstance(item, Agreement):
        return item.headline_here()
    if item is not None:
        return item.title_in(languages.active())
    return context.get("page_title") or section_name(context.get("nav_key"))


def description_of(item) -> str:
    if isinstance(item, Agreement):
        return item.public_summary(languages.active())
    if item is None:
        return ""
    described = getattr(item, "search_description", "")
    return described or languages.text(item, "summary", languages.active())


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
    steps = [(context["site"].name, absolute(fixed_address("home")))]
    section = context.get("nav_key")
    if item is not None and section in SECTION_LISTS:
        address = absolute(fixed_address(SECTION_LISTS[section]))
        steps.append((section_name(section), address))
    return (*steps, (title, own))
