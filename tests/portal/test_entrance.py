"""The way in: languages, menu, pages that staff write, error pages."""

import pytest

from partners.models import Institution
from portal.models import MenuItem, Milestone, SiteSettings
from publishing.editorial import services
from tests.builders import make_page, make_release, make_user

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh", "zh-hans"),
        ("zh-TW", "zh-hans"),
        ("zh-Hans-CN", "zh-hans"),
        ("fr-FR,fr;q=0.9", "en"),
        ("fr,zh;q=0.5,en;q=0.4", "zh-hans"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("*", "en"),
        (";;;,", "en"),
    ],
)
def test_the_entrance_leads_to_the_readers_language(client, header, language):
    response = client.get("/", headers={"Accept-Language": header, "Cookie": "django_language=xx"})
    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert response["Vary"] == "Accept-Language"
    assert "public" in response["Cache-Control"]


def test_the_menu_shows_only_what_the_language_has(client):
    page = make_page(slug="centre", menu_title_en="The Centre", public=["en"])
    MenuItem.objects.create(section="news", order=1)
    MenuItem.objects.create(page=page, order=2)
    assert "The Centre" in text(client.get("/en/"))
    assert "/zh-hans/centre/" not in text(client.get("/zh-hans/"))


def test_filing_numbers_stand_in_the_footer_when_set(client):
    assert "beian" not in text(client.get("/en/"))
    SiteSettings.objects.create(
        pk=1, icp_number="苏ICP备00000000号", public_security_number="苏公网安备 32000000000000号"
    )
    page = text(client.get("/en/"))
    assert 'href="https://beian.miit.gov.cn/"' in page
    assert "beian.mps.gov.cn/#/query/webSearch?code=32000000000000" in page


def test_a_page_shows_its_milestones_and_links_them(client):
    make_page(slug="centre", shows_milestones=True, shows_figures=True)
    release = make_release(slug="launch")
    Milestone.objects.create(
        date="2018-07", title_en="Launched", title_zh_hans="启动", release=release
    )
    Milestone.objects.create(date="2019-09-10", title_en="Ground broken", title_zh_hans="")
    page = text(client.get("/en/centre/"))
    assert page.index("Ground broken") < page.index("Launched")
    assert 'href="/en/news/launch/"' in page
    oldest_first = text(client.get("/en/centre/?order=oldest"))
    assert oldest_first.index("Launched") < oldest_first.index("Ground broken")
    assert "Ground broken" not in text(client.get("/zh-hans/centre/"))


def test_a_milestone_does_not_link_to_what_is_not_public(client):
    make_page(slug="centre", shows_milestones=True)
    draft = make_release(slug="draft", public=[])
    Milestone.objects.create(date="2018", title_en="Launched", release=draft)
    page = text(client.get("/en/centre/"))
    assert "Launched" in page and "/news/draft/" not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_missing_page_is_a_page_of_the_site(client, language):
    response = client.get(f"/{language}/no-such-page/")
    assert response.status_code == 404
    assert f'href="/{language}/search/"' in text(response)
    assert "noindex" in text(response)


def test_the_error_page_needs_no_database(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr("news.views.ReleaseList.get_queryset", fail)
    client.raise_request_exception = False
    for language, tag in (("en", "en"), ("zh-hans", "zh-Hans")):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/{language}/news/")
        assert response.status_code == 500
        assert f'<html lang="{tag}">' in text(response)
        assert "broken" not in text(response)
        assert len(queries) == 0


class TestSearch:
    def test_finds_both_kinds_of_things_in_both_languages(self, client):
        make_release(headline_en="Ground broken in Jiangbei", headline_zh_hans="江北奠基")
        Institution.objects.create(name_en="Southeast University", name_zh_hans="东南大学")
        assert "<mark>东南</mark>大学" in text(client.get("/en/search/?q=东南"))
        assert "<mark>Southeast</mark>" in text(client.get("/zh-hans/search/?q=southeast"))
        assert "江北<mark>奠基</mark>" in text(client.get("/zh-hans/search/?q=奠基"))

    def test_drafts_and_withdrawn_texts_are_not_found(self, client):
        make_release(public=[], headline_en="Unborn heading")
        release = make_release(headline_en="Withdrawn heading")
        services.withdraw(item=release, language="en", notice="x")
        make_release(headline_en="Public heading", slug="public-heading")
        page = client.get("/en/search/?q=heading")
        assert [hit["url"] for hit in page.context["hits"]] == ["/en/news/public-heading/"]

    @pytest.mark.parametrize(
        "query",
        [
            "",
            " ",
            "a" * 10_000,
            '"',
            "NEAR(",
            "a:b*",
            "%00",
            "😀",
            "'; DROP TABLE",
            "<script>",
            "\\",
        ],
    )
    def test_any_words_get_an_ordinary_answer(self, client, query):
        response = client.get("/en/search/", {"q": query})
        assert response.status_code == 200
        assert "<script>'" not in text(response)


def test_staff_see_the_same_pages_without_shared_caching(client):
    make_release(slug="one")
    client.force_login(make_user(group="Author"))
    response = client.get("/en/news/one/")
    assert response.status_code == 200
    assert "private" in response["Cache-Control"]
