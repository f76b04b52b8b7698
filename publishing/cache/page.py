"""A kept answer: bytes made once for each coding, with validators."""

import gzip
import hashlib
from functools import lru_cache

import brotli
from django.utils.http import parse_http_date_safe

# What an entry weighs besides its bodies: key, headers, objects.
OVERHEAD = 4096
# Quality 5 is where Brotli is smaller than gzip at about the same time.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6

# Made anew for each coding.
_OWN_HEADERS = {"content-length", "etag", "last-modified", "vary"}
# Sent with 304 too, as RFC 9110 asks.
_REVALIDATION = {"cache-control", "content-location", "date", "etag", "expires", "vary"}
STALE = [("X-Portal-Stale", "1"), ("Warning", '110 - "Response is Stale"')]


class Variant:
    __slots__ = ("body", "headers", "unmodified")

    def __init__(self, body, headers):
        self.body = [body]
        self.headers = headers
        self.unmodified = [pair for pair in headers if pair[0].lower() in _REVALIDATION]


class Page:
    """One answer, with its ``variants`` by coding: "" from the start, others once asked for."""

    __slots__ = (
        "_headers",
        "digest",
        "epoch",
        "key",
        "last_modified",
        "retry_at",
        "size",
        "status",
        "used",
        "variants",
    )

    def __init__(self, status, headers, body, *, last_modified, epoch):
        self.status = status
        self.epoch = epoch
        self.used = False
        self.key = None
        self.retry_at = float("-inf")
        self._headers = [pair for pair in headers if pair[0].lower() not in _OWN_HEADERS]
        self.digest = hashlib.blake2b(
            b"".join([status.encode(), repr(self._headers).encode(), body]), digest_size=12
        ).hexdigest()
        self.last_modified = last_modified
        self.variants = {}
        self.size = OVERHEAD
        self._add("", body)

    def succeed(self, predecessor):
        """Take over date and compressed bytes of the page this one replaces, if nothing changed."""
        if predecessor is not None and predecessor.digest == self.digest:
            self.last_modified = predecessor.last_modified
            self.variants = predecessor.variants
            self.size = predecessor.size

    def unmodified(self, if_none_match, if_modified_since):
        """Whether the visitor's copy is this page. Any coding of it will do."""
        if if_none_match is not None:
            return self.digest in if_none_match or if_none_match.strip() == "*"
        since = parse_http_date_safe(if_modified_since)
        return since is not None and since >= parse_http_date_safe(self.last_modified)

    def compress(self, coding):
        """Make the variant for "gzip" or "br"."""
        plain = self.variants[""].body[0]
        if coding == "br":
            return self._add(coding, brotli.compress(plain, quality=BROTLI_QUALITY))
        return self._add(coding, gzip.compress(plain, GZIP_LEVEL, mtime=0))

    def _add(self, coding, body):
        headers = [
            *self._headers,
            ("Content-Length", str(len(body))),
            ("ETag", f'"{self.digest}-{coding}"' if coding else f'"{self.digest}"'),
            ("Last-Modified", self.last_modified),
            ("Vary", "Accept-Encoding"),
        ]
        if coding:
            headers.append(("Content-Encoding", coding))
        variant = Variant(body, headers)
        self.variants[coding] = variant
        self.size += len(body)
        return variant


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
