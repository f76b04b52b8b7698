"""Links to other sites: looked at politely, reported to staff, and never into our own network."""

import http.server
import socket
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from news.models import Release
from portal.linkcheck import fetching
from portal.linkcheck.fetching import Answer, Fetcher, is_public
from portal.linkcheck.models import ExternalLink, Reason, State
from portal.linkcheck.services import agent, check
from publishing.editorial import outside
from tests.builders import make_event, make_institution, make_release, make_user

PUBLIC = "93.184.216.34"


class Site(http.server.BaseHTTPRequestHandler):
    """Answers by the path: /404 with 404, /to/… with a redirect."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.server.asked.append(
            (self.command, self.headers["Host"], self.path, dict(self.headers))
        )
        part = self.path.strip("/").partition("?")[0]
        status = int(part.split("/")[0]) if part[:3].isdigit() else 200
        if self.path == "/no-head" and self.command == "HEAD":
            status = 405
        self.send_response(status)
        if status in (301, 302, 308):
            self.send_header("Location", self.path.split("?to=", 1)[1])
        body = b"x" * (5_000_000 if self.path == "/endless" else 2)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            try:
                self.wfile.write(body)
            except OSError:
                self.server.cut_off = True

    do_HEAD = do_GET = answer

    def log_message(self, *arguments):
        pass


@pytest.fixture
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.cut_off = [], False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetcher(site):
    """All rules as in production; only the last step, the socket, leads to the local site."""
    hosts = {"a.example": [PUBLIC], "b.example": [PUBLIC], "inside.example": ["10.0.0.7"]}
    opened = []

    def connect(address, port):
        opened.append((address, port))
        return socket.create_connection(("127.0.0.1", site.server_port), timeout=5)

    def resolve(host, port):
        if host not in hosts:
            raise socket.gaierror
        return hosts[host]

    made = Fetcher("test", resolve=resolve, connect=connect)
    made.hosts, made.opened = hosts, opened
    return made


# One address


CLOSED = """
127.0.0.1 127.9.9.9 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.8
198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254
fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:a00:1:: 2001:db8::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
"""


@pytest.mark.parametrize("address", CLOSED.split())
def test_no_address_of_a_closed_network_is_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700:4700::1111", "::ffff:93.184.216.34"])
def test_addresses_of_the_world_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://inside.example/", Reason.CLOSED),
        ("http://a.example:8080/", Reason.CLOSED),
        ("http://a.example:22/", Reason.CLOSED),
        ("https://a.example:80/", Reason.CLOSED),
        ("http://user:secret@a.example/", Reason.CLOSED),
        ("http://a.example:99999/", Reason.ADDRESS),
        ("http://[::1/", Reason.ADDRESS),
        ("file:///etc/passwd", Reason.ADDRESS),
        ("gopher://a.example/", Reason.ADDRESS),
        ("http:///", Reason.ADDRESS),
        ("http://" + "x" * 64 + ".example/", Reason.ADDRESS),
        ("http://nowhere.example/", Reason.NO_HOST),
        ("http://a.example/301?to=http://inside.example/", Reason.CLOSED),
        ("http://a.example/302?to=http://a.example:6379/", Reason.CLOSED),
        ("http://a.example/302?to=file:///etc/passwd", Reason.ADDRESS),
        ("http://a.example/301?to=/301?to=/301?to=/301?to=/301?to=/301?to=/200", Reason.LOOP),
    ],
)
def test_what_must_not_be_asked_is_not_asked(fetcher, site, address, reason):
    answer = fetcher.ask(address)
    assert (answer.status, answer.reason) == (None, reason)
    assert answer.is_final == (reason != Reason.NO_HOST)
    assert all(where == (PUBLIC, 80) for where in fetcher.opened)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost"])
def test_no_spelling_of_this_machine_is_asked(host):
    """With the resolver of the system, which knows all of them."""

    def connect(address, port):
        raise AssertionError(address)

    answer = Fetcher("test", connect=connect).ask(f"http://{host}/")
    assert answer.reason in (Reason.CLOSED, Reason.NO_HOST)


def test_one_closed_address_among_public_ones_is_enough(fetcher):
    fetcher.hosts["a.example"] = [PUBLIC, "127.0.0.1"]
    assert fetcher.ask("http://a.example/").reason == Reason.CLOSED


def test_a_name_that_changes_its_address_in_between_gains_nothing(fetcher):
    """Each connection goes to the address that was checked, and each hop is checked anew."""
    addresses = iter([[PUBLIC], ["127.0.0.1"]])
    fetcher.resolve = lambda host, port: next(addresses)
    answer = fetcher.ask("http://a.example/302?to=http://a.example/200")
    assert answer.reason == Reason.CLOSED
    assert fetcher.opened == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("address", "works", "moved", "final"),
    [
        ("http://a.example/", True, False, ""),
        ("http://a.example", True, False, ""),
        ("http://a.example/名 录/?q=中&a=b", True, False, ""),
        ("http://a.example/no-head", True, False, ""),
        ("http://a.example/301?to=/new/", True, True, "http://a.example/new/"),
        ("http://a.example/308?to=http://b.example/", True, True, "http://b.example/"),
        ("http://a.example/302?to=/301?to=/here", True, False, "http://a.example/here"),
        ("http://a.example/416", True, False, ""),
        ("http://a.example/404", False, False, ""),
        ("http://a.example/301?to=/410", False, True, "http://a.example/410"),
    ],
)
def test_what_an_address_answers(fetcher, address, works, moved, final):
    answer = fetcher.ask(address)
    assert (answer.works, answer.moved) == (works, moved)
    assert answer.final == (final or address)


def test_it_asks_as_little_as_it_can_and_says_who_asks(fetcher, site):
    fetcher.agent = agent()
    fetcher.ask("http://a.example/")
    fetcher.ask("http://a.example/404")
    assert [(command, path) for command, _host, path, _headers in site.asked] == [
        ("HEAD", "/"),
        ("HEAD", "/404"),
        ("GET", "/404"),
    ]
    _command, host, _path, headers = site.asked[-1]
    assert host == "a.example" and headers["Range"] == "bytes=0-0"
    assert "127.0.0.1:8000/en/about/contact/" in headers["User-Agent"]
    assert "Cookie" not in headers and "Referer" not in headers


def test_an_answer_that_does_not_end_is_not_read_to_its_end(fetcher, monkeypatch):
    monkeypatch.setattr(Site, "do_HEAD", lambda handler: handler.send_error(405))
    assert fetcher.ask("http://a.example/endless").works


def test_a_site_that_never_finishes_its_answer_is_left(fetcher, monkeypatch):
    ready = threading.Event()

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not ready.wait(0.05):
            try:
                handler.wfile.write(b"x")
            except OSError:
                break
        handler.close_connection = True

    monkeypatch.setattr(Site, "do_HEAD", drip)
    monkeypatch.setattr(fetching, "DEADLINE", 0.4)
    assert fetcher.ask("http://a.example/").reason == Reason.TIMEOUT
    ready.set()


# All links


pytestmark = pytest.mark.django_db


class Told:
    """A fetcher that answers what it is told to."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def ask(self, address):
        self.asked.append(address)
        return self.answers.get(address.split("//")[1].split(".")[0], Answer(200, final=address))


def run(fetcher, **options):
    return check(fetcher=fetcher, sleep=lambda seconds: None, **{"most": 100} | options)


def page(*addresses):
    return "".join(f'<p><a href="{address}">A place elsewhere</a></p>' for address in addresses)


def test_only_what_the_public_reads_is_looked_at():
    make_release(body_en=page("https://a.example/x#part", "/en/news/", "mailto:a@example.org"))
    make_release(public=["en"], body_zh_hans=page("https://zh.example/"))
    make_release(public=[], body_en=page("https://draft.example/"))
    make_institution(website_en="https://b.example/")
    make_institution(website_en="https://hidden.example/", is_public=False)
    make_event(join_url="https://join.example/")
    assert set(outside.links()) == {"https://a.example/x", "https://b.example/"}


def test_a_link_is_looked_at_once_and_again_when_its_time_has_come():
    make_release(body_en=page("https://a.example/"), body_zh_hans=page("https://a.example/"))
    fetcher = Told()
    assert run(fetcher).checked == 1
    link = ExternalLink.objects.get()
    assert (link.state, link.status, link.uses) == (State.WORKS, 200, 2)
    assert run(fetcher).checked == 0
    ExternalLink.objects.update(next_check=timezone.now() - timedelta(seconds=1))
    assert run(fetcher).checked == 1


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        (Answer(404), [State.BROKEN]),
        (Answer(reason=Reason.CLOSED), [State.BROKEN]),
        (Answer(403), [State.UNCLEAR] * 4),
        (Answer(429), [State.UNCLEAR] * 4),
        (Answer(502), [State.UNCLEAR, State.UNCLEAR, State.BROKEN]),
        (Answer(reason=Reason.TIMEOUT), [State.UNCLEAR, State.UNCLEAR, State.BROKEN]),
        (Answer(200, final="https://a.example/new/", moved=True), [State.MOVED]),
    ],
)
def test_a_passing_trouble_is_no_broken_link(answer, states):
    make_release(public=["en"], body_en=page("https://a.example/"))
    for state in states:
        ExternalLink.objects.update(next_check=timezone.now() - timedelta(seconds=1))
        run(Told(a=answer))
        assert ExternalLink.objects.get().state == state


def test_a_link_that_was_taken_out_of_the_text_goes_from_the_report():
    release = make_release(public=["en"], body_en=page("https://a.example/"))
    run(Told())
    Release.objects.filter(pk=release.pk).update(body_en=page("https://b.example/"))
    run(Told())
    assert [link.address for link in ExternalLink.objects.all()] == ["https://b.example/"]


def test_hosts_take_turns_and_have_a_rest_between_questions():
    addresses = [f"https://{host}.example/{n}" for host in "ab" for n in (1, 2, 3)]
    make_release(public=["en"], body_en=page(*addresses))
    fetcher, rests = Told(), []
    check(most=100, fetcher=fetcher, sleep=rests.append)
    hosts = [address[8] for address in fetcher.asked]
    assert hosts == ["a", "b", "a", "b", "a", "b"]
    assert len(rests) == 4 and all(1.5 < rest <= 2 for rest in rests)


def test_a_host_that_has_enough_is_left_alone_for_this_run():
    make_release(public=["en"], body_en=page("https://a.example/1", "https://a.example/2"))
    assert run(Told(a=Answer(429))).checked == 1


def test_a_run_ends_after_so_many_and_the_next_goes_on(capsys):
    make_release(public=["en"], body_en=page(*[f"https://h{n}.example/" for n in range(5)]))
    first, second = Told(), Told()
    assert run(first, most=3).checked == 3
    assert run(second, most=3).checked == 2
    assert not set(first.asked) & set(second.asked)
    call_command("check_links", "--max", "0")
    assert "Links: 5; looked at now: 0.\nworks: 5" in capsys.readouterr().out


def test_what_another_run_has_taken_is_left_to_it(monkeypatch):
    make_release(public=["en"], body_en=page("https://a.example/", "https://b.example/"))

    class Slow(Told):
        def ask(self, address):
            run(other)
            return super().ask(address)

    other, first = Told(), Slow()
    run(first)
    assert len(first.asked) == len(other.asked) == 1
    assert first.asked != other.asked


def test_staff_see_what_is_broken_and_where_it_stands(client, admin_client):
    release = make_release(
        public=["en"], headline_en="Launch", body_en=page("https://a.example/?x=1&amp;y=2")
    )
    make_institution("Old College", website_en="https://a.example/?x=1&y=2")
    run(Told(a=Answer(404, final="https://a.example/")))
    link = ExternalLink.objects.get()
    assert link.uses == 2
    assert "leads nowhere" in admin_client.get("/en/admin/").text
    assert link.address.replace("&", "&amp;") in (
        admin_client.get("/en/admin/linkcheck/externallink/?state__exact=broken").text
    )
    report = admin_client.get(f"/en/admin/linkcheck/externallink/{link.pk}/change/").text
    assert f"/en/admin/news/release/{release.pk}/change/" in report and "Launch" in report
    assert "Old College" in report and "404" in report
    client.force_login(make_user("author", "Author"))
    assert "leads nowhere" not in client.get("/en/admin/").text
    assert client.get("/en/admin/linkcheck/externallink/").status_code == 403
