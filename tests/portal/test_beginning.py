"""The first day of a new office, from the sign-in to the first page."""

import pytest

from partners.models import CooperationField
from portal.beginning import steps
from portal.models import SiteSettings
from tests.builders import make_field, make_institution, make_page, make_place, make_user

pytestmark = pytest.mark.django_db
DESK = "/en/admin/"


def open_titles(client):
    page = client.get(DESK).text.partition("beginning")[2].partition("</section>")[0]
    return [
        part.split("</a>")[0].rpartition(">")[2]
        for part in page.split("<li>")[1:]
        if 'class="help"' in part
    ]


def test_an_empty_office_is_led_from_its_name_to_its_first_page(admin_client):
    CooperationField.objects.all().delete()
    assert open_titles(admin_client) == [
        "Give the office its name, in both languages",
        "Choose a mark",
        "Choose the two home cities",
        "Check the fields of cooperation",
        "Enter the first partner",
        "Write the first page in one language",
        "Publish a page in both languages",
    ]


def test_every_step_leads_to_a_form_that_opens(admin_client):
    for step in steps():
        assert admin_client.get(step.url, follow=True).status_code == 200


def test_a_step_is_done_when_it_is_done(admin_client):
    SiteSettings.objects.create(pk=1, name_en="Office")
    assert "Give the office its name, in both languages" in open_titles(admin_client)
    SiteSettings.objects.update(name_zh_hans="办公室")
    assert "Give the office its name, in both languages" not in open_titles(admin_client)
    make_page(public=["en"])
    assert "Write the first page in one language" not in open_titles(admin_client)
    assert "Publish a page in both languages" in open_titles(admin_client)


def test_the_list_is_gone_when_all_is_done_whatever_the_mark(admin_client):
    cities = make_place("Nanjing"), make_place("Cambridge", "剑桥")
    SiteSettings.objects.create(
        pk=1,
        name_en="Office",
        name_zh_hans="办公室",
        first_city=cities[0],
        second_city=cities[1],
    )
    make_field()
    make_institution()
    make_page()
    assert "First steps" not in admin_client.get(DESK).text


def test_only_who_may_take_the_steps_sees_them(client):
    client.force_login(make_user("author", "Author"))
    assert "First steps" not in client.get(DESK).text
    client.force_login(make_user("publisher", "Publisher"))
    assert "First steps" in client.get(DESK).text


def test_the_steps_speak_the_language_of_the_desk(admin_client):
    for language in ("en", "zh-hans"):
        page = admin_client.get(f"/{language}/admin/")
        assert f"/{language}/admin/portal/page/add/" in page.text
