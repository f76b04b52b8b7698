"""Rich text: one allow-list for the editor, for saving and for the page.

This is the only module that declares text safe. Stored text is cleaned again when it is shown,
so that neither an older rule nor a direct write to the database can run a script.
"""

import json
import re
from functools import cache
from html import unescape

import nh3
from django.template.loader import render_to_string
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField

from publishing.editorial import durable
from publishing.media.models import Image, Video

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "HardBreak": True,
    "LibraryFigure": {
        "words": {
            "picture": _("Picture from the library"),
            "video": _("Video from the library"),
            "search": _("Search the library"),
            "none": _("Nothing found."),
            "alt": _("Description, where that of the library does not fit"),
            "caption": _("Caption, where that of the library does not fit"),
            "width": _("Width: full or half"),
            "cancel": _("Cancel"),
        }
    },
    "SiteLink": {
        "words": {
            "link": _("Link to a page or file of this site"),
            "search": _("Search pages, partners, agreements and files"),
            "none": _("Nothing found."),
            "cancel": _("Cancel"),
        }
    },
    "CleanPaste": {
        "words": {
            "dropped": _("Left out when pasting:"),
            "images": _("pictures"),
            "styles": _("colours and sizes"),
            "objects": _("scripts and objects"),
            "remarks": _("remarks and text struck out"),
        }
    },
}

_ESCAPED = [(character, f"\\u{ord(character):04x}") for character in "<>&\u2028\u2029"]
_FIGURE = re.compile(r"<figure([^>]*)>.*?</figure>", re.DOTALL)
_ATTRIBUTE = re.compile(r'data-([a-z]+)="([^"]*)"')
# In cleaned HTML every "<" of a text is written &lt;, and every element but these is closed.
_TAG = re.compile(r'<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?:"[^"]*"|[^">])*>')
_VOID = {"br", "hr"}

_EMPTY = re.compile(r"^(?:\s|&nbsp;|<p>|</p>|<br\s*/?>)*$")


@cache
def _cleaner() -> nh3.Cleaner:
    rules = allowlist_from_extensions(expand_extensions(EXTENSIONS))
    rules["link_rel"] = "noopener"
    rules["attributes"].get("a", set()).discard("rel")
    rules["url_schemes"] = {"http", "https", "mailto", "tel"}
    return nh3.Cleaner(**rules)


def clean(html: str | None) -> str:
    """The allowed part of ``html``; an empty string when no text is left."""
    cleaned = _cleaner().clean(html or "")
    return "" if _EMPTY.match(cleaned) else cleaned


def portable(html: str | None, language: str = "") -> str:
    """``clean``, with the present addresses of what its links name: for readers elsewhere."""
    return durable.with_addresses(clean(html), language)


def render(html: str | None) -> SafeString:
    """Cleaned text for a template, with the pictures and videos that it refers to."""
    return mark_safe("".join(blocks(html)))  # noqa: S308 -- each block is clean


def blocks(html: str | None, *, opening: str = "") -> list[SafeString]:
    """The outermost parts of the cleaned text: paragraphs, headings, lists, tables, figures.

    ``opening`` is plain text that stands at the head of the first paragraph, as a dateline does.
    """
    parts = _outermost(portable(html))
    if opening and parts:
        where = next((n for n, part in enumerate(parts) if part.startswith("<p>")), None)
        if where is None:
            parts.insert(0, f"<p>{escape(opening)}</p>")
        else:
            parts[where] = f"<p>{escape(opening)} {parts[where].removeprefix('<p>')}"
    if any("<figure" in part for part in parts):
        library = _library(parts)
        parts = [_FIGURE.sub(lambda match: _figure(match, library), part) for part in parts]
    # Cleaned above; what takes the place of a figure comes from an escaping template.
    return [mark_safe(part) for part in parts]  # noqa: S308


def joined(parts: list[SafeString]) -> SafeString:
    """Parts of ``blocks`` as one."""
    return mark_safe("\n".join(parts))  # noqa: S308 -- each is clean


def _outermost(html):
    """Where the outermost elements of cleaned HTML end, its parts do."""
    pieces, start, depth = [], 0, 0
    for tag in _TAG.finditer(html):
        if tag["name"] not in _VOID:
            depth += -1 if tag["end"] else 1
        if depth == 0:
            pieces.append(html[start : tag.end()].strip())
            start = tag.end()
    pieces.append(html[start:].strip())
    return [piece for piece in pieces if piece]


def references(html: str | None) -> dict[str, set[str]]:
    """The library's items that a text shows: ``{"image": {uid, …}, "video": {uid, …}}``."""
    found = {"image": set(), "video": set()}
    for attributes in _FIGURE.findall(html or ""):
        for name, value in _ATTRIBUTE.findall(attributes):
            if name in found:
                found[name].add(value)
    return found


def _library(parts):
    """One query for each kind of item that the text shows; none where it shows nothing."""
    found = references("".join(parts))
    images = Image.objects.filter(uid__in=found["image"]) if found["image"] else ()
    videos = (
        Video.objects.select_related("poster").filter(uid__in=found["video"])
        if found["video"]
        else ()
    )
    return {item.uid: item for item in (*images, *videos)}


def _figure(match, library):
    attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[1])}
    item = library.get(attributes.get("image") or attributes.get("video"))
    if item is None:
        return ""
    return render_to_string("editorial/_figure.html", {"item": item, "figure": attributes})


def plain(html: str | None) -> str:
    """The words alone, one line per block: for search, summaries and feeds."""
    broken = re.sub(r"</(?:p|li|h[1-6]|blockquote|tr)>|<br\s*/?>", "\n", clean(html))
    lines = (" ".join(line.split()) for line in unescape(strip_tags(broken)).splitlines())
    return "\n".join(line for line in lines if line)


def data_block(value) -> SafeString:
    """JSON for a ``<script type="application/ld+json">``: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False)
    # In turns: str.translate looks each character up, and few texts hold one of these.
    for character, escaped in _ESCAPED:
        text = text.replace(character, escaped)
    return mark_safe(text)  # noqa: S308 -- escaped on the line above


class RichTextField(ProseEditorField):
    """Text with structure. Every way into the database passes the allow-list."""

    def __init__(self, *args, **kwargs):
        super().__init__(
            *args, **{"extensions": EXTENSIONS, "sanitize": clean, "blank": True} | kwargs
        )

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return clean(value) if isinstance(value, str) else value
