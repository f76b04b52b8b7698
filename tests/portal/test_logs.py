"""What is written to the log: enough to find a fault, nothing that opens a door."""

import io
import json
import logging
import sys

import pytest

from portal import logs
from portal.logs import JsonFormatter, LineFormatter, RequestLog, masked


@pytest.fixture
def written():
    """What the loggers write as JSON while a test runs; call it for the records so far."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(), logging.getLogger("django")]
    level = loggers[0].level
    loggers[0].setLevel(logging.INFO)
    for logger in loggers:
        logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    loggers[0].setLevel(level)
    for logger in loggers:
        logger.removeHandler(handler)


def ask(app, path, method="GET", **environ):
    def start_response(status, headers, exc_info=None):
        return None

    given = {"REQUEST_METHOD": method, "PATH_INFO": path, "REMOTE_ADDR": "203.0.113.9"}
    return app(given | environ, start_response)


def fine(environ, start_response):
    logging.getLogger("portal.test").warning("Something of this request")
    start_response("200 OK", [])
    return [b"ok"]


def test_a_request_is_one_record_without_who_asked(written):
    app = RequestLog(fine)
    ask(app, "/en/news/", QUERY_STRING="q=secret", HTTP_USER_AGENT="Browser/1")
    inner, request = written()
    assert request["method"] == "GET" and request["path"] == "/en/news/"
    assert request["status"] == 200 and request["milliseconds"] >= 0
    assert request["logger"] == "portal.requests" and request["time"].endswith("+00:00")
    assert inner["request"] == request["request"] != ""
    for hidden in ("203.0.113.9", "Browser", "secret"):
        assert hidden not in json.dumps([inner, request])


def test_each_request_has_a_number_of_its_own(written):
    app = RequestLog(fine)
    ask(app, "/en/"), ask(app, "/en/")
    assert len({record["request"] for record in written()}) == 2
    logging.getLogger("portal.test").warning("Outside")
    assert written()[-1]["request"] == ""


def test_a_request_that_breaks_is_logged_with_500_and_goes_on_breaking(written):
    def broken(environ, start_response):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(RequestLog(broken), "/en/")
    assert written()[-1]["status"] == 500


def test_a_path_in_chinese_stays_readable_and_no_line_can_be_forged(written):
    ask(RequestLog(fine), "/zh-hans/新闻/\n{}".encode().decode("latin-1"))
    records = written()
    assert len(records) == 2 and records[-1]["path"] == "/zh-hans/新闻/\n{}"


def test_an_exception_is_one_record_with_its_traceback(written):
    try:
        raise ValueError("postgresql://portal:hunter2@db/portal")
    except ValueError:
        logging.getLogger("portal.test").exception("It broke\nin two lines")
    (record,) = written()
    assert "ValueError" in record["exception"] and "test_logs.py" in record["exception"]
    assert "hunter2" not in json.dumps(record)
    assert record["message"] == "It broke\nin two lines"


@pytest.mark.parametrize(
    "secret",
    [
        "/en/subscribe/leave/b6f2045e53f6490b9cddd5bba6415be7:EGJd7fL-vf-G5IpOe3eRrfrSgyk6sGH/",
        "/zh-hans/subscribe/manage/b6f2045e53f6490b9cddd5bba6415be7:EGJd7fL/",
        "/en/preview/abcdefghijklmnop/",
        "/en/calendars/0123456789abcdef0123/events.ics",
        "/en/account/password/reset/key/1-cq2zvl-7f8a9b/",
        "/en/other/eyJpdGVtIjoxfQ:1rXyZ:Ab-cdEfGhIjKlMnOp/",
    ],
)
def test_links_that_open_something_are_masked(secret):
    key = max(secret.split("/"), key=len)
    for text in (secret, f"Not Found: {secret}", f'"GET {secret} HTTP/1.1" 404'):
        assert key not in masked(text) and "…" in masked(text)


@pytest.mark.parametrize(
    "path",
    [
        "/en/news/nanjing-cambridge-deepening-partnership/",
        "/zh-hans/agreements/2018-01/",
        "/static/css/core.0123456789ab.css",
        "/en/subscribe/sent/",
        "/en/admin/news/release/12/change/",
        "/media/0b1c2d3e-1111-2222-3333-444455556666/list.avif",
    ],
)
def test_ordinary_addresses_stay_as_they_are(path):
    assert masked(path) == path


def test_the_readable_format_masks_as_well():
    line = LineFormatter("{message}", style="{")
    text = "Mail 5 was not taken: {'li@example.org': (550, b'no')} for /en/search/?q=my+name"
    record = logging.LogRecord("x", logging.WARNING, "", 0, text, None, None)
    assert line.format(record) == "Mail 5 was not taken: {'…@…': (550, b'no')} for /en/search/?…"


@pytest.mark.django_db
def test_what_django_itself_says_of_a_secret_address_is_masked(client, written):
    client.get("/en/subscribe/manage/b6f2045e53f6490b9cddd5bba6415be7:forged/")
    text = json.dumps(written())
    assert "/en/subscribe/manage/" in text and "b6f2045e53f6490b9cddd5bba6415be7" not in text


def test_the_server_logs_requests_only_when_told_to(settings, monkeypatch):
    import importlib

    for format, outermost in (("line", False), ("json", True)):
        settings.PORTAL_LOG_FORMAT = format
        monkeypatch.delitem(sys.modules, "portal.wsgi", raising=False)
        wsgi = importlib.import_module("portal.wsgi")
        assert isinstance(wsgi.application, logs.RequestLog) == outermost
    monkeypatch.delitem(sys.modules, "portal.wsgi")
