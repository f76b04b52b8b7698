"""A site to count on: groups stand for releases, those called "draft" are not public."""

import json

from django.contrib.auth.models import Group

from publishing.pageviews import clock, collector, endpoint, journal, kinds, pulse, visitors
from publishing.pageviews.figures import figures
from publishing.pageviews.models import Excluded, Total

HOST = "testserver"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
# Noon of a working day in Shanghai.
NOON = 1_790_827_200.0


def register_groups():
    def public_ids(ids):
        public = Group.objects.filter(pk__in=ids).exclude(name__startswith="draft")
        return set(public.values_list("pk", flat=True))

    kinds.register("group", Group, public_ids)


class Site:
    """Lets visitors look at items at chosen instants, and collects when told."""

    def __init__(self, monkeypatch, settings, folder):
        self.settings, self.folder = settings, folder
        self.now = NOON
        monkeypatch.setattr(clock, "now", lambda: self.now)
        self.application = endpoint.ReadsEndpoint(self._below)

    @staticmethod
    def _below(environ, start_response):
        start_response("200 OK", [])
        return [b"the page"]

    def item(self, name="One", base=0):
        group = Group.objects.create(name=name)
        if base:
            Total.objects.create(kind="group", object_id=group.pk, base=base)
        return f"group-{group.pk}"

    def ask(self, path, query="", method="GET", **headers):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": "198.51.100.7",
            "HTTP_HOST": HOST,
            "HTTP_USER_AGENT": CHROME,
            "HTTP_ACCEPT_LANGUAGE": "en",
        } | headers
        environ = {name: value for name, value in environ.items() if value is not None}
        caught = []
        body = self.application(environ, lambda status, headers: caught.append((status, headers)))
        status, answered = caught[0]
        return Answer(int(status[:3]), dict(answered), b"".join(body))

    def view(self, item, after=0.0, *, query="l=en", **headers):
        """One report of the page's script, ``after`` seconds from noon."""
        self.now = NOON + after
        return self.ask(f"/v/{item}", query, "POST", HTTP_SEC_FETCH_SITE="same-origin", **headers)

    def read(self, *items):
        return json.loads(self.ask("/v", f"ids={','.join(items)}").body)

    def beat(self):
        pulse.pulse.beat(lead=True)

    def collect(self):
        return collector.collect()

    def total(self, item):
        kind, number = item.split("-")
        total = Total.objects.filter(kind=kind, object_id=number).first()
        return total.shown if total else 0

    def excluded(self):
        return {
            reason: number for reason, number in Excluded.objects.values_list("reason", "number")
        }

    def lines(self):
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("*.jnl")))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def forget():
    """What a process remembers, forgotten: as after a restart."""
    figures.clear()
    visitors.salts.forget()
    journal.journal.close()
