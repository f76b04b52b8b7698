"""The links in a text: found, and replaced."""

import html
import re
from collections.abc import Callable

_ATTRIBUTE = re.compile(r"""(?<=[\s"'])(href|src|action|poster|hx-get)="([^"]*)\"""")
_SRCSET = re.compile(r"""(?<=\s)srcset="([^"]*)\"""")
_CSS = re.compile(r"""url\(\s*(["']?)([^"')]+)\1\s*\)|@import\s+["']([^"']+)["']""")
_XML = re.compile(r"""<(loc|link|image:loc)>\s*([^<\s]+)\s*</\1>|\b(?:href|src)="([^"]+)\"""")


def in_html(text: str):
    for match in _ATTRIBUTE.finditer(text):
        yield html.unescape(match[2])
    for match in _SRCSET.finditer(text):
        for candidate in html.unescape(match[1]).split(","):
            yield candidate.split()[0] if candidate.split() else ""


def in_css(text: str):
    for match in _CSS.finditer(text):
        yield match[2] or match[3]


def in_xml(text: str):
    for match in _XML.finditer(text):
        yield html.unescape(match[2] or match[3])


def replaced(text: str, change: Callable[[str], str]) -> str:
    """An HTML text with each link put through ``change``."""

    def one(match):
        link = html.unescape(match[2])
        new = change(link)
        return match[0] if new == link else f'{match[1]}="{html.escape(new)}"'

    return _ATTRIBUTE.sub(one, text)
