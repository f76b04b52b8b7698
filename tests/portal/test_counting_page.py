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


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ("within {} seconds", "more than {} items", "more than {} times a day")),
        ("zh-hans", ("{}秒内", "超过{}个", "超过{}次")),
    ],
)
def test_how_we_count_names_the_bounds_that_hold(client, language, sentences):
    text = words(client, language, "counting")
    bounds = (rules.CHAIN, rules.ITEMS_A_MINUTE, rules.VIEWS_A_DAY)
    for sentence, bound in zip(sentences, bounds, strict=True):
        assert sentence.format(bound) in text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ("are never stored", "after {} hours", "only the host name is kept")),
        ("zh-hans", ("{}小时后", "只保留主机名")),
    ],
)
def test_the_privacy_page_says_how_long_a_visitor_is_recognised(client, language, sentences):
    text = words(client, language, "privacy")
    for sentence in sentences:
        assert sentence.format(KEPT_HOURS) in text


def test_views_are_answered_before_the_pages_and_the_pages_before_django():
    assert isinstance(application, ReadsEndpoint)
    assert isinstance(application.application, PageCache)
