"""The rows of releases in lists: rendered once for each version of the content, but for the number
of pageviews, which moves on without one.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.template.loader import get_template
from django.utils.html import format_html, format_html_join

from news.models import Release
from publishing.cache.shared import each_once_per_version
from publishing.editorial import languages
from publishing.pageviews.templatetags.pageviews import grouped

# About a kilobyte each.
KEPT = 2_000
TEMPLATES = {False: "news/_release_row.html", True: "news/_release_row_short.html"}
# Where the number goes; no text that is stored can hold it.
PLACE = "\0number\0"


class Frame(NamedTuple):
    """A row as it is around its number; the words there tell one view from several."""

    release: int
    level: int
    short: bool
    is_counted: bool
    is_one: bool


def rendered(releases: Iterable[Release], level: int, *, short: bool) -> str:
    shown = {}
    for release in releases:
        number = getattr(release, "pageviews", None)
        shown[Frame(release.pk, level, short, number is not None, number == 1)] = release
    frames = _frames(shown, shown)
    return format_html_join(
        "", "{}", ((_filled(frames[key], release),) for key, release in shown.items())
    )


@each_once_per_version(KEPT)
def _frames(asked, shown):
    return {frame: _frame(frame, shown[frame]) for frame in asked}


def _frame(frame, release):
    """The row as a format, in which only the number is left open."""
    words = {
        "release": release,
        "summary": languages.text(release, "summary", languages.active()),
        "level": frame.level,
        "number": PLACE,
    }
    html = get_template(TEMPLATES[frame.short]).render(words)
    return html.replace("{", "{{").replace("}", "}}").replace(PLACE, "{}")


def _filled(frame, release):
    number = getattr(release, "pageviews", None)
    return format_html(frame, "" if number is None else grouped(number))
