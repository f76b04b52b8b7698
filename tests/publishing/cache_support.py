"""A process of the portal with its page cache, asked by plain WSGI calls."""

import io
from datetime import UTC, datetime, timedelta

from django.core.wsgi import get_wsgi_application

from publishing.cache.freshness import Freshness
from publishing.cache.wsgi import PageCache

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


class Clock:
    """Both clocks, moved by hand."""

    def __init__(self, now=NOON):
        self.start = now
        self.seconds = 0.0

    def monotonic(self):
        return self.seconds

    def now(self):
        return self.start + timedelta(seconds=self.seconds)


class Reply:
    def __init__(self, status, headers, body):
        self.status = int(status[:3])
        self.headers = dict(headers)
        assert len(self.headers) == len(headers), "a header is sent twice"
        self.body = body

    @property
    def text(self):
        return self.body.decode()


class Site:
    """A process of the portal: its application under its cache, with a clock moved by hand."""

    def __init__(self, app=None):
        self.clock = Clock()
        self.app = app or get_wsgi_application()
        self.cache = PageCache(self.app, Freshness(self.clock.monotonic, self.clock.now))

    def get(self, address, method="GET", **headers):
        return self.ask(self.cache, address, method, **headers)

    def fresh(self, address):
        return self.ask(self.app, address, "GET")

    def ask(self, app, address, method, **headers):
        where, _, query = address.partition("?")
        started = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": where,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver",
            "REMOTE_ADDR": "192.0.2.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        result = app(environ, lambda *args: started.append(args))
        body = b"".join(result)
        if hasattr(result, "close"):
            result.close()
        return Reply(*started[-1][:2], body)
