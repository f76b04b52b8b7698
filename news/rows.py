"""The rows of releases in lists, drawn from frames: a release costs a list the same whether one of
a hundred is shown again or one of a hundred thousand for the first time.
"""

from collections.abc import Iterable

from django.utils.safestring import SafeString

from news.models import Release
from publishing.cache.frames import Frames
from publishing.editorial import languages
from publishing.media.templatetags.media import picture
from publishing.pageviews import kinds
from publishing.pageviews.templatetags.pageviews import grouped

LONG, SHORT = Frames("news/_release_row.html"), Frames("news/_release_row_short.html")


def rendered(releases: Iterable[Release], level: int, *, short: bool) -> SafeString:
    here, key = languages.active(), kinds.key_of(Release)
    frames, texts = (SHORT, _short_texts) if short else (LONG, _texts)
    return frames.drawn({"level": level} | texts(release, here, key) for release in releases)


def _short_texts(release, here, key):
    date, field, number = release.printed_date, release.field, getattr(release, "pageviews", None)
    return {
        "slug": release.slug,
        "title": release.list_title_in(here),
        "date.iso": date.iso if date else "",
        "date.day": str(date.day) if date and date.day else "",
        "date.month_year": date.month_year if date else "",
        "field.name": languages.text(field, "name", here) if field else "",
        "field.slot": str(field.slot) if field else "",
        "token": "" if number is None else f"{key}-{release.pk}",
        "number": "" if number is None else grouped(number),
        # The words around the number tell one view from several.
        "is_one": number == 1,
    }


def _texts(release, here, key):
    return _short_texts(release, here, key) | {
        "summary": languages.text(release, "summary", here),
        "languages": release.languages_label(),
        "picture": picture(release.lead_image, "row", alt="") if release.lead_image else "",
    }
