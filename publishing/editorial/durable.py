"""Links of a text that name what they lead to get its present address when the text is read."""

import re

from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from publishing.editorial import languages, targets

_LINK = re.compile(r"<a ([^>]*)>(.*?)</a>", re.DOTALL)
_HREF = re.compile(r'href="(/ref/[^"]*)"')
# Institutions were merged into institutions that were merged; nobody goes further.
MERGES = 5


def with_addresses(html: str, language: str = "") -> str:
    """Cleaned ``html`` with addresses. A link to what cannot be read leaves its words alone.

    What is to be read in the other language only is linked there, and the link says so.
    """
    named = [targets.read_reference(href) for href in _HREF.findall(html)]
    if not named:
        return html
    found = _addresses({one[:2] for one in named if one}, language or languages.active())

    def placed(match):
        href = _HREF.search(match[1])
        if href is None:
            return match[0]
        kind, pk, rest = targets.read_reference(href[1]) or ("", 0, "")
        if (kind, pk) not in found:
            return match[2]
        path, there = found[kind, pk]
        attributes = match[1].replace(href[0], f'href="{escape(path)}{rest}"' + there)
        return f"<a {attributes}>{match[2]}</a>"

    return _LINK.sub(placed, html)


def _addresses(named, language):
    """``{(kind, key): (path, attribute)}`` of what anyone can read; a few queries for each kind."""
    found = {}
    for kind in sorted({kind for kind, _pk in named}):
        if page := targets.of_kind(kind):
            keys = _present(page[1], {pk for other, pk in named if other == kind})
            paths = _paths(*page, set(keys.values()), language)
            found |= {(kind, pk): paths[key] for pk, key in keys.items() if key in paths}
    return found


def _present(page, keys):
    """Each key with that of the row that stands in its place by now."""
    present = {key: key for key in keys}
    for _step in range(MERGES if page.stands_in else 0):
        gone = page.model._default_manager.filter(pk__in=present.values())
        instead = dict(
            gone.exclude(**{page.stands_in: None}).values_list("pk", page.stands_in).order_by()
        )
        if not instead:
            break
        present = {key: instead.get(now, now) for key, now in present.items()}
    return present


def _paths(url_name, page, keys, language):
    paths = {}
    for code in (language, languages.other(language)):
        rows = page.model._default_manager.filter(pk__in=keys - paths.keys())
        tag = "" if code == language else f' hreflang="{languages.TAGS[code]}"'
        with translation.override(code):
            for pk, value in page.readable(rows, code).values_list("pk", page.lookup).order_by():
                paths[pk] = (reverse(url_name, kwargs={page.lookup: value}), tag)
        if keys <= paths.keys():
            break
    return paths
