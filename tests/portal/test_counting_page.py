"""What readers are told of counting is what is done."""

import re

import pytest

from portal.wsgi import application
from publishing.cache.wsgi import PageCache
from publishing.pageviews import rules
from publishing.pageviews.endpoint import ReadsEndpoint
from publishing.pageviews.journal import KEPT_HOURS

pytestmark = pytest.mark.django_db


def words(client, language, topic):
    page = client.get(f"/{language}/about/{topic}/").content.decode()
    text = re.search(r"<main.*?</main>", page, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_how_we_count_names_the_bounds_that_hold(client, language):
    told = {int(number) for number in re.findall(r"\d+", words(client, language, "counting"))}
    assert {rules.CHAIN, rules.ITEMS_A_MINUTE, rules.VIEWS_A_DAY} <= told


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_privacy_page_says_how_long_a_visitor_is_recognised(client, language):
    text = words(client, language, "privacy")
    assert str(KEPT_HOURS) in re.findall(r"\d+", text)
    for kept in {"en": ("hash", "host name", "never stored"), "zh-hans": ("散列", "主机名")}[
        language
    ]:
        assert kept in text


def test_views_are_answered_before_the_pages_and_the_pages_before_django():
    assert isinstance(application, ReadsEndpoint)
    assert isinstance(application.application, PageCache)
