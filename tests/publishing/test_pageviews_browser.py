"""The page's script in a real browser: when it reports a view, and what numbers it shows."""

import re
from contextlib import nullcontext
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from publishing.pageviews import clock, pulse
from publishing.pageviews.querysets import totals
from publishing.pageviews.services import set_base
from tests.builders import make_release
from tests.publishing.pageviews_support import CHROME, forget

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/en/news/summer-school/"
REPORT = re.compile(r"/v/release-\d+\?")
READ = re.compile(r"/v\?ids=")
NOT_DRIVEN = "Object.defineProperty(navigator, 'webdriver', {get: () => false});"
PLAY = """
    window.state = {hidden: %s, prerendering: %s};
    for (const name of ['hidden', 'prerendering'])
        Object.defineProperty(document, name, {get: () => window.state[name]});
"""


@pytest.fixture
def release(settings, tmp_path):
    settings.PORTAL_PAGEVIEWS_BACKGROUND = False
    settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path
    forget()
    release = make_release(slug="summer-school")
    set_base(key="release", object_id=release.pk, base=1190)
    yield release
    forget()


@pytest.fixture
def reader(new_context, release):
    """Opens pages as a person would; a program that drives a browser would not count."""

    def open_page(
        path="/en/news/summer-school/", script=NOT_DRIVEN, *, until=None, referer=None, **options
    ):
        context = new_context(user_agent=CHROME, **options)
        context.add_init_script(script)
        page = context.new_page()
        page.reports, page.reads = [], []
        page.on("request", lambda request: _note(page, request.url))
        with page.expect_response(until) if until else nullcontext():
            page.goto(path, referer=referer)
        return page

    return open_page


def _note(page, url):
    if REPORT.search(url):
        page.reports.append(url)
    elif READ.search(url):
        page.reads.append(url)


def beat(release):
    """What happens each second; the public number afterwards."""
    pulse.pulse.beat(lead=True)
    return totals("release", [release.pk])[release.pk]


def number(page):
    return page.locator("[data-pv]").first


def test_readers_see_their_own_view_in_the_number(reader, release):
    page = reader(until=REPORT)
    expect(number(page)).to_have_text("1,190")
    assert beat(release) == 1191
    expect(number(page)).to_have_text("1,191")
    assert (len(page.reports), len(page.reads)) == (1, 1)


def test_the_report_tells_language_and_referring_host_and_no_more(reader):
    page = reader("/zh-hans/news/summer-school/", until=READ, referer="https://a.example/x?token=1")
    query = parse_qs(urlsplit(page.reports[0]).query)
    assert query == {"l": ["zh-hans"], "f": ["a.example"]}
    expect(number(page)).to_have_text("1,190")


def test_a_page_in_the_background_counts_when_it_is_looked_at(reader, release):
    page = reader(script=NOT_DRIVEN + PLAY % ("true", "false"))
    page.wait_for_load_state("networkidle")
    assert page.reports == [] and beat(release) == 1190
    with page.expect_response(REPORT):
        page.evaluate("state.hidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    assert beat(release) == 1191


def test_a_page_rendered_ahead_counts_when_it_is_opened(reader, release):
    page = reader(script=NOT_DRIVEN + PLAY % ("false", "true"))
    page.wait_for_load_state("networkidle")
    assert page.reports == [] and beat(release) == 1190
    with page.expect_response(REPORT):
        page.evaluate(
            "state.prerendering = false; document.dispatchEvent(new Event('prerenderingchange'))"
        )
    assert beat(release) == 1191


def test_a_page_that_comes_back_from_memory_counts_again_after_half_a_minute(
    reader, release, monkeypatch
):
    page, opened = reader(until=REPORT), clock.now()
    # The second return is 31 seconds after the first.
    for after, views in ((20, 1191), (51, 1192)):
        monkeypatch.setattr(clock, "now", lambda now=opened + after: now)
        with page.expect_response(REPORT):
            page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        assert beat(release) == views
    assert len(page.reports) == 3


def test_a_report_without_an_answer_is_sent_once_more(reader, release):
    page = reader(until=REPORT)
    page.route(REPORT, lambda route: route.abort())
    page.reports.clear()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    with page.expect_event("requestfailed"):
        pass
    page.unroute(REPORT)
    with page.expect_response(REPORT):
        pass
    assert len(page.reports) == 2
    assert beat(release) == 1191


def test_a_list_refreshes_its_numbers_in_one_request_and_counts_nothing(reader, release):
    page = reader("/zh-hans/news/")
    page.wait_for_load_state("networkidle")
    assert len(page.reads) == 1 and page.reports == []
    set_base(key="release", object_id=release.pk, base=20500)
    beat(release)
    # For one second the browser may answer from its own cache.
    page.wait_for_timeout(1100)
    page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
    expect(number(page)).to_have_text("20,500")
    assert beat(release) == 20500


def test_without_script_the_view_counts_and_the_number_stays(reader, release):
    page = reader(java_script_enabled=False)
    page.wait_for_load_state("networkidle")
    expect(number(page)).to_have_text("1,190")
    assert beat(release) == 1191


def test_a_browser_driven_by_a_program_does_not_count(reader, release):
    page = reader(script="")
    page.wait_for_load_state("networkidle")
    assert len(page.reports) == 1
    assert beat(release) == 1190


def test_nothing_has_a_name_that_blockers_look_for(reader):
    page = reader()
    page.wait_for_load_state("networkidle")
    source = page.evaluate("document.querySelector('script[data-item]').src")
    for url in (source, *page.reports, *page.reads):
        assert not re.search(r"track|analytic|beacon|count|pageview|metric|pixel|hit", url)
