"""Links that name what they lead to, and so survive a change of its address."""

import pytest

from partners.services import merge_institutions
from publishing.editorial import checks, references, services
from tests.builders import make_agreement, make_event, make_institution, make_page, make_release

pytestmark = pytest.mark.django_db


def link_to(row, rest="", text="Read the report"):
    return f'<p><a href="/ref/{row._meta.model_name}/{row.pk}/{rest}">{text}</a></p>'


def page(client, release, language="en"):
    return client.get(f"/{language}/news/{release.slug}/").content.decode()


class TestReading:
    @pytest.mark.parametrize(
        "make", [make_release, make_event, make_page, make_institution, make_agreement]
    )
    def test_a_link_leads_to_the_page_of_the_readers_language(self, client, make):
        row = make()
        release = make_release(body_en=link_to(row), body_zh_hans=link_to(row))
        for language in ("en", "zh-hans"):
            path = "/" + language + "/" + row.get_absolute_url().split("/", 2)[2]
            assert f'<a href="{path}" rel="noopener">' in page(client, release, language)

    def test_it_follows_a_changed_address_and_keeps_what_stands_behind_it(self, client):
        event = make_event(slug="before")
        release = make_release(body_en=link_to(event, "#programme"))
        event.slug = "after"
        event.save()
        assert 'href="/en/events/after/#programme"' in page(client, release)

    def test_what_is_not_published_leaves_the_words_alone(self, client):
        release = make_release(body_en=link_to(make_event(public=[])))
        html = page(client, release)
        assert "<p>Read the report</p>" in html and "/ref/" not in html

    def test_what_is_published_in_the_other_language_is_linked_there_and_says_so(self, client):
        event = make_event(public=["zh-hans"])
        html = page(client, make_release(body_en=link_to(event)))
        assert f'href="/zh-hans/events/{event.slug}/" hreflang="zh-Hans"' in html

    def test_a_withdrawn_page_stays_linked(self, client):
        event = make_event()
        services.withdraw(item=event, language="en", notice="Superseded.")
        release = make_release(body_en=link_to(event))
        assert f'href="/en/events/{event.slug}/"' in page(client, release)

    def test_a_merged_institution_leads_to_the_one_that_is_left(self, client):
        gone, between, kept = (make_institution() for _ in range(3))
        release = make_release(body_en=link_to(gone))
        merge_institutions(keep=between, duplicate=gone)
        merge_institutions(keep=kept, duplicate=between)
        assert f'href="/en/partners/{kept.slug}/"' in page(client, release)

    @pytest.mark.parametrize(
        "href", ["/ref/release/999999/", "/ref/user/1/", "/ref/release/x/", "/ref/"]
    )
    def test_one_that_names_nothing_leaves_the_words_alone(self, client, href):
        release = make_release()
        # Nobody can publish such a link; what it names may be gone from the database later.
        release.body_en = f'<p><a href="{href}">Words</a></p>'
        release.save()
        assert "<p>Words</p>" in page(client, release)

    def test_stored_paths_stay_as_they_are(self, client):
        path = f"/en/events/{make_event().slug}/"
        release = make_release(body_en=f'<p><a href="{path}">Words</a></p>')
        assert f'<a href="{path}" rel="noopener">Words</a>' in page(client, release)

    def test_the_interface_gives_addresses_too(self, client):
        event = make_event()
        release = make_release(body_en=link_to(event), body_zh_hans=link_to(event))
        told = client.get(f"/api/v1/releases/{release.slug}/").content.decode()
        for language in ("en", "zh-hans"):
            assert f"/{language}/events/{event.slug}/" in told
        assert "/ref/" not in told

    def test_many_links_cost_as_much_as_two(self, client, django_assert_max_num_queries):
        few = make_release(body_en="".join(link_to(make_event()) for _ in range(2)))
        many = make_release(body_en="".join(link_to(make_event()) for _ in range(40)))
        client.get(f"/en/news/{few.slug}/")
        with django_assert_max_num_queries(100) as first:
            page(client, few)
        with django_assert_max_num_queries(len(first)):
            page(client, many)


class TestChecking:
    def codes(self, release, language="en"):
        return {finding.code for finding in checks.findings(release, language)}

    def test_a_link_to_nothing_keeps_a_text_from_being_published(self):
        release = make_release(public=[], body_en='<p><a href="/ref/event/999/">Words</a></p>')
        assert "broken_link" in self.codes(release)

    def test_a_link_to_something_unpublished_is_told(self):
        release = make_release(public=[], body_en=link_to(make_event(public=[])))
        assert "unpublished_link" in self.codes(release)

    def test_one_that_can_be_read_is_not(self):
        release = make_release(public=[], body_en=link_to(make_event(public=["zh-hans"])))
        assert not {"broken_link", "unpublished_link"} & self.codes(release)

    def test_where_used_counts_it(self):
        event, other = make_event(), make_event()
        release = make_release(public=[], body_en=link_to(event, "#a"))
        assert [use.row for use in references.uses(event)] == [release]
        assert references.uses(other) == []
