"""Logs that tell what happened and open nothing.

With ``PORTAL_LOG_FORMAT=json`` each record is one line of JSON, an exception too, and each request
has a line: its number, method, path, status and time. Visitors' addresses and browsers are in no
line; what stands behind a question mark, links that open something, mail addresses and passwords
are masked in every format.
"""

import contextvars
import json
import logging
import re
import time
import uuid
from datetime import UTC, datetime

MASK = "…"
requests = logging.getLogger("portal.requests")
_request_id = contextvars.ContextVar("request_id", default="")

# Addresses whose last part is a key.
_KEYS = re.compile(
    r"(/(?:preview|calendars?|subscribe/[a-z]+|password/reset/key)/)([^/\s\"'?]{8,})", re.IGNORECASE
)
# Parts of a path that no slug looks like: a signature, or a long random text.
_SIGNED = re.compile(r"(?<=/)(?=[^/\s\"'?.]*[A-Z_:=~])[^/\s\"'?.]{20,}")
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")
_PASSWORD = re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+@")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def masked(text: str) -> str:
    text = _PASSWORD.sub(rf"\1{MASK}@", text)
    text = _QUERY.sub(rf"\1?{MASK}", text)
    text = _KEYS.sub(rf"\1{MASK}", text)
    text = _SIGNED.sub(MASK, text)
    return _MAIL.sub(f"{MASK}@{MASK}", text)


class LineFormatter(logging.Formatter):
    def format(self, record):
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object on one line, whatever the message contains."""

    def format(self, record):
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            "request": _request_id.get(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            told["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False, default=str)


class RequestLog:
    """The outermost layer where each request is logged: also of pages from memory."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        token = _request_id.set(uuid.uuid4().hex[:16])
        began = time.perf_counter()
        status = []

        def noting(line, headers, exc_info=None):
            status[:] = [line[:3]]
            return start_response(line, headers, exc_info)

        try:
            return self.app(environ, noting)
        finally:
            self.tell(environ, status, time.perf_counter() - began)
            _request_id.reset(token)

    def tell(self, environ, status, seconds):
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        told = {
            "method": environ.get("REQUEST_METHOD", ""),
            "path": masked(path),
            "status": int(status[0]) if status else 500,
            "milliseconds": round(seconds * 1000, 1),
        }
        requests.info("%(method)s %(path)s %(status)s", told, extra={"told": told})
