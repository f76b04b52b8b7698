"""Every error has a page in the language of its address: no debug text, no other language."""

import gzip
import re

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client
from django.utils import translation

from publishing.editorial import languages, services
from tests.builders import make_page, make_release, make_user
from tests.publishing.cache_support import Site

pytestmark = pytest.mark.django_db

TAGS = {"en": "en", "zh-hans": "zh-Hans"}
# What each page says first, as the templates have it.
HEADINGS = {
    400: "Something is wrong with this address",
    403: "This gate is closed",
    404: "This arch is missing",
    410: "This arch has been taken down",
    413: "This is too large",
    429: "Too many attempts",
    500: "Something broke on our side",
    503: "Back in a few minutes",
}


def text_of(status, language):
    with translation.override(language):
        return translation.gettext(HEADINGS[status])


def assert_page(answer, status, language):
    assert answer.status_code == status
    text = answer.content.decode()
    assert f'<html lang="{TAGS[language]}">' in text
    heading = re.search(r"<h1>(.*?)</h1>", text)[1]
    assert heading == text_of(status, language)
    assert language == "en" or re.search(r"[\u4e00-\u9fff]", heading)
    for debug in ("Traceback", "Exception", "DEBUG", "Django", "OperationalError", "settings"):
        assert debug not in text
    assert "'unsafe" not in answer["Content-Security-Policy"]
    assert not answer.cookies


@pytest.fixture(params=["en", "zh-hans"])
def language(request):
    return request.param


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def breaks(monkeypatch, error):
    """Every page of an item raises ``error`` now."""

    def broken(*arguments, **kwargs):
        raise error

    monkeypatch.setattr("news.views.ReleaseDetail.find", broken)


def test_400_for_an_address_that_cannot_be_read(client, language):
    answer = client.get(f"/{language}/news/", headers={"host": "no such host"})
    assert_page(answer, 400, language)


def test_403_where_one_may_not_look(client, language, monkeypatch):
    breaks(monkeypatch, PermissionDenied())
    assert_page(client.get(f"/{language}/news/x/"), 403, language)


def test_404_where_there_is_nothing(client, language):
    assert_page(client.get(f"/{language}/news/nothing/"), 404, language)


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("news/nothing/", "news/"),
        ("news/?field=nothing", "news/"),
        ("events/nothing/calendar.ics", "events/"),
        ("partners/nothing/", "partners/"),
        ("agreements/nothing/", "agreements/"),
        ("account/nothing/", ""),
        ("admin/nothing/", ""),
        ("nothing/", ""),
        ("no/such/place/", ""),
        ("gone/", ""),
    ],
)
def test_the_language_link_of_an_error_leads_to_a_page(admin_client, language, address, leads_to):
    page = make_page(slug="gone", public=[language])
    services.unpublish(item=page, language=language, notice="Wrong. 有误。")
    answer = admin_client.get(f"/{language}/{address}")
    assert answer.status_code in (404, 410)
    (link,) = re.findall(r'class="lang" href="([^"]*)"', answer.text)
    assert link == f"/{languages.other(language)}/{leads_to}"
    assert admin_client.get(link).status_code == 200


def test_the_language_link_leads_to_the_language_that_is_still_there(client):
    release = make_release(slug="half")
    services.unpublish(item=release, language="en", notice="Wrong.")
    for answer in (client.get("/en/news/half/"), client.get("/zh-hans/news/half/")):
        assert re.search(r'class="lang" href="/(en|zh-hans)/news/half/"', answer.text)


@pytest.mark.django_db(transaction=True)
def test_an_error_is_sent_small():
    site = Site()
    for address in ("/en/news/nothing/", "/en/no/such/place/"):
        plain = site.get(address)
        small = site.get(address, accept_encoding="gzip")
        assert plain.status == small.status == 404
        assert gzip.decompress(small.body) == plain.body
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        for reply in (plain, small):
            assert int(reply.headers["Content-Length"]) == len(reply.body)
            assert reply.headers["Vary"] == "Accept-Encoding"


def test_410_where_something_was_taken_away(client, language):
    release = make_release(slug="gone")
    services.unpublish(item=release, language=language, notice="Wrong. 有误。")
    assert_page(client.get(f"/{language}/news/gone/"), 410, language)


def test_413_for_a_form_that_is_too_large(client, language, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post(f"/{language}/account/login/", {"login": "x" * 200})
    assert_page(answer, 413, language)


def test_429_for_too_many_attempts(client, language):
    cache.clear()
    make_user("editor")
    answers = [
        client.post(f"/{language}/account/password/reset/", {"email": "a@example.org"})
        for _attempt in range(30)
    ]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert_page(refused, 429, language)
    assert int(refused["Retry-After"]) > 0
    cache.clear()


def test_500_where_something_breaks(client, language, monkeypatch):
    breaks(monkeypatch, ZeroDivisionError("a secret"))
    answer = client.get(f"/{language}/news/x/")
    assert_page(answer, 500, language)
    assert "a secret" not in answer.text


def test_500_needs_no_database(client, language, monkeypatch, django_db_blocker):
    breaks(monkeypatch, ZeroDivisionError())
    with django_db_blocker.block():
        assert_page(client.get(f"/{language}/news/x/"), 500, language)


def test_503_while_the_database_is_away(client, language, monkeypatch, django_db_blocker):
    breaks(monkeypatch, OperationalError("could not connect"))
    with django_db_blocker.block():
        answer = client.get(f"/{language}/news/x/")
    assert_page(answer, 503, language)
    assert answer["Retry-After"] == "5" and answer["Cache-Control"] == "no-store"
    assert answer["Content-Language"] == language


def test_a_form_of_another_site_is_explained_in_the_page_s_language(language):
    answer = Client(enforce_csrf_checks=True).post(f"/{language}/account/login/", {"login": "x"})
    assert answer.status_code == 403
    assert f'<html lang="{TAGS[language]}">' in answer.text and "CSRF" not in answer.text
