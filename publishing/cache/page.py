"""A kept answer: bytes made once for each coding, with validators."""

import gzip
import hashlib
import re
from functools import lru_cache

import brotli
from django.utils.http import parse_http_date_safe

from publishing.cache.freshness import NO_MOMENT

# What an entry weighs besides its bodies: key, headers, objects.
OVERHEAD = 4096
# Quality 5 is where Brotli is smaller than gzip at about the same time.
BROTLI_QUALITY = 5
# 64 KB, more than most pages have: larger windows take tables of a megabyte for each answer.
BROTLI_WINDOW = 16
GZIP_LEVEL = 6

UNPACK = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}

# Made anew for each coding.
_OWN_HEADERS = {"content-length", "etag", "last-modified", "vary"}
# Sent with 304 too, as RFC 9110 asks.
_REVALIDATION = {"cache-control", "content-location", "date", "expires", "vary"}
# Content and, behind the dot, the moment it was seen. Either of them equal means: unchanged.
_ETAG = re.compile(r'(?:W/)?"([0-9a-f]{24})\.([0-9a-f]{12}|old)[^",]{0,8}"')
STALE = [("X-Portal-Stale", "1"), ("Warning", '110 - "Response is Stale"')]


class Variant:
    __slots__ = ("body", "headers", "unmodified")

    def __init__(self, body, headers):
        self.body = [body]
        self.headers = headers
        self.unmodified = [pair for pair in headers if pair[0].lower() in _REVALIDATION]


class Page:
    """One answer, with its ``variants`` by coding: each once it is asked for.

    Plain text makes room for the first compressed variant, and is made of it where somebody asks.
    """

    __slots__ = (
        "_headers",
        "digest",
        "epoch",
        "key",
        "last_modified",
        "moment",
        "retry_at",
        "size",
        "status",
        "used",
        "variants",
    )

    def __init__(self, status, headers, body, *, last_modified, moment):
        self.status = status
        self.moment = moment
        self.epoch = moment.epoch
        self.used = False
        self.key = None
        self.retry_at = float("-inf")
        self._headers = [pair for pair in headers if pair[0].lower() not in _OWN_HEADERS]
        self.digest = _digest(status, self._headers, body)
        self.last_modified = last_modified
        self.variants = {}
        self.size = OVERHEAD
        self._add("", body)

    def succeed(self, predecessor):
        """Take over date and compressed bytes of the page this one replaces, if nothing changed."""
        if predecessor is not None and predecessor.digest == self.digest:
            self.last_modified = predecessor.last_modified
            self.size, self.variants = OVERHEAD, {}
            for coding, variant in predecessor.variants.copy().items():
                self._add(coding, variant.body[0])

    def unmodified(self, if_none_match, if_modified_since):
        """The ETag to confirm if the visitor's copy is this page, in whatever coding; else None."""
        if if_none_match is not None:
            if if_none_match.strip() == "*":
                return self._etag("")
            return next((tag[0] for tag in _ETAG.finditer(if_none_match) if self._is(tag)), None)
        since = parse_http_date_safe(if_modified_since)
        if since is not None and since >= parse_http_date_safe(self.last_modified):
            return self._etag("")
        return None

    def _is(self, tag):
        # Where only the version is the same, the other copy was made at another moment or by
        # another process: it differs in numbers of pageviews, which the page's script renews.
        same_version = tag[2] == self.moment.version and self.moment is not NO_MOMENT
        return tag[1] == self.digest or same_version

    def compress(self, coding):
        """Make the variant for "gzip", "br" or, again, for plain text."""
        known, variant = next(iter(self.variants.items()))
        plain = UNPACK[known](variant.body[0])
        made = self._add(coding, compressed(plain, coding) if coding else plain)
        if known == "" and coding != "":
            del self.variants[""]
            self.size -= len(plain)
        return made

    def _add(self, coding, body):
        headers = [
            *self._headers,
            ("Content-Length", str(len(body))),
            ("ETag", self._etag(coding)),
            ("Last-Modified", self.last_modified),
            ("Vary", "Accept-Encoding"),
        ]
        if coding:
            headers.append(("Content-Encoding", coding))
        variant = Variant(body, headers)
        self.variants[coding] = variant
        self.size += len(body)
        return variant

    def _etag(self, coding):
        suffix = f"-{coding}" if coding else ""
        return f'"{self.digest}.{self.moment.version}{suffix}"'


def compressed(plain, coding):
    if coding == "br":
        return brotli.compress(plain, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW)
    return gzip.compress(plain, GZIP_LEVEL, mtime=0)


def etag_of_version(if_none_match, version):
    """The ETag to confirm if the visitor's copy shows the present version; else None."""
    return next((tag[0] for tag in _ETAG.finditer(if_none_match) if tag[2] == version), None)


def _digest(status, headers, body):
    # Sorted, because django-csp orders its directives differently in each process.
    stable = sorted((name.lower(), sorted(value.split("; "))) for name, value in headers)
    return hashlib.blake2b(
        b"\n".join([status.encode(), repr(stable).encode(), body]), digest_size=12
    ).hexdigest()


@lru_cache(512)
def accepted_coding(header):
    """The coding to answer with, of those the Accept-Encoding header allows."""
    quality = {}
    for item in header.lower().split(","):
        coding, _, parameters = item.strip().partition(";")
        name, _, value = parameters.strip().partition("=")
        try:
            quality[coding.strip()] = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            quality[coding.strip()] = 0.0
    anything = quality.get("*", 0.0)
    best = max(("br", "gzip"), key=lambda coding: quality.get(coding, anything))
    return best if quality.get(best, anything) > 0 else ""
