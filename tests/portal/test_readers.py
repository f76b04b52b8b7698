"""Readers that know nothing of the portal find title, date, text and languages by themselves."""

import re

import feedparser
import pytest
import trafilatura
from django.conf import settings
from usp.tree import sitemap_tree_for_homepage
from usp.web_client.abstract_client import (
    AbstractWebClient,
    AbstractWebClientSuccessResponse,
    WebClientErrorResponse,
)

from portal.models import SiteSettings
from publishing.editorial import services
from tests.builders import make_event, make_institution, make_release

pytestmark = pytest.mark.django_db

PARAGRAPH = "The two sides agreed to work together on energy storage and to exchange staff. "
CHINESE = "双方同意在储能领域开展合作，并互派人员进行交流访问，共同建设联合实验室。"


class Found(AbstractWebClientSuccessResponse):
    def __init__(self, response, url):
        self.response, self.address = response, url

    def status_code(self):
        return self.response.status_code

    def status_message(self):
        return self.response.reason_phrase

    def header(self, case_insensitive_name):
        return self.response.headers.get(case_insensitive_name)

    def raw_data(self):
        return self.response.content

    def url(self):
        return self.address


class Missing(WebClientErrorResponse):
    pass


class Fetcher(AbstractWebClient):
    """Fetches from the portal as it stands in this test."""

    def __init__(self, client):
        self.client = client

    def set_max_response_data_length(self, max_response_data_length):
        pass

    def get(self, url):
        response = self.client.get(url.removeprefix(settings.PORTAL_BASE_URL))
        if response.status_code == 200:
            return Found(response, url)
        return Missing(message=str(response.status_code), retryable=False)


@pytest.fixture
def release():
    SiteSettings.objects.create(pk=1, name_en="The Centre", name_zh_hans="剑桥大学南京中心")
    release = make_release(
        public=[],
        slug="storage",
        headline_en="Universities agree on energy storage",
        headline_zh_hans="高校就储能合作达成协议",
        body_en=f"<p>{PARAGRAPH * 4}</p><p>{PARAGRAPH * 3}</p>",
        body_zh_hans=f"<p>{CHINESE * 4}</p><p>{CHINESE * 3}</p>",
        release_date="2020-09-30",
    )
    for code in ("en", "zh-hans"):
        services.publish(item=release, language=code)
    return release


@pytest.mark.parametrize(
    ("language", "title", "words", "author"),
    [
        ("en", "Universities agree on energy storage", PARAGRAPH.strip(), "The Centre"),
        ("zh-hans", "高校就储能合作达成协议", CHINESE, "剑桥大学南京中心"),
    ],
)
def test_an_extractor_finds_title_date_author_and_text(
    client, release, language, title, words, author
):
    address = f"/{language}/news/storage/"
    html = client.get(address).content.decode()
    found = trafilatura.bare_extraction(
        html, url=settings.PORTAL_BASE_URL + address, with_metadata=True
    )
    found = found.as_dict()
    assert found["title"] == title
    assert found["date"] == "2020-09-30"
    # This reader takes no name without a space for one of a person or an office.
    assert found["author"] == author or language == "zh-hans"
    assert words in found["text"]
    assert "Skip to content" not in found["text"]


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Universities agree on energy storage"), ("zh-hans", "高校就储能合作达成协议")],
)
def test_a_feed_reader_is_led_to_the_feed_and_finds_the_release(client, release, language, title):
    page = client.get(f"/{language}/").content.decode()
    (address,) = re.findall(r'type="application/atom\+xml"[^>]* href="([^"]+)"', page)
    response = client.get(address)
    feed = feedparser.parse(
        response.content, response_headers={"content-type": response["Content-Type"]}
    )
    assert not feed.bozo
    assert feed.feed.author
    (entry,) = feed.entries
    assert entry.title == title
    assert entry.link == f"{settings.PORTAL_BASE_URL}/{language}/news/storage/"
    assert entry.published_parsed[:3] == release.first_published_en.timetuple()[:3]


def test_a_crawler_finds_every_public_address_once(client, release):
    make_event(slug="talk")
    make_institution(slug="nju")
    make_release(slug="draft", public=[])
    tree = sitemap_tree_for_homepage(settings.PORTAL_BASE_URL, web_client=Fetcher(client))
    pages = [page.url for page in tree.all_pages()]
    assert len(pages) == len(set(pages))
    for path in ("/en/news/storage/", "/zh-hans/news/storage/", "/en/events/talk/", "/en/"):
        assert settings.PORTAL_BASE_URL + path in pages
    assert not [page for page in pages if "draft" in page]
    news = [page.news_story for page in tree.all_pages() if page.news_story]
    assert {story.title for story in news} >= {release.headline_en, release.headline_zh_hans}
