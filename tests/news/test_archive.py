"""The list's counts, and that its pages together are the whole list."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from news.archive import archive
from news.models import Release
from news.selection import Selection
from publishing.editorial import services
from tests.builders import make_field, make_release

pytestmark = pytest.mark.django_db


def test_years_count_each_release_once():
    for date in ("2020-09-30", "2020-07-03", "2020", "2018-10", ""):
        make_release(release_date=date)
    assert list(archive().years().items()) == [(2020, 3), (2018, 1), (None, 1)]


def test_only_what_the_reader_may_see_is_counted():
    make_release(release_date="2020", public=["zh-hans"])
    hidden = make_release(release_date="2020")
    services.withdraw(item=hidden, language="en", notice="Wrong.")
    make_release(release_date="2020", public=[])
    assert archive().total == 0


def test_fields_count_within_a_year():
    arts, sport = make_field("arts"), make_field("sport")
    make_release(release_date="2020", field=arts)
    make_release(release_date="2019", field=sport)
    assert archive().of(Selection(year="2020")).counts("field") == {arts.pk: 1}
    assert archive().of(Selection(field=sport)).years() == {2019: 1}


def make_many():
    """Of several months and fields, some known in part, some undated, some at one instant."""
    fields = [make_field("arts"), make_field("sport")]
    dates = ["2018", "2018-12", "2018-12-31", "2019-01-01", "2019-01-31", "2019-02", "2020-02-29"]
    for number in range(63):
        release = make_release(
            release_date="" if number % 9 == 0 else dates[number % 7], field=fields[number % 2]
        )
        if number % 18 == 0:
            services.publish(
                item=release, language="en", at=datetime(2019, 1, 31, 15, 30, tzinfo=UTC)
            )


def walk(client, address):
    """The releases of all pages of a list, in the order met."""
    found, number = [], 1
    while True:
        between = "&" if "?" in address else "?"
        page = client.get(f"{address}{between}page={number}").content.decode()
        found += re.findall(r'class="stretch" href="/en/news/([^"/]+)/"', page)
        if 'rel="next"' not in page:
            return found
        number += 1


@pytest.mark.parametrize("query", ["", "?year=2018", "?year=undated", "?field=arts"])
@pytest.mark.parametrize("block", [1, 2, 50])
def test_the_pages_together_are_the_whole_list(client, monkeypatch, query, block):
    monkeypatch.setattr("news.archive.BLOCK", block)
    make_many()
    releases = Release.objects.public("en").newest_first()
    wanted = {
        "": releases,
        "?year=2018": releases.filter(release_date__startswith="2018"),
        "?year=undated": releases.filter(release_date=""),
        "?field=arts": releases.filter(field__slug="arts"),
    }[query]
    slugs = list(wanted.values_list("slug", flat=True))
    assert len(slugs) > 5
    assert walk(client, f"/en/news/{query}") == slugs


def test_a_page_behind_the_last_is_missing(client):
    make_release()
    assert client.get("/en/news/?page=2").status_code == 404


def test_earlier_and_later_lead_along_the_list(client):
    make_many()
    slugs = list(Release.objects.public("en").newest_first().values_list("slug", flat=True))
    met = [slugs[0]]
    while True:
        page = client.get(f"/en/news/{met[-1]}/").content.decode()
        earlier = re.search(r'href="/en/news/([^"/]+)/" rel="prev"', page)
        if earlier is None:
            break
        met.append(earlier[1])
    assert met == slugs


def test_a_scheduled_release_is_not_counted_yet():
    release = make_release(public=[])
    services.publish(item=release, language="en", at=timezone.now() + timedelta(hours=1))
    assert archive().total == 0
