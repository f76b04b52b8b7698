"""The addresses that count views and hand out numbers.

They answer before Django: a view costs one line in a journal, no query, no cookie.

    POST /v/release-12              counts a view; {"n": 190}, or 204 while the number is unknown
    GET  /v/release-12.gif          the same for browsers without script
    GET  /v?ids=release-1,release-2 {"release-1": 190}; counts nothing

``answer`` is the one implementation. ``ReadsEndpoint`` puts it before the whole application;
``ReadsMiddleware`` is for doors that lead straight to Django, as the test client.
"""

import json
import logging
import re
import time
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.db import Error
from django.http import HttpResponse
from django.http.request import validate_host

from . import clock, conf, journal, kinds, pulse, visitors
from .collector import apply_now
from .connecting import connected, impatient
from .figures import figures
from .journal import Record
from .models import Reason
from .robots import is_robot

logger = logging.getLogger(__name__)

NUMBERS = "/v"
ITEMS = "/v/"
# A visitor's browser sends nothing but an address; what is longer is not from our script.
LARGEST_BODY = 1024
LONGEST_QUERY = 4096
MOST_READ = 100
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
HOST = re.compile(r"[a-z0-9._\-]{1,253}|\[[0-9a-f:.]{2,45}\]")
AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
# For so long after midnight a visitor may continue a chain of clicks of the day before.
OVERLAP = 30
ALARM_EVERY = 60
# Milliseconds that a view without a journal may wait for a lock; then the page sends it again.
DIRECT_PATIENCE = 1000
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    type: str = "application/json"
    cache: str = "no-store"

    @property
    def headers(self) -> list[tuple[str, str]]:
        headers = [("Cache-Control", self.cache), ("X-Content-Type-Options", "nosniff")]
        if self.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(self.body))))
            headers.append(("Content-Type", self.type))
        return headers


class ReadsEndpoint:
    """WSGI: answers the addresses above and hands everything else on."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        pulse.start()
        answered = answer(environ)
        if answered is None:
            return self.application(environ, start_response)
        start_response(STATUS_LINES[answered.status], answered.headers)
        return [answered.body]


class ReadsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answered = answer(request.META)
        if answered is None:
            return self.get_response(request)
        pulse.start()
        return HttpResponse(answered.body, status=answered.status, headers=dict(answered.headers))


def answer(environ) -> Answer | None:
    """What to answer, or None where the address is not one of these."""
    path = environ["PATH_INFO"]
    if path != NUMBERS and not path.startswith(ITEMS):
        return None
    if not _host_is_ours(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")):
        return Answer(HTTPStatus.BAD_REQUEST)
    if len(environ.get("QUERY_STRING", "")) > LONGEST_QUERY:
        return Answer(HTTPStatus.REQUEST_URI_TOO_LONG)
    if path == NUMBERS:
        return _read(environ)
    return _count(environ, path.removeprefix(ITEMS))


@lru_cache(64)
def _validated(host, allowed):
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    return validate_host(name.lower().rstrip("."), allowed)


def _host_is_ours(host):
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    return _validated(host, tuple(allowed))


def _read(environ):
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED)
    tokens = dict.fromkeys(_query(environ).get("ids", "").split(","))
    if len(tokens) > MOST_READ:
        return Answer(HTTPStatus.BAD_REQUEST)
    items = [item for item in map(kinds.parse, tokens) if item]
    try:
        with connected():
            numbers = figures.read(items)
    except Error:
        # The page keeps the number it came with.
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
    body = json.dumps({str(item): number for item, number in numbers.items()})
    return Answer(HTTPStatus.OK, body.encode(), cache="public, max-age=1")


def _count(environ, token):
    image = token.endswith(".gif")
    item = kinds.parse(token.removesuffix(".gif"))
    if item is None:
        return Answer(HTTPStatus.NOT_FOUND)
    if environ["REQUEST_METHOD"] != ("GET" if image else "POST"):
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED)
    if _body_length(environ) > LARGEST_BODY:
        return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    figure = figures.look(item)
    # Unknown here does not mean unknown: the collector asks again.
    public = figure is None or figure.number is not None
    record = _record(environ, item, public=public)
    if record is not None and not _keep(record):
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
    if record is not None and record.reason == Reason.ELSEWHERE:
        return Answer(HTTPStatus.FORBIDDEN)
    if not public:
        return Answer(HTTPStatus.NOT_FOUND)
    if image:
        return Answer(HTTPStatus.OK, PIXEL, "image/gif")
    if figure is None:
        return Answer(HTTPStatus.NO_CONTENT)
    return Answer(HTTPStatus.OK, b'{"n":%d}' % figure.number)


def _body_length(environ):
    try:
        return int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return LARGEST_BODY + 1


def _query(environ):
    return dict(parse_qsl(environ.get("QUERY_STRING", "")))


def _record(environ, item, *, public) -> Record | None:
    """What to write of this report; None for the repetition of a visitor who is not recorded."""
    now = clock.now()
    query = _query(environ)
    client = visitors.address(environ)
    reason = _reason(environ, query, client, public)
    if reason:
        return Record(now, reason=reason)
    visitor, yesterday = _visitor(environ, client, now)
    if environ.get("HTTP_SEC_GPC") == "1" or environ.get("HTTP_DNT") == "1":
        if _unrecorded.repeats((item, visitor), now):
            return None
        visitor = yesterday = ""
    return Record(now, item, visitor, yesterday, _language(query), _referring_host(query, environ))


def _reason(environ, query, client, public):
    """Why the report does not count, or None. Cheap questions first."""
    if not _from_our_page(environ):
        return Reason.ELSEWHERE
    if not public:
        return Reason.NO_ITEM
    if any(AHEAD.search(environ[name]) for name in PURPOSES if name in environ):
        return Reason.PREFETCH
    if is_robot(environ.get("HTTP_USER_AGENT", "")):
        return Reason.ROBOT
    if query.get("w") == "1":
        return Reason.DRIVEN
    if conf.is_ignored(client):
        return Reason.NETWORK
    if visitors.is_staff(environ):
        return Reason.STAFF
    return None


def _from_our_page(environ):
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site == "same-origin"
    origin = environ.get("HTTP_ORIGIN")
    return origin is None or urlsplit(origin).netloc == environ.get("HTTP_HOST", "")


def _visitor(environ, client, now):
    today = clock.day_of(now)
    visitor = visitors.key(environ, client, visitors.salts.of(today.date))
    if now - today.start > OVERLAP:
        return visitor, ""
    eve = clock.date_of(today.start - 1)
    return visitor, visitors.key(environ, client, visitors.salts.of(eve))


def _language(query):
    language = query.get("l", "")
    return language if language in dict(settings.LANGUAGES) else ""


def _referring_host(query, environ):
    """The referring host without anything behind it; none where it is this site."""
    text = query.get("f", "").strip().lower()
    if not text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    own = urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname
    host = f"[{host}]" if ":" in host else host
    return host if host != own and HOST.fullmatch(host) else ""


def _keep(record) -> bool:
    """To the journal; where there is none, or no room, straight to the database."""
    if conf.journal_folder() is not None:
        try:
            journal.journal.append(record)
            return True
        except OSError as error:
            _alarm(error)
    try:
        with connected(), impatient(DIRECT_PATIENCE):
            apply_now([record])
    except Error:
        logger.exception("A pageview could be kept neither in the journal nor in the database.")
        return False
    return True


_alarmed = -ALARM_EVERY


def _alarm(error):
    """Once a minute, not once a view."""
    global _alarmed
    if time.monotonic() - _alarmed > ALARM_EVERY:
        _alarmed = time.monotonic()
        logger.error("Pageviews go past the journal, which cannot be written: %s", error)


class _Unrecorded:
    """Clicks of the last half minute by visitors who asked not to be recorded, in memory only."""

    MOST = 10_000

    def __init__(self):
        self._last = {}

    def repeats(self, key, now):
        if len(self._last) > self.MOST:
            self._last = {kept: at for kept, at in list(self._last.items()) if now - at <= OVERLAP}
        last = self._last.get(key)
        self._last[key] = now
        return last is not None and abs(now - last) <= OVERLAP


_unrecorded = _Unrecorded()
