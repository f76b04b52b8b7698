"""Where a link inside the site leads: to which row, and whether the public may read it there.

Publishable items are known by their ``url_name``; the floors above register their other pages.

A link is a path, or it names the row: ``/ref/release/12/`` leads to release 12, wherever that
stands when the text is read. No page answers there; ``durable`` puts the address in its place.
"""

import re
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
    # What answers at all: withdrawn items keep their page.
    readable: Callable
    # The foreign key to the row that took the place of this one.
    stands_in: str = ""

    @property
    def kind(self) -> str:
        return self.model._meta.model_name


@dataclass(frozen=True)
class Address:
    """An address of this site, taken apart. ``page`` None: it leads to no single row."""

    language: str
    url_name: str
    page: Page | None = None
    value: str = ""
    # ``value`` is the key of the row, and any language of it will do.
    is_reference: bool = False


@dataclass(frozen=True)
class Target:
    row: models.Model
    is_public: bool


_pages: dict[str, Page] = {}


def register(
    url_name: str,
    model,
    *,
    lookup: str = "slug",
    public: Callable,
    readable: Callable | None = None,
    stands_in: str = "",
) -> None:
    """``public(queryset, language)`` keeps the rows that anyone may read."""
    _pages[url_name] = Page(model, lookup, public, readable or public, stands_in)


def register_item(model) -> None:
    """A publishable model: its items are public language by language."""
    register(
        model.url_name,
        model,
        public=lambda rows, language: rows.public(language),
        readable=lambda rows, language: rows.public(language, withdrawn=True),
    )


def pages() -> dict[str, Page]:
    return _pages


_REFERENCE = re.compile(r"/ref/([a-z_]+)/([0-9]{1,18})/(.*)", re.DOTALL)


def reference(kind: str, pk: int) -> str:
    """The link to a row of the model ``kind``, for a text."""
    return f"/ref/{kind}/{pk}/"


def read_reference(href: str) -> tuple[str, int, str] | None:
    """``(kind, key, what follows)`` of a link that names its row; None for any other."""
    match = _REFERENCE.fullmatch(href)
    return (match[1], int(match[2]), match[3]) if match else None


def of_kind(kind: str) -> tuple[str, Page] | None:
    return next(((name, page) for name, page in _pages.items() if page.kind == kind), None)


def is_internal(href: str) -> bool:
    if href.startswith("/"):
        return not href.startswith(("//", "/\\"))
    return href == settings.PORTAL_BASE_URL or href.startswith(settings.PORTAL_BASE_URL + "/")


def read(href: str, language: str = "") -> Address | None:
    """The address that an internal link names; None where nothing answers there.

    ``language`` is that of the text, for links that name no language.
    """
    if named := read_reference(href):
        kind, pk, _rest = named
        found = of_kind(kind)
        language = language or languages.active()
        return found and Address(language, *found, value=str(pk), is_reference=True)
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
    rows = page.model._default_manager
    values = {address.value for address in wanted if not address.is_reference}
    by_value = {str(getattr(row, page.lookup)): row for row in _among(rows, page.lookup, values)}
    by_value |= _former(page, values - by_value.keys())
    keys = {address.value for address in wanted if address.is_reference}
    by_key = {str(row.pk): row for row in _among(rows, "pk", keys)}
    pks = [row.pk for row in (*by_value.values(), *by_key.values())]
    asked = languages.CODES if keys else {address.language for address in wanted}
    public = {
        code: set(page.public(rows.filter(pk__in=pks), code).values_list("pk", flat=True))
        for code in sorted(asked)
    }

    def target(address):
        row = (by_key if address.is_reference else by_value).get(address.value)
        codes = languages.CODES if address.is_reference else (address.language,)
        return row and Target(row, any(row.pk in public[code] for code in codes))

    return {address: target(address) for address in wanted}


def _among(rows, name, values):
    return rows.filter(**{f"{name}__in": values}) if values else ()


def _former(page, values):
    """Items that were public under one of these slugs once: the old address leads to them."""
    if not values or page.lookup != "slug":
        return {}
    kind = ContentType.objects.get_for_model(page.model)
    former = FormerAddress.objects.filter(content_type=kind, slug__in=values)
    ids = dict(former.values_list("slug", "object_id"))
    rows = page.model._default_manager.in_bulk(ids.values()) if ids else {}
    return {slug: rows[pk] for slug, pk in ids.items() if pk in rows}
