"""Sitemaps: an index, pages by section, and the news of the last two days.

Every address stands in one sitemap only: as long as a release is news, in that of the news.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Max
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from news.models import Event, Release
from partners.models import Agreement, Institution
from portal.about import CHANGED
from portal.machines.news import INSTANTS, news, own_text, published
from portal.models import Page, SiteSettings
from publishing.cache.pages import public_page
from publishing.editorial import languages
from publishing.editorial.addresses import absolute
from publishing.editorial.languages import column, columns

# A sitemap may hold 50,000 addresses; smaller ones are made and fetched sooner.
ENTRIES = 5_000
ROWS = ENTRIES // len(languages.CODES)
# What news sitemaps call the languages.
NEWS_TAGS = {"en": "en", "zh-hans": "zh-cn"}


@dataclass(frozen=True)
class News:
    publication: str
    language: str
    published: datetime.datetime
    title: str


@dataclass(frozen=True)
class Entry:
    address: str
    # A day where no instant is known.
    changed: datetime.datetime | datetime.date | None
    alternates: tuple[tuple[str, str], ...]
    news: News | None = None


def address_in(name: str, language: str, **kwargs) -> str:
    with translation.override(language):
        return absolute(reverse(name, kwargs=kwargs))


def entries(addresses: dict[str, str], changed) -> list[Entry]:
    """One entry for each language, each naming all; ``changed`` gives a language's instant."""
    alternates = [(languages.TAGS[code], address) for code, address in addresses.items()]
    alternates.append(("x-default", alternates[0][1]))
    return [Entry(address, changed(code), tuple(alternates)) for code, address in addresses.items()]


def last_changed(item, language: str, now) -> datetime.datetime | None:
    """The last change of the text, or its appearance where that came later."""
    updated = getattr(item, column("last_updated", language))
    instants = (updated, published(item, language))
    return max((one for one in instants if one and one <= now), default=None)


class Published:
    """Releases, events or pages: the languages that are published."""

    def __init__(self, model):
        self.model = model

    def rows(self):
        rows = self.model.objects.public_anywhere()
        return rows.filter(own_text()) if self.model is Release else rows

    def entries(self, number: int) -> list[Entry]:
        now = timezone.now()
        fresh = {(item.pk, code) for item, code in news(now)} if self.model is Release else ()
        rows = self.rows().order_by("pk").only("slug", "live", *columns("state", *INSTANTS))
        found = []
        for item in rows[(number - 1) * ROWS : number * ROWS]:
            addresses = item_addresses(item)
            found += [
                entry
                for code, entry in zip(
                    addresses,
                    entries(addresses, lambda code, item=item: last_changed(item, code, now)),
                    strict=True,
                )
                if (item.pk, code) not in fresh
            ]
        return found


def item_addresses(item) -> dict[str, str]:
    return {code: absolute(item.get_absolute_url(code)) for code in item.public_languages()}


class Records:
    """Institutions or agreements: facts, shown in both languages."""

    def __init__(self, model, name, key):
        self.model, self.name, self.key = model, name, key

    def rows(self):
        return self.model.objects.public()

    def entries(self, number: int) -> list[Entry]:
        rows = self.rows().order_by("pk").values_list(self.key, "saved_at")
        found = []
        for value, saved in rows[(number - 1) * ROWS : number * ROWS]:
            addresses = {
                code: address_in(self.name, code, **{self.key: value}) for code in languages.CODES
            }
            found += entries(addresses, lambda _code, saved=saved: saved)
        return found


class Lists:
    """The home page, the lists, and the pages about the portal itself."""

    def rows(self):
        return None

    def entries(self, _number: int) -> list[Entry]:
        releases, events = last_updates(Release), last_updates(Event)
        institutions, agreements = last_saved(Institution), last_saved(Agreement)
        changed = {
            "home": releases,
            "news:release_list": releases,
            "news:event_list": events,
            "timeline": {},
            "partners:directory": dict.fromkeys(languages.CODES, institutions),
            "partners:register": dict.fromkeys(languages.CODES, agreements),
        }
        found = []
        for name, instants in changed.items():
            addresses = {code: address_in(name, code) for code in languages.CODES}
            found += entries(addresses, instants.get)
        for topic, day in CHANGED.items():
            addresses = {code: address_in("about", code, topic=topic) for code in languages.CODES}
            found += entries(addresses, lambda _code, day=day: day)
        return found


def last_updates(model) -> dict[str, datetime.datetime | None]:
    """For each language, when the newest public text of ``model`` changed or appeared."""
    now = timezone.now()
    found = {}
    for code in languages.CODES:
        newest = model.objects.public(code, at=now).aggregate(
            updated=Max(column("last_updated", code)), appeared=Max(column("publish_at", code))
        )
        found[code] = max((i for i in newest.values() if i and i <= now), default=None)
    return found


def last_saved(model) -> datetime.datetime | None:
    return model.objects.public().aggregate(Max("saved_at"))["saved_at__max"]


SECTIONS = {
    "site": Lists(),
    "news": Published(Release),
    "events": Published(Event),
    "pages": Published(Page),
    "partners": Records(Institution, "partners:institution", "slug"),
    "agreements": Records(Agreement, "partners:agreement", "number"),
}


def pages_of(section) -> int:
    rows = section.rows()
    return 1 if rows is None else -(-rows.count() // ROWS)


@public_page()
def index(request):
    addresses = [
        absolute(reverse("sitemap", kwargs={"section": name, "number": number}))
        for name, section in SECTIONS.items()
        for number in range(1, pages_of(section) + 1)
    ]
    return as_xml(request, "portal/machines/sitemap_index.xml", {"addresses": addresses})


@public_page()
def sitemap(request, section, number):
    found = SECTIONS.get(section)
    if found is None or not 0 < number <= max(1, pages_of(found)):
        raise Http404
    return as_xml(request, "portal/machines/sitemap.xml", {"entries": found.entries(number)})


@public_page()
def news_sitemap(request):
    now = timezone.now()
    office = SiteSettings.load()
    found = []
    for item, code in news(now):
        addresses = item_addresses(item)
        entry = next(
            one for one in entries(addresses, lambda _code: None) if one.address == addresses[code]
        )
        name = languages.text(office, "name", code) or languages.first_text(office, "name")
        told = News(name, NEWS_TAGS[code], published(item, code), item.title_in(code))
        found.append(Entry(entry.address, last_changed(item, code, now), entry.alternates, told))
    return as_xml(request, "portal/machines/sitemap.xml", {"entries": found})


def as_xml(request, template, context):
    return render(request, template, context, content_type="application/xml; charset=utf-8")
