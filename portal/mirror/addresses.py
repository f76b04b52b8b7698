"""Which addresses belong to the mirror, and under which name each of them lies there."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.conf import settings

# Query parameters that make another page; filters and searches need the portal itself.
PAGES = ("order", "page")
LIVE_ONLY = re.compile(r"^/(?:v(?:$|/)|api/|[a-z-]+/(?:admin|account|preview|subscribe)/)")
EXTENSIONS = {
    "text/html": "html",
    "application/xml": "xml",
    "application/rss+xml": "xml",
    "application/atom+xml": "xml",
    "text/xml": "xml",
    "application/feed+json": "json",
    "application/json": "json",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/plain": "txt",
}


@dataclass(frozen=True)
class Address:
    """A path of the portal with the query parameters that make it another page."""

    path: str
    query: str = ""

    def __str__(self):
        return f"{self.path}?{self.query}" if self.query else self.path


def own(link: str, base: str) -> Address | None:
    """The address behind a link on the page ``base``; None where it leads elsewhere."""
    parts = urlsplit(link)
    if parts.scheme not in ("", "http", "https"):
        return None
    if parts.netloc and f"{parts.scheme or 'https'}://{parts.netloc}" != settings.PORTAL_BASE_URL:
        return None
    path = parts.path or base
    if not path.startswith("/"):
        path = _joined(base, path)
    if LIVE_ONLY.match(path):
        return None
    known = sorted((name, value) for name, value in parse_qsl(parts.query) if name in PAGES)
    media = path.startswith((settings.STATIC_URL, settings.MEDIA_URL))
    return Address(path, "" if media else "&".join(f"{n}={quote(v)}" for n, v in known))


def _joined(base, path):
    parts = base.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1] or [""]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def file_of(address: Address, content_type: str) -> PurePosixPath:
    """Where an answer lies. A page of a list lies in a folder of its own beneath the list."""
    extension = EXTENSIONS.get(content_type.partition(";")[0].strip(), "")
    path = unquote(address.path).lstrip("/")
    if address.query:
        path = f"{path.rstrip('/')}/_{address.query.replace('&', '_').replace('=', '-')}/"
    if path.endswith("/") or not path:
        path += f"index.{extension or 'html'}"
    elif extension == "html" and not path.endswith(".html"):
        path += "/index.html"
    file = PurePosixPath(path)
    if ".." in file.parts:
        raise ValueError(path)
    return file


def link_to(file: PurePosixPath) -> str:
    """The address under which a file server offers a file."""
    return "/" + quote(str(file).removesuffix("index.html"))
