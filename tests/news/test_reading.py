"""What a page of a release asks, and what many pages have in common."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from news import reading
from news.models import Release
from publishing.cache.shared import rendering_of
from tests.builders import make_agreement, make_event, make_institution, make_release
from tests.publishing.test_media import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def version(request):
    with rendering_of(request.node.name):
        yield


def linked(slug, **relations):
    release = make_release(slug=slug)
    for name, rows in relations.items():
        getattr(release, name).set(rows)
    return release


def parts(slug):
    """The release at this address, and what stands beside its text."""
    release = reading.release_at(slug)
    agreements = reading.agreements(release)
    return (
        [event.title for event in reading.events(release)],
        [agreement.number for agreement in agreements],
        [str(party) for party in reading.parties(release, agreements)],
        [institution.name for institution in reading.institutions(release)],
        [other.slug for other in reading.around(release).related],
    )


class TestLinked:
    """Rows that releases lead to are kept by key, whichever page has asked for them first."""

    @pytest.fixture
    def shared(self):
        a, b, c = (make_institution(name) for name in ("Alpha", "Beta", "Gamma"))
        hidden = make_institution("Hidden", is_public=False)
        events = [
            make_event(title_en=f"Event {year}", start_date=str(year)) for year in (2020, 2018)
        ]
        events.append(make_event(title_en="Draft", public=[]))
        agreements = [make_agreement(a, b, number="2020-1"), make_agreement(c, number="2020-2")]
        agreements.append(make_agreement(b, number="2020-3", public_level="hidden"))
        linked("all", events=events, agreements=agreements, institutions=[c, hidden, a, b])
        linked("some", events=events[1:], agreements=agreements[1:], institutions=[hidden, b])
        linked("none")

    def test_each_page_shows_its_own_in_order(self, shared, version):
        for _ in range(2):
            assert parts("some") == (["Event 2018"], ["2020-2"], ["Gamma"], ["Beta"], ["all"])
            assert parts("all") == (
                ["Event 2020", "Event 2018"],
                ["2020-1", "2020-2"],
                ["Alpha", "Beta", "Gamma"],
                ["Alpha", "Beta", "Gamma"],
                ["some"],
            )
            assert parts("none") == ([], [], [], [], [])

    def test_without_a_version_they_are_the_same(self, shared):
        assert parts("some") == (["Event 2018"], ["2020-2"], ["Gamma"], ["Beta"], ["all"])

    def test_a_release_that_no_page_has_asked_for_shows_them_too(self, shared):
        release = Release.objects.get(slug="all")
        assert [event.title for event in reading.events(release)] == ["Event 2020", "Event 2018"]
        assert [other.slug for other in reading.around(release).related] == ["some"]

    def test_a_release_that_no_page_has_asked_for_asks_once_what_it_is_linked_to(self, shared):
        release = Release.objects.get(slug="all")
        with CaptureQueriesContext(connection) as first:
            assert len(reading.events(release)) == 2
        with CaptureQueriesContext(connection) as second:
            assert len(reading.institutions(release)) == 3
        # The keys, the events and the places of all of them; then the partners alone.
        assert (len(first), len(second)) == (3, 1)

    def test_a_page_that_shares_all_asks_for_itself_and_its_neighbours(self, version):
        event, partner = make_event(), make_institution()
        agreement = make_agreement(partner)
        for number in range(5):
            linked(f"r-{number}", events=[event], institutions=[partner], agreements=[agreement])
        parts("r-1")
        with CaptureQueriesContext(connection) as queries:
            parts("r-2")
        assert len(queries) == 2


class TestRelated:
    def test_of_several_events_the_newest_come_first(self, version):
        one, other = make_event(), make_event()
        linked("this", events=[one, other])
        for year, events in ((2017, [one]), (2019, [other]), (2018, [one, other]), (2016, [one])):
            make_release(slug=f"y-{year}", release_date=str(year)).events.set(events)
        found = reading.around(reading.release_at("this")).related
        assert [other.slug for other in found] == ["y-2019", "y-2018", "y-2017"]

    def test_common_partners_count_before_the_date(self, version):
        event, partners = make_event(), [make_institution() for _ in range(3)]
        linked("this", events=[event], institutions=partners)
        for year, shared in ((2015, 3), (2016, 2), (2020, 0), (2021, 1), (2022, 0)):
            other = make_release(slug=f"y-{year}", release_date=str(year))
            other.events.add(event)
            other.institutions.set(partners[:shared])
        found = reading.around(reading.release_at("this")).related
        assert [other.slug for other in found] == ["y-2015", "y-2016", "y-2021"]

    def test_what_shares_an_event_and_partners_is_named_once(self, version):
        event, partner = make_event(), make_institution()
        linked("this", events=[event], institutions=[partner])
        linked("both", events=[event], institutions=[partner])
        linked("partner", institutions=[partner])
        found = reading.around(reading.release_at("this")).related
        assert [other.slug for other in found] == ["both", "partner"]


class TestNeighbours:
    def test_related_ones_are_not_taken_for_neighbours(self):
        event = make_event()
        for year in (2015, 2016, 2018, 2019, 2021, 2022):
            release = make_release(slug=f"y-{year}", release_date=str(year))
            if year in (2015, 2018, 2022):
                release.events.add(event)
        around = reading.around(reading.release_at("y-2018"))
        assert (around.earlier.slug, around.later.slug) == ("y-2016", "y-2019")
        assert [other.slug for other in around.related] == ["y-2022", "y-2015"]


def test_nothing_that_a_page_shows_is_fetched_column_by_column(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    image = make_image(alt_en="Two shake hands", credit_en="The Centre")
    event = make_event()
    for slug in ("this", "other"):
        release = make_release(
            slug=slug,
            public=["en"],
            lead_image=image,
            release_date="2020-09-30",
            origin="republished",
            source_name_en="Agency",
            source_url="https://example.org/",
            dateline_place_en="NANJING",
            dateline_date="2020-09-30",
        )
        release.events.add(event)
        release.agreements.add(make_agreement(make_institution()))
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/en/news/this/").status_code == 200
    # Django asks so for a column that was left behind.
    assert [query["sql"] for query in queries if "LIMIT 21" in query["sql"]] == []
