"""The home page: what staff chose, when it is due, in each language; and the timeline."""

import copy
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Agreement
from portal.models import Banner, HomeBlock, Milestone, Pin
from publishing.cache import due
from tests.builders import make_agreement, make_concluded, make_event, make_field, make_release

pytestmark = pytest.mark.django_db


def home(client, language="en"):
    response = client.get(f"/{language}/")
    assert response.status_code == 200
    return response.content.decode()


def order(page, *texts):
    places = [page.index(text) for text in texts]
    return places == sorted(places)


class TestNews:
    def test_a_dated_release_leads_before_an_undated_one(self, client):
        make_release(headline_en="Dated", release_date="2018-10-05")
        make_release(headline_en="Timeless", release_date="")
        assert order(home(client), "Dated", "Timeless")

    def test_a_pinned_release_leads_for_its_readers_while_it_is_due(self, client):
        old = make_release(headline_en="Old", headline_zh_hans="旧", release_date="2010")
        make_release(headline_en="New", headline_zh_hans="新", release_date="2020")
        pin = Pin.objects.create(release=old, readers="en")
        assert order(home(client), ">Old<", ">New<")
        assert order(home(client, "zh-hans"), ">新<", ">旧<")
        pin.show_until = timezone.now() - timedelta(seconds=1)
        pin.save()
        assert order(home(client), ">New<", ">Old<")

    def test_a_pinned_draft_is_not_shown(self, client):
        Pin.objects.create(release=make_release(headline_en="Secret", public=[]))
        assert "Secret" not in home(client)


class TestParts:
    def test_stand_in_the_order_that_staff_chose(self, client):
        make_release()
        make_field("health", name_en="Health and medicine")
        assert order(home(client), ">News</h2>", "Fields of cooperation</h2>")
        HomeBlock.objects.create(part="fields", order=1)
        HomeBlock.objects.create(part="news", order=2)
        page = home(client)
        assert order(page, "Fields of cooperation</h2>", ">News</h2>")
        assert "home-partners" not in page

    def test_the_parts_change_by_themselves_at_their_instant(self):
        soon = timezone.now() + timedelta(minutes=1)
        HomeBlock.objects.create(part="news", show_from=soon)
        assert due.next_due(timezone.now()) == soon

    def test_a_part_cannot_end_before_it_begins(self):
        now = timezone.now()
        block = HomeBlock(part="news", show_from=now, show_until=now - timedelta(1))
        with pytest.raises(ValidationError, match="cannot end before it begins"):
            block.full_clean()


class TestBanner:
    def test_shows_in_each_language_that_has_a_text(self, client):
        Banner.objects.create(text_en="Register now", url_en="/en/events/")
        assert '<a href="/en/events/">Register now</a>' in home(client)
        assert "Register now" not in home(client, "zh-hans")

    def test_refuses_an_address_of_another_scheme(self):
        with pytest.raises(ValidationError, match="starts with /"):
            Banner(text_en="x", url_en="javascript:alert(1)").full_clean()


class TestTimeline:
    def test_holds_all_four_kinds_newest_first(self, client):
        make_agreement("A", "B", title_en="The memorandum", signed="2016-05")
        make_event(title_en="The conference", start_date="2020-09-25")
        make_release(headline_en="The report", release_date="2020-09-30")
        Milestone.objects.create(date="2019-09-10", title_en="Ground broken")
        page = client.get("/en/timeline/").content.decode()
        assert order(page, "The report", "The conference", "Ground broken", "The memorandum")
        assert "<b>2016</b> May" in page

    def test_what_a_milestone_tells_is_not_told_twice(self, client):
        event = make_event(title_en="The ceremony")
        Milestone.objects.create(date="2020-09-25", title_en="Opened", event=event)
        page = client.get("/en/timeline/").content.decode()
        assert "Opened" in page and "The ceremony" not in page
        assert event.get_absolute_url("en") in page

    def test_shows_nothing_that_is_not_public_in_the_language(self, client):
        make_agreement("A", "B", title_en="Hidden", signed="2016", public_level="hidden")
        make_event(title_en="Draft", public=[])
        make_release(
            headline_zh_hans="中文",
            headline_en="Only Chinese",
            release_date="2020",
            public=["zh-hans"],
        )
        make_event(title_en="Off", status="cancelled")
        make_event(title_en="Held")
        page = client.get("/en/timeline/").content.decode()
        assert ">Held<" in page
        for text in ("Hidden", "Draft", "Only Chinese", ">Off<"):
            assert text not in page

    def test_is_narrowed_and_paged(self, client):
        for day in range(1, 32):
            make_event(title_en=f"Event {day:02}", start_date=f"2020-01-{day:02}")
        make_release(headline_en="The report", release_date="2020-09-30")
        second = client.get("/en/timeline/?page=2").content.decode()
        assert "Event 01" in second and "Event 03" not in second
        assert "Event 31" not in client.get("/en/timeline/?kind=release").content.decode()

    @pytest.mark.parametrize("query", ["kind=x", "page=0", "page=2", "page=x", "page="])
    def test_an_impossible_choice_is_missing(self, client, query):
        assert client.get(f"/en/timeline/?{query}").status_code == 404

    def test_a_thousand_rows_cost_as_many_queries_as_ten(
        self, client, django_assert_max_num_queries
    ):
        def several(number):
            told = [make_event(), make_release(release_date="2019-05"), make_concluded()]
            tied = dict(zip(("event", "release", "agreement"), told, strict=True))
            for row in (make_event(), make_release(release_date="2020"), make_concluded()):
                copied(row, number)
            copied(Milestone.objects.create(date="2019", title_en="M", **tied), number)

        several(2)
        client.get("/en/timeline/")
        with CaptureQueriesContext(connection) as few:
            client.get("/en/timeline/")
        several(250)
        for address in ("/en/timeline/", "/en/timeline/?page=30"):
            with django_assert_max_num_queries(len(few)):
                assert client.get(address).status_code == 200


def copied(row, number):
    """So many more rows like this one, with addresses of their own."""
    model = type(row)
    copies = [copy.copy(row) for _ in range(number)]
    for place, one in enumerate(copies):
        one.pk = one.id = None
        one._state = copy.copy(row._state)
        one._state.adding = True
        if model is Agreement:
            one.number = f"{row.number}-{place}"
        elif hasattr(one, "slug"):
            one.slug = f"{row.slug}-{place}"
    model.objects.bulk_create(copies)
