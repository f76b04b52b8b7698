"""The whole-page cache: the outermost layer, before Django.

Anonymous GET and HEAD of views marked with ``public_page`` are answered from memory. Everything
else, and everything for visitors with a session, passes through unchanged. docs/cache.md tells
the rules.
"""

import threading
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.http import http_date

from publishing.cache.database import answers
from publishing.cache.freshness import NO_MOMENT, Freshness
from publishing.cache.middleware import KNOWN_AWAY, RENDERING
from publishing.cache.page import STALE, Page, accepted_coding, compressed, etag_of_version
from publishing.cache.pages import PUBLIC, normalised_query
from publishing.cache.store import Store

DEFAULT_MEGABYTES = 64
# Redirects are kept where they are permanent; errors never.
KEPT_STATUS = ("200", "301", "308")
# Seconds after which a visitor no longer waits for another's rendering of the same page.
PATIENCE = 10.0
# Seconds between attempts to replace a page whose rendering failed.
RETRY = 1.0
# Renderings of one page before one that a due instant has overtaken is sent all the same.
ATTEMPTS = 3
# Longer ones are nobody's page, and remembering that would cost memory.
LONGEST_PATH = 500
UNMODIFIED = [("Cache-Control", PUBLIC), ("Vary", "Accept-Encoding")]
# All that a public page may depend on, with the Host and the scheme a proxy reports.
RENDERED_FROM = (
    "PATH_INFO",
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.errors",
    "wsgi.input",
    "wsgi.multiprocess",
    "wsgi.multithread",
    "wsgi.run_once",
    "wsgi.url_scheme",
    "wsgi.version",
)


class Answer(NamedTuple):
    status: str
    headers: list
    body: bytes


class Rendering:
    """What the middleware reports of the moment that a page shows."""

    def __init__(self, freshness):
        self.freshness = freshness
        self.started = freshness.monotonic()
        self.moment = NO_MOMENT

    def begin(self, generation):
        self.moment = self.freshness.observe(generation, self.started)

    @property
    def version(self):
        """The name of the content that the page shows; empty where it cannot be told."""
        return "" if self.moment is NO_MOMENT else self.moment.version

    def fail(self):
        self.moment = NO_MOMENT
        self.freshness.lost()


class Build:
    """One rendering in progress, for which others may wait."""

    def __init__(self):
        self.done = threading.Event()
        self.page = None
        self.stale = False


class PageCache:
    """Wraps a WSGI application; one instance for each process."""

    def __init__(self, app, freshness=None):
        self.app = app
        self.freshness = freshness or Freshness()
        self.store = Store(getattr(settings, "PORTAL_CACHE_MB", DEFAULT_MEGABYTES) * 2**20)
        self.pages = self.store.pages
        self.session = settings.SESSION_COOKIE_NAME + "="
        self.host_header = "HTTP_X_FORWARDED_HOST" if settings.USE_X_FORWARDED_HOST else "HTTP_HOST"
        self.scheme_header, self.secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
        self.known_parameters = lru_cache(4096)(_known_parameters)
        self._builds = {}
        self._lock = threading.Lock()
        self._compressing = threading.Lock()

    def __call__(self, environ, start_response):
        method = environ["REQUEST_METHOD"]
        if method != "GET" and method != "HEAD":
            return self.app(environ, start_response)
        get = environ.get
        cookies = get("HTTP_COOKIE")
        if cookies is not None and self.session in cookies:
            return self.app(environ, start_response)
        page = self.pages.get(self._key(environ))
        freshness = self.freshness
        if (
            page is None
            or page.epoch != freshness.epoch
            or freshness.monotonic() >= freshness.valid_until
        ):
            return self._look_closer(environ, start_response)
        return self._send(page, environ, start_response)

    def _key(self, environ):
        get = environ.get
        return (
            environ["PATH_INFO"],
            get("QUERY_STRING", ""),
            get(self.host_header),
            get(self.scheme_header),
        )

    def _send(self, page, environ, start_response, stale=False):
        get = environ.get
        page.used = True
        coding = accepted_coding(get("HTTP_ACCEPT_ENCODING", ""))
        variant = page.variants.get(coding) or self._compress(page, coding)
        match, since = get("HTTP_IF_NONE_MATCH"), get("HTTP_IF_MODIFIED_SINCE")
        extra = STALE if stale else []
        if match is not None or since is not None:
            etag = page.unmodified(match, since)
            if etag is not None:
                start_response("304 Not Modified", [("ETag", etag), *variant.unmodified, *extra])
                return []
        start_response(page.status, variant.headers + extra)
        return variant.body if environ["REQUEST_METHOD"] == "GET" else []

    def _compress(self, page, coding):
        with self._compressing:
            variant = page.variants.get(coding) or page.compress(coding)
        self.store.weigh(page)
        return variant

    def _look_closer(self, environ, start_response):
        """Whatever is not simply in memory: probes, other views, odd queries, pages to build."""
        path = environ["PATH_INFO"]
        if path == "/livez":
            return _probe(True, environ, start_response)
        if path == "/readyz":
            return _probe(answers(), environ, start_response)
        clean = self._clean(environ)
        if clean is None:
            return self.app(environ, start_response)
        current = self.freshness.refresh()
        key = self._key(clean)
        page = self.pages.get(key)
        if not current:
            if page is not None:
                return self._send(page, environ, start_response, stale=True)
            answer = _call(self.app, clean | {KNOWN_AWAY: True})
            return _pass_on_small(answer, environ, start_response)
        if page is not None and page.epoch == self.freshness.epoch:
            return self._send(page, environ, start_response)
        etag = etag_of_version(environ.get("HTTP_IF_NONE_MATCH", ""), self.freshness.version)
        if etag is not None:
            start_response("304 Not Modified", [("ETag", etag), *UNMODIFIED])
            return []
        return self._build(key, page, clean, environ, start_response)

    def _clean(self, environ):
        """The environment reduced to what a public page may depend on; None for other requests."""
        path = get_path_info(environ)
        known = self.known_parameters(path) if len(path) <= LONGEST_PATH else None
        host = environ.get(self.host_header) or environ.get("HTTP_HOST") or ""
        domain, _port = split_domain_port(host)
        if known is None or not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
            return None
        clean = {name: environ[name] for name in RENDERED_FROM if name in environ}
        clean["REQUEST_METHOD"] = "GET"
        clean["QUERY_STRING"] = normalised_query(environ.get("QUERY_STRING", ""), known)
        clean["HTTP_HOST"] = clean[self.host_header] = host.lower()
        if self.scheme_header:
            reported = environ.get(self.scheme_header, "").split(",")[0].strip()
            clean[self.scheme_header] = self.secure if reported == self.secure else "http"
        return clean

    def _build(self, key, old, clean, environ, start_response):
        with self._lock:
            build = self._builds.get(key)
            others = build is not None
            if not others:
                build = self._builds[key] = Build()
        if others:
            return self._await(build, old, clean, environ, start_response)
        try:
            answer = self._renew(key, old, clean, build)
        finally:
            with self._lock:
                del self._builds[key]
            build.done.set()
        if build.page is not None:
            return self._send(build.page, environ, start_response, build.stale)
        return _pass_on_small(answer, environ, start_response)

    def _await(self, build, old, clean, environ, start_response):
        """What a visitor gets while another's request builds the page."""
        if old is not None and self.freshness.tolerates(old.epoch):
            return self._send(old, environ, start_response)
        if not build.done.wait(PATIENCE) and old is not None:
            return self._send(old, environ, start_response, stale=True)
        if build.page is not None:
            return self._send(build.page, environ, start_response, build.stale)
        # It was nothing to keep: an answer for each.
        return _pass_on_small(_call(self.app, clean), environ, start_response)

    def _renew(self, key, old, clean, build):
        """Render and keep; the old page stays where rendering fails."""
        newest = self.pages.get(key)
        if newest is not old and newest is not None and newest.epoch == self.freshness.epoch:
            build.page = newest
            return None
        if old is not None and self.freshness.monotonic() < old.retry_at:
            build.page, build.stale = old, True
            return None
        answer, moment = self._render(clean)
        if _keepable(answer):
            page = Page(*answer, last_modified=http_date(), moment=moment)
            page.succeed(old)
            self.store.put(key, page)
            build.page = page
        elif old is not None and answer.status.startswith("5"):
            old.retry_at = self.freshness.monotonic() + RETRY
            build.page, build.stale = old, True
        else:
            self.store.discard(key)
        return answer

    def _render(self, clean):
        """The application's answer and the moment it shows."""
        for _attempt in range(ATTEMPTS):
            rendering = Rendering(self.freshness)
            answer = _call(self.app, clean | {RENDERING: rendering})
            due = rendering.moment.due
            if due is None or self.freshness.now() < due:
                break
            # An instant passed while the page was made: its parts may differ about it.
            self.freshness.refresh()
        return answer, rendering.moment


def _known_parameters(path):
    """The parameters declared for the public page at this path; None if it is not one."""
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            view = resolve(path).func
        except Resolver404:
            return None
    return getattr(view, "public_parameters", None)


def _call(app, environ):
    """The whole answer of a WSGI application."""
    started = []

    def start_response(status, headers, exc_info=None):
        started[:] = [status, headers]

    result = app(environ, start_response)
    try:
        body = b"".join(result)
    finally:
        if hasattr(result, "close"):
            result.close()
    return Answer(*started, body)


def _keepable(answer):
    headers = {name.lower(): value for name, value in answer.headers}
    return (
        answer.status[:3] in KEPT_STATUS
        and headers.get("cache-control", "").startswith("public")
        # A nonce is for one answer only.
        and "'nonce-" not in headers.get("content-security-policy", "")
        and headers.keys().isdisjoint(("set-cookie", "content-encoding"))
    )


def _pass_on(answer, environ, start_response):
    start_response(answer.status, answer.headers)
    return [answer.body] if environ["REQUEST_METHOD"] == "GET" else []


def _pass_on_small(answer, environ, start_response):
    """An answer that is not kept. Errors are compressed: made without cookies, they hold no secret
    that their length could betray.
    """
    given = {name.lower(): value for name, value in answer.headers}
    if answer.status[0] not in "45" or not given.keys().isdisjoint(
        ("set-cookie", "content-encoding")
    ):
        return _pass_on(answer, environ, start_response)
    headers = [pair for pair in answer.headers if pair[0].lower() not in ("content-length", "vary")]
    vary = {name.strip() for name in given.get("vary", "").split(",")} - {""}
    headers.append(("Vary", ", ".join(sorted(vary | {"Accept-Encoding"}))))
    body, coding = answer.body, accepted_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if coding:
        body = compressed(body, coding)
        headers.append(("Content-Encoding", coding))
    headers.append(("Content-Length", str(len(body))))
    return _pass_on(Answer(answer.status, headers, body), environ, start_response)


def _probe(well, environ, start_response):
    body = b"ok\n" if well else b"no database\n"
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    status = "200 OK" if well else "503 Service Unavailable"
    return _pass_on(Answer(status, headers, body), environ, start_response)
