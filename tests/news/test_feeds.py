"""Feeds and filters of releases, and what a page offers besides its text."""

import datetime
import json
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from news.models import Release
from news.qr import qr_code
from news.reading import around
from publishing.editorial import copies, services
from publishing.pageviews.services import set_base
from tests.builders import make_event, make_field, make_institution, make_release

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def atom(client, query="", language="en"):
    answer = client.get(f"/{language}/news/atom.xml{query}")
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content)


def titles(feed):
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


class TestFeeds:
    def test_hold_what_is_public_in_their_language(self, client):
        make_release(headline_en="Both", headline_zh_hans="两种")
        make_release(headline_en="English alone", public=["en"])
        make_release(headline_en="Draft", public=[])
        assert sorted(titles(atom(client))) == ["Both", "English alone"]
        assert titles(atom(client, language="zh-hans")) == ["两种"]
        items = json.loads(client.get("/zh-hans/news/feed.json").content)["items"]
        assert [item["title"] for item in items] == ["两种"]

    def test_are_narrowed_by_field_kind_and_institution(self, client):
        field, partner = make_field("health"), make_institution("Fudan University")
        wanted = make_release(headline_en="Wanted", field=field, kind="feature")
        wanted.institutions.add(partner)
        make_release(headline_en="Other")
        for query in ("field=health", "kind=feature", f"institution={partner.slug}"):
            assert titles(atom(client, f"?{query}")) == ["Wanted"]
        assert "Fudan University" in atom(client, f"?institution={partner.slug}").findtext(
            f"{ATOM}title"
        )

    def test_without_entries_bear_no_present_instant(self, client):
        """Else readers and caches would see another feed each second."""
        empty = f"?institution={make_institution().slug}"
        before = atom(client, empty).findtext(f"{ATOM}updated")
        assert before.startswith("2018-")
        release = make_release()
        changed = datetime.datetime(2021, 3, 4, 5, 6, tzinfo=datetime.UTC)
        columns = {"first_published_en": changed, "publish_at_en": changed}
        Release.objects.filter(pk=release.pk).update(**columns, last_updated_en=None)
        assert atom(client, empty).findtext(f"{ATOM}updated") == changed.isoformat()
        assert atom(client).find(f"{ATOM}entry") is not None

    def test_identifiers_outlive_the_address_and_differ_by_language(self, client):
        release = make_release(slug="before")
        identifier = atom(client).find(f"{ATOM}entry").findtext(f"{ATOM}id")
        release.slug = "after"
        release.save()
        entry = atom(client).find(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}id") == identifier
        assert entry.find(f"{ATOM}link").get("href").endswith("/en/news/after/")
        assert (
            atom(client, language="zh-hans").find(f"{ATOM}entry").findtext(f"{ATOM}id")
            != identifier
        )

    def test_give_full_instants_and_move_when_a_text_is_updated(self, client):
        release = make_release(body_en="<p>All of it.</p>")
        Release.objects.filter(pk=release.pk).update(
            first_published_en="2020-09-30T01:00:00Z", last_updated_en="2020-10-01T01:00:00Z"
        )
        entry = atom(client).find(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}published") == "2020-09-30T01:00:00+00:00"
        assert entry.findtext(f"{ATOM}updated") == "2020-10-01T01:00:00+00:00"
        item = json.loads(client.get("/en/news/feed.json").content)["items"][0]
        assert item["date_modified"] == "2020-10-01T01:00:00+00:00"
        assert item["content_text"] == "All of it."

    def test_say_what_has_changed_unless_it_was_minor(self, client):
        release = make_release(summary_en="A centre opens.", summary_zh_hans="中心启用。")
        for note, minor in (("A date was wrong.", False), ("", True)):
            copy = copies.open_copy(item=release)
            copy.headline_en += "!"
            copy.save()
            services.publish(item=copy, language="en", note=note, minor=minor)
        said = "A centre opens. Updated: A date was wrong."
        assert atom(client).find(f"{ATOM}entry").findtext(f"{ATOM}summary") == said
        assert json.loads(client.get("/en/news/feed.json").content)["items"][0]["summary"] == said
        there = atom(client, language="zh-hans").find(f"{ATOM}entry")
        assert there.findtext(f"{ATOM}summary") == "中心启用。"

    def test_are_announced_in_head_and_footer(self, client):
        page = (
            client.get("/en/news/?kind=feature").content.decode()
            if make_release(kind="feature")
            else ""
        )
        assert (
            'type="application/atom+xml"' in page
            and 'href="/en/news/atom.xml?kind=feature"' in page
        )
        assert (
            '<a href="/en/news/feed.json">' in page and '<a href="/en/events/calendar.ics">' in page
        )

    @pytest.mark.parametrize(
        "query", ["field=none", "kind=none", "institution=none", "institution=%00"]
    )
    def test_an_impossible_choice_is_missing(self, client, query):
        assert client.get(f"/en/news/atom.xml?{query}").status_code == 404
        assert client.get(f"/en/news/?{query}").status_code == 404


class TestList:
    def test_is_narrowed_by_kind_and_institution_and_says_so(self, client):
        partner = make_institution("Fudan University")
        make_release(headline_en="Wanted", kind="feature").institutions.add(partner)
        make_release(headline_en="Other kind").institutions.add(partner)
        make_release(headline_en="Other partner", kind="feature")
        page = client.get(f"/en/news/?kind=feature&institution={partner.slug}").content.decode()
        assert "Wanted" in page and "Other kind" not in page and "Other partner" not in page
        assert 'href="/en/news/?kind=feature"' in page

    def test_the_most_read_come_first_when_asked(self, client):
        for views, headline in ((5, "Few"), (500, "Many"), (50, "Some")):
            set_base(key="release", object_id=make_release(headline_en=headline).pk, base=views)
        page = client.get("/en/news/?sort=read").content.decode()
        assert page.index("Many") < page.index("Some") < page.index("Few")

    def test_a_page_far_back_shows_its_own_rows_in_order(self, client):
        now = timezone.now()
        Release.objects.bulk_create(
            Release(
                slug=f"r-{n}",
                headline_en=f"Number {n:04}",
                release_date="2020-01-01",
                state_en="published",
                publish_at_en=now,
                order_en=now + datetime.timedelta(seconds=n),
            )
            for n in range(300)
        )
        page = client.get("/en/news/?page=30").content.decode()
        assert [page.index(f"Number {n:04}") for n in range(9, -1, -1)] == sorted(
            page.index(f"Number {n:04}") for n in range(10)
        )
        assert "Number 0010" not in page


class TestRelated:
    def test_releases_of_the_same_event_come_before_those_with_common_partners(self, client):
        event, one, two = make_event(), make_institution(), make_institution()
        release = make_release(slug="this")
        release.events.add(event)
        release.institutions.set([one, two])
        both = make_release(headline_en="Two partners", release_date="2018")
        both.institutions.set([one, two])
        newer = make_release(headline_en="One partner", release_date="2021")
        newer.institutions.set([one])
        same = make_release(headline_en="Same event", release_date="2017")
        same.events.add(event)
        make_release(headline_en="Nothing in common", release_date="2022")
        found = around(release).related
        assert found == [same, both, newer]
        assert "Related news" in client.get("/en/news/this/").content.decode()

    def test_a_draft_is_related_to_nothing_public(self):
        release, draft = make_release(), make_release(public=[])
        partner = make_institution()
        release.institutions.add(partner)
        draft.institutions.add(partner)
        assert around(release).related == []


class TestSharing:
    def test_the_qr_code_is_drawn_here_and_holds_the_address(self, client, settings):
        make_release(slug="shared")
        page = client.get("/en/news/shared/").content.decode()
        assert 'src="/en/news/shared/qr.svg"' in page
        code = client.get("/en/news/shared/qr.svg")
        path, size = qr_code(f"{settings.PORTAL_BASE_URL}/en/news/shared/")
        drawing = code.content.decode()
        assert f'viewBox="0 0 {size} {size}"' in drawing and path in drawing
        assert code["Content-Type"] == "image/svg+xml"

    def test_the_qr_code_s_strokes_are_its_dark_modules(self):
        import re

        import segno

        path, size = qr_code("https://www.example.org/en/news/shared/")
        drawn = [[0] * size for _ in range(size)]
        for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", path):
            for step in range(int(length)):
                drawn[int(y)][int(x) + step] = 1
        matrix = segno.make(
            "https://www.example.org/en/news/shared/", error="m", micro=False, mask=0
        ).matrix
        assert drawn == [list(row) for row in matrix]
