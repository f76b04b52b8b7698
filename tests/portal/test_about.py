"""Pages about the portal, and the errors that have pages of their own."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory

from news.models import PressContact
from portal.about import TOPICS
from portal.errors import bad_request
from portal.models import SiteSettings
from tests.builders import make_institution, make_page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_new_office_has_its_pages_at_once(client, topic, language):
    response = client.get(f"/{language}/about/{topic}/")
    assert response.status_code == 200
    assert "public" in response["Cache-Control"]
    assert not response.cookies


def test_there_are_no_other_pages_about_the_portal(client):
    assert client.get("/en/about/nothing/").status_code == 404


def test_every_page_leads_to_privacy_accessibility_and_the_data(client):
    text = client.get("/en/").content.decode()
    for topic in TOPICS:
        assert f'href="/en/about/{topic}/"' in text


def test_contact_shows_what_the_office_has_given(client):
    assert "has not yet given" in client.get("/en/about/contact/").content.decode()
    SiteSettings.objects.create(pk=1, name_en="Centre", email="a@example.org", telephone="+86 25 1")
    text = client.get("/en/about/contact/").content.decode()
    assert "mailto:a@example.org" in text and "tel:+86251" in text


def test_the_press_finds_whom_it_may_ask_today(client):
    own, other = make_institution(is_own=True), make_institution()
    PressContact.objects.create(name_en="Li Hua", institution=own, email="li@example.org")
    PressContact.objects.create(name_en="Gone Away", institution=own, has_left=True)
    PressContact.objects.create(name_en="Of Another", institution=other)
    text = client.get("/en/about/contact/").content.decode()
    assert "Li Hua" in text and "mailto:li@example.org" in text
    assert "Gone Away" not in text and "Of Another" not in text


def test_how_we_count_names_the_zone_of_the_day(client, settings):
    settings.TIME_ZONE = "Europe/London"
    assert "Europe/London" in client.get("/en/about/counting/").content.decode()


def test_what_is_too_large_is_answered_with_413():
    response = bad_request(RequestFactory().post("/en/"), RequestDataTooBig())
    assert response.status_code == 413
    assert b"too large" in response.content


def test_an_expired_form_is_explained_without_technical_words():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/en/admin/login/", {"username": "x"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
    assert "CSRF" not in response.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_public_pages_refuse_to_be_written_and_say_what_they_allow(method):
    client = Client(enforce_csrf_checks=True)
    make_page(slug="centre")
    for address in ("/en/", "/en/news/", "/en/centre/", "/en/partners/", "/robots.txt"):
        response = getattr(client, method)(address)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_an_address_without_a_language_leads_on_only_to_a_page_that_exists(client):
    make_page(slug="centre")
    make_page(slug="draft", public=[])
    assert client.get("/centre/")["Location"] == "/en/centre/"
    assert client.get("/news/")["Location"] == "/en/news/"
    assert client.get("/draft/").status_code == client.get("/nothing/").status_code == 404
