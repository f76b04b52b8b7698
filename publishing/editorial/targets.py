"""Where a link inside the site leads: to which row, and whether the public may read it there.

Publishable items are known by their ``url_name``; the floors above register their other pages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import Resolver404, resolve
from django.utils import translation

from publishing.editorial import languages
from publishing.editorial.records import FormerAddress


@dataclass(frozen=True)
class Page:
    """The pages of a model: by which part of the address a row is found, and which are public."""

    model: type[models.Model]
    lookup: str
    public: Callable


@dataclass(frozen=True)
class Address:
    """An address of this site, taken apart. ``page`` None: it leads to no single row."""

    language: str
    url_name: str
    page: Page | None = None
    value: str = ""


@dataclass(frozen=True)
class Target:
    row: models.Model
    is_public: bool


_pages: dict[str, Page] = {}


def register(url_name: str, model, *, lookup: str = "slug", public: Callable) -> None:
    """``public(queryset, language)`` keeps the rows that anyone may read."""
    _pages[url_name] = Page(model, lookup, public)


def register_item(model) -> None:
    """A publishable model: its items are public language by language."""
    register(model.url_name, model, public=lambda rows, language: rows.public(language))


def pages() -> dict[str, Page]:
    return _pages


def is_internal(href: str) -> bool:
    if href.startswith("/"):
        return not href.startswith(("//", "/\\"))
    return href == settings.PORTAL_BASE_URL or href.startswith(settings.PORTAL_BASE_URL + "/")


def read(href: str) -> Address | None:
    """The address that an internal link names; None where nothing answers there."""
    path = unquote(urlsplit(href).path) or "/"
    language = next((c for c in languages.CODES if path.startswith(f"/{c}/")), languages.active())
    with translation.override(language):
        try:
            match = resolve(path)
        except Resolver404:
            return None
    page = _pages.get(match.view_name)
    value = str(match.kwargs.get(page.lookup, "")) if page else ""
    return Address(language, match.view_name, page, value)


def find(addresses: Iterable[Address]) -> dict[Address, Target | None]:
    """The rows behind the addresses that have one; None where the row is missing.

    Four queries for each model at most: rows, public ones of each language, former addresses.
    """
    grouped: dict[Page, set[Address]] = {}
    for address in addresses:
        if address.page is not None:
            grouped.setdefault(address.page, set()).add(address)
    found: dict[Address, Target | None] = {}
    for page, wanted in grouped.items():
        found |= _find(page, wanted)
    return found


def _find(page, wanted):
    values = {address.value for address in wanted}
    rows = page.model._default_manager.filter(**{f"{page.lookup}__in": values})
    by_value = {str(getattr(row, page.lookup)): row for row in rows}
    by_value |= _former(page, values - by_value.keys())
    pks = [row.pk for row in by_value.values()]
    public = {}
    for code in sorted({address.language for address in wanted}):
        readable = page.public(page.model._default_manager.filter(pk__in=pks), code)
        public[code] = set(readable.values_list("pk", flat=True))
    return {
        address: (row := by_value.get(address.value))
        and Target(row, row.pk in public[address.language])
        for address in wanted
    }


def _former(page, values):
    """Items that were public under one of these slugs once: the old address leads to them."""
    if not values or page.lookup != "slug":
        return {}
    kind = ContentType.objects.get_for_model(page.model)
    former = FormerAddress.objects.filter(content_type=kind, slug__in=values)
    ids = dict(former.values_list("slug", "object_id"))
    rows = page.model._default_manager.in_bulk(ids.values()) if ids else {}
    return {slug: rows[pk] for slug, pk in ids.items() if pk in rows}
