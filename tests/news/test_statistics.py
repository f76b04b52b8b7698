"""Views of releases where staff work: on a release, on a partner, on the desk."""

import csv
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from publishing.pageviews import clock
from publishing.pageviews.models import Day, Total
from tests.builders import make_institution, make_release, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/en/admin/pageviews/total/"


@pytest.fixture
def publisher(client):
    client.force_login(make_user(group="Publisher"))
    return client


def read(release, views):
    day = clock.date_of(clock.now())
    key = {"kind": "release", "object_id": release.pk}
    Day.objects.create(**key, day=day, language="en", views=views, visitors=1)
    Total.objects.create(**key, views=views)


def about(institution, views):
    release = make_release()
    release.institutions.add(institution)
    read(release, views)
    return release


def followed(client, address, link):
    """The page behind a link of the page at ``address``."""
    page = client.get(address).content.decode()
    return client.get(
        re.search(rf'href="([^"]*\?[^"]*)"[^>]*>{link}<', page)[1].replace("&amp;", "&")
    )


def test_a_release_leads_to_its_statistics(publisher):
    release = make_release(headline_en="Signed in Nanjing")
    read(release, 12)
    page = followed(
        publisher, reverse("admin:news_release_change", args=[release.pk]), "Pageviews"
    ).content.decode()
    assert "Signed in Nanjing" in page and "Public number: 12." in page


def test_a_partner_has_the_views_of_the_releases_that_name_it(publisher):
    partner = make_institution("Jinling Institute")
    first = about(partner, 30)
    about(partner, 4)
    read(make_release(), 500)
    page = followed(
        publisher, reverse("admin:partners_institution_change", args=[partner.pk]), "Pageviews"
    ).content.decode()
    assert "Jinling Institute" in page and "Public number: 34." in page
    assert f"item=release-{first.pk}" in page and "500" not in page


def test_the_views_of_a_partner_come_as_a_table_too(publisher):
    partner = make_institution()
    about(partner, 30)
    read(make_release(), 500)
    answer = publisher.get(f"{ADDRESS}?about=partner-{partner.pk}&csv=days")
    rows = csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines())
    assert [row["views"] for row in rows] == ["30"]


@pytest.mark.parametrize("token", ["partner-0", "partner-999", "partner", "nothing-1", "x" * 99])
def test_statistics_of_what_does_not_exist_are_not_found(publisher, token):
    assert publisher.get(f"{ADDRESS}?about={token}").status_code == 404


def test_statistics_of_a_partner_cost_the_same_queries_with_many_releases(publisher):
    partner = make_institution()
    address = f"{ADDRESS}?about=partner-{partner.pk}"
    about(partner, 1)
    publisher.get(address)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            publisher.get(address)
        return len(caught)

    before = queries()
    for _ in range(9):
        about(partner, 1)
    assert queries() == before


def test_the_desk_draws_the_views_of_a_month(publisher):
    read(make_release(), 7)
    page = publisher.get("/en/admin/").content.decode()
    assert 'aria-label="7 views, at most 7 a day' in page
