"""Addresses of a page in both languages: canonical, alternates, and the language switch."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import Resolver404, get_script_prefix, resolve, reverse, translate_url
from django.utils import translation

from publishing.editorial import languages


@dataclass(frozen=True)
class Alternate:
    hreflang: str
    href: str


@dataclass(frozen=True)
class Switch:
    """The link to the same page in the other language, labelled in that language."""

    href: str
    label: str
    lang: str

    @property
    def hreflang(self):
        return self.lang


@dataclass(frozen=True)
class PageUrls:
    canonical: str
    alternates: list[Alternate]
    switch: Switch


# Fits where a slug does, and stands in no address.
_PLACE = "the-word-that-differs"
_WORD = re.compile(r"[-\w]+", re.ASCII)


def address_of(name: str, word: str, *, parameter="slug", language=None, **others) -> str:
    """``reverse`` for addresses that differ by one slug: each row of a list asks for some."""
    language = language or languages.active()
    if not _WORD.fullmatch(word):
        # The way to the usual error.
        return _reverse(language, name, {parameter: word} | others)
    where = language, settings.ROOT_URLCONF, get_script_prefix()
    head, tail = _around(name, parameter, tuple(others.items()), *where)
    return f"{head}{word}{tail}"


def fixed_address(name: str) -> str:
    """``reverse`` for addresses that are the same on every page."""
    return _fixed(name, languages.active(), settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(256)
def _fixed(name, language, _urlconf, _prefix):
    return _reverse(language, name, None)


@lru_cache(256)
def _around(name, parameter, others, language, _urlconf, _prefix):
    address = _reverse(language, name, {parameter: _PLACE, **dict(others)})
    head, _place, tail = address.partition(_PLACE)
    return head, tail


def _reverse(language, name, words):
    with translation.override(language):
        return reverse(name, kwargs=words)


def absolute(path: str) -> str:
    return settings.PORTAL_BASE_URL + path


def path_in(path: str, here: str, language: str) -> str:
    """The path in ``language`` of a page whose path is that of the language ``here``; the home page
    where there is no such page."""
    if path.startswith(f"/{here}/"):
        return f"/{language}/{path.removeprefix(f'/{here}/')}"
    translated = translate_url(path, language)
    return translated if translated != path else f"/{language}/"


def page_urls(request, published=languages.CODES) -> PageUrls:
    """For the page of ``request``, whose text exists in the ``published`` languages."""
    here = languages.active()
    there, query = languages.other(here), _known_query(request)
    paths = {code: path_in(request.path, here, code) + query for code in languages.CODES}
    alternates = [Alternate(languages.TAGS[code], absolute(paths[code])) for code in published]
    if published:
        alternates.append(Alternate("x-default", alternates[0].href))
    return PageUrls(absolute(request.path) + query, alternates, _switch(paths[there], there))


def _known_query(request):
    """What the view of the page reads of the query string."""
    if not request.GET:
        return ""
    known = getattr(getattr(request.resolver_match, "func", None), "public_parameters", ())
    kept = request.GET.copy()
    for name in set(kept) - set(known):
        del kept[name]
    return f"?{kept.urlencode()}" if kept else ""


def error_urls(request) -> PageUrls:
    """For a page with nothing to read: its switch leads to the list that would hold it, or home."""
    here = languages.active()
    there = languages.other(here)
    return PageUrls("", [], _switch(path_in(_list_above(request.path), here, there), there))


def _switch(address, there):
    return Switch(address, languages.OWN_NAMES[there], languages.TAGS[there])


def _list_above(path):
    """The path of the nearest public page, here or above, that is there whatever is published."""
    while path.count("/") > 2:
        try:
            match = resolve(path)
        except Resolver404:
            match = None
        if match and not match.kwargs and hasattr(match.func, "public_parameters"):
            break
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return path
