"""Rich text: one allow-list for the editor, for saving and for the page.

This is the only module that declares text safe. Stored text is cleaned again when it is shown,
so that neither an older rule nor a direct write to the database can run a script.
"""

import json
import re
from functools import cache
from html import unescape

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField

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
}

_ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
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


def render(html: str | None) -> SafeString:
    """Cleaned text for a template."""
    return mark_safe(clean(html))  # noqa: S308 -- the one place; cleaned on this very line


def plain(html: str | None) -> str:
    """The words alone, one line per block: for search, summaries and feeds."""
    broken = re.sub(r"</(?:p|li|h[1-6]|blockquote|tr)>|<br\s*/?>", "\n", clean(html))
    lines = (" ".join(line.split()) for line in unescape(strip_tags(broken)).splitlines())
    return "\n".join(line for line in lines if line)


def data_block(value) -> SafeString:
    """JSON for a ``<script type="application/ld+json">``: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False).translate(_ESCAPED)
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
