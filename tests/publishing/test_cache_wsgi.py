"""The page cache through its own door: WSGI calls, around the portal's real middleware."""

import gzip
import random
import threading
from datetime import timedelta

import brotli
import pytest
from django.conf import settings as configured
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, connections, transaction
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views import View

from publishing.cache import due
from publishing.cache.models import bump
from publishing.cache.pages import normalised_query, public_page
from tests.publishing.cache_support import NOON, Site

TEMPLATES = {"503.html": "{% load i18n %}{% get_current_language as code %}Back soon ({{ code }})"}
rendered = []
during = []


def content():
    return "|".join(Group.objects.order_by("pk").values_list("name", flat=True))


@public_page("page", "field")
def release(request):
    rendered.append(request)
    before = content()
    for happen in during[:]:
        happen()
    text = f"{before} {content()} {request.GET.urlencode()} " + "words " * 500
    return HttpResponse(text + request.headers.get("Accept-Language", ""))


@method_decorator(public_page("q"), name="dispatch")
class Listing(View):
    def get(self, request):
        return JsonResponse({"names": content()})


@public_page()
def moved(request):
    return HttpResponsePermanentRedirect("/release/")


@public_page()
def missing(request):
    rendered.append(request)
    raise Http404


@public_page()
def forgetful(request):
    rendered.append(request)
    response = HttpResponse("a cookie for you")
    response.set_cookie("theme", "dark")
    return response


@public_page()
def with_nonce(request):
    rendered.append(request)
    return HttpResponse(str(request.csp_nonce))


@public_page()
def preview(request):
    rendered.append(request)
    return HttpResponse("not yet", headers={"Cache-Control": "private, no-store"})


def staff(request):
    rendered.append(request)
    return HttpResponse(content())


@public_page()
def large(request, number):
    return HttpResponse(random.Random(number).randbytes(60_000))


urlpatterns = [
    path("release/", release),
    path("list/", Listing.as_view()),
    path("moved/", moved),
    path("missing/", missing),
    path("forgetful/", forgetful),
    path("preview/", preview),
    path("nonce/", with_nonce),
    path("staff/", staff),
    path("en/staff/", staff),
    path("zh-hans/staff/", staff),
    path("large/<int:number>/", large),
    # A session makes the portal's middleware ask where the accounts are.
    path("account/", include("portal.accounts.urls")),
]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def quiet(monkeypatch, settings):
    settings.MIDDLEWARE = [
        "publishing.cache.middleware.DatabaseAway",
        *(name for name in settings.MIDDLEWARE if not name.endswith("DatabaseAway")),
    ]
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)]},
        }
    ]
    monkeypatch.setattr(due, "_sources", [])
    monkeypatch.setattr(due, "_actions", [])
    rendered.clear()
    during.clear()


@pytest.fixture
def site():
    return Site()


def write(name):
    """A service: a change of content and the generation, in one transaction."""
    with transaction.atomic():
        Group.objects.all().delete()
        Group.objects.create(name=name)
        bump()


def in_threads(*calls):
    results = [None] * len(calls)

    def run(number, call):
        try:
            results[number] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


class TestHits:
    def test_the_second_visitor_costs_no_query_and_no_rendering(self, site):
        first = site.get("/release/")
        with CaptureQueriesContext(connection) as queries:
            second = site.get("/release/")
        assert (second.body, len(queries), len(rendered)) == (first.body, 0, 1)

    def test_a_page_is_rendered_with_two_queries_more_than_its_own(self, site):
        site.get("/list/")
        write("other")
        site.clock.seconds += 0.2
        site.get("/moved/")
        with CaptureQueriesContext(connection) as queries:
            site.get("/release/")
        statements = [q["sql"] for q in queries if "SELECT " in q["sql"]]
        assert len(statements) == 3

    @pytest.mark.parametrize("address", ["/release/", "/list/", "/moved/"])
    def test_what_is_kept(self, site, address):
        site.get(address)
        with CaptureQueriesContext(connection) as queries:
            site.get(address)
        assert not queries

    def test_head_has_the_headers_of_get_and_no_body(self, site):
        head = site.get("/release/", "HEAD")
        page = site.get("/release/")
        assert head.headers == page.headers
        assert int(head.headers["Content-Length"]) == len(page.body)
        assert head.body == b""
        assert len(rendered) == 1

    def test_all_codings_carry_the_same_page(self, site):
        plain = site.get("/release/")
        zipped = site.get("/release/", accept_encoding="gzip")
        brotlied = site.get("/release/", accept_encoding="gzip, deflate, br")
        assert gzip.decompress(zipped.body) == brotli.decompress(brotlied.body) == plain.body
        assert len({plain.headers["ETag"], zipped.headers["ETag"], brotlied.headers["ETag"]}) == 3
        assert len(brotlied.body) < len(plain.body)
        assert "Content-Encoding" not in plain.headers
        assert (zipped.headers["Content-Encoding"], brotlied.headers["Content-Encoding"]) == (
            "gzip",
            "br",
        )
        for reply in (plain, zipped, brotlied):
            assert reply.headers["Vary"] == "Accept-Encoding"
            assert int(reply.headers["Content-Length"]) == len(reply.body)

    @pytest.mark.parametrize(
        ("accepted", "coding"),
        [
            ("", None),
            ("identity", None),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("gzip;q=1.0, br;q=0.2", "gzip"),
            ("GZIP", "gzip"),
            ("*", "br"),
            ("*;q=0", None),
            ("br;q=nonsense", None),
        ],
    )
    def test_the_coding_follows_the_accept_encoding_header(self, site, accepted, coding):
        reply = site.get("/release/", accept_encoding=accepted)
        assert reply.headers.get("Content-Encoding") == coding

    def test_bytes_are_compressed_once(self, site):
        first = site.get("/release/", accept_encoding="br")
        (page,) = site.cache.pages.values()
        variant = page.variants["br"]
        assert site.get("/release/", accept_encoding="br").body == first.body
        assert page.variants["br"] is variant

    def test_plain_text_is_made_again_of_what_was_compressed(self, site):
        plain = site.get("/release/").body
        for coding in ("gzip", "br"):
            site.get("/release/", accept_encoding=coding)
        (page,) = site.cache.pages.values()
        assert (set(page.variants), site.cache.store.bytes) == ({"gzip", "br"}, page.size)
        assert site.get("/release/").body == plain

    def test_a_cdn_may_hold_a_page_for_seconds_and_longer_in_need(self, site):
        rules = site.get("/release/").headers["Cache-Control"]
        for part in ("public", "max-age=0", "s-maxage=", "stale-while-revalidate", "stale-if-e"):
            assert part in rules

    def test_security_headers_of_the_portal_stand_on_kept_pages(self, site):
        site.get("/release/")
        kept = site.get("/release/").headers
        assert kept["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in kept


class TestValidators:
    def test_a_known_etag_is_answered_304_in_any_coding(self, site):
        tag = site.get("/release/", accept_encoding="br").headers["ETag"]
        for accepted in ("", "gzip", "br"):
            for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
                reply = site.get("/release/", if_none_match=sent, accept_encoding=accepted)
                assert (reply.status, reply.body) == (304, b"")
                assert {"ETag", "Cache-Control", "Vary"} <= reply.headers.keys()
                assert "Content-Length" not in reply.headers
        assert len(rendered) == 1

    def test_another_etag_gets_the_page(self, site):
        site.get("/release/")
        assert site.get("/release/", if_none_match='"other"').status == 200

    def test_the_date_counts_where_no_etag_is_sent(self, site):
        date = site.get("/release/").headers["Last-Modified"]
        assert site.get("/release/", if_modified_since=date).status == 304
        old = "Mon, 01 Jan 2001 00:00:00 GMT"
        assert site.get("/release/", if_modified_since=old).status == 200
        assert site.get("/release/", if_modified_since="nonsense").status == 200
        both = site.get("/release/", if_none_match='"other"', if_modified_since=date)
        assert both.status == 200

    def test_a_page_untouched_by_a_change_elsewhere_keeps_its_validators(self, site, monkeypatch):
        old = site.get("/release/").headers
        monkeypatch.setattr("publishing.cache.wsgi.http_date", lambda: "later")
        bump()
        site.clock.seconds += 1
        assert site.get("/release/").headers["Last-Modified"] == old["Last-Modified"]
        assert site.get("/release/", if_none_match=old["ETag"]).status == 304
        assert len(rendered) == 2

    def test_a_304_of_the_present_version_costs_no_rendering_in_a_new_process(self, site):
        tag = site.get("/release/").headers["ETag"]
        restarted = Site()
        reply = restarted.get("/release/", if_none_match=f'"other", {tag}')
        assert (reply.status, reply.headers["ETag"]) == (304, tag)
        assert {"Cache-Control", "Vary"} <= reply.headers.keys()
        assert len(rendered) == 1

    def test_a_304_costs_no_rendering_where_no_page_is_kept(self, settings):
        settings.PORTAL_CACHE_MB = 0
        site = Site()
        tag = site.get("/release/").headers["ETag"]
        rendered.clear()
        with CaptureQueriesContext(connection) as queries:
            replies = [site.get("/release/", if_none_match=tag) for _ in range(3)]
        assert [reply.status for reply in replies] == [304] * 3
        assert (len(rendered), len(queries)) == (0, 0)

    @pytest.mark.parametrize("change", ["content", "time", "code"])
    def test_the_version_ends_with_content_time_and_code(self, site, change, monkeypatch):
        tag = site.get("/release/").headers["ETag"]
        restarted = Site()
        if change == "content":
            write("new")
        elif change == "time":
            restarted.clock.seconds = 86_400
        else:
            monkeypatch.setattr("publishing.cache.freshness.build", lambda: "another build")
        restarted.get("/release/", if_none_match=tag)
        assert len(rendered) == 2

    def test_a_withdrawn_page_is_gone_for_those_who_hold_a_copy_too(self, site):
        tag = site.get("/release/").headers["ETag"]

        def disappear():
            raise Http404

        during.append(disappear)
        bump()
        site.clock.seconds += 1
        assert site.get("/release/", if_none_match=tag).status == 404

    def test_a_changed_page_has_new_validators(self, site):
        tag = site.get("/release/").headers["ETag"]
        write("new")
        site.clock.seconds += 1
        assert site.get("/release/", if_none_match=tag).status == 200


class TestExactness:
    def test_a_change_is_seen_within_a_second(self, site):
        write("old")
        assert "old" in site.get("/release/").text
        write("new")
        site.clock.seconds += 1
        assert "new" in site.get("/release/").text

    def test_a_change_rolled_back_changes_nothing(self, site):
        site.get("/release/")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            write("never")
            raise ZeroDivisionError
        site.clock.seconds += 1
        site.get("/release/")
        assert len(rendered) == 1

    def test_every_process_sees_a_change(self):
        first, second = Site(), Site()
        for site in (first, second):
            site.get("/release/")
        write("new")
        for site in (first, second):
            site.clock.seconds += 1
            assert "new" in site.get("/release/").text

    def test_a_page_is_never_a_mixture_of_before_and_after(self, site):
        write("old")
        during.append(lambda: in_threads(lambda: write("new")))
        assert site.get("/release/").text.startswith("old old")
        during.clear()
        site.clock.seconds += 1
        assert site.get("/release/").text.startswith("new new")

    def test_random_changes_never_leave_a_cached_page_unlike_a_fresh_one(self, site):
        chance = random.Random(20260301)
        addresses = ["/release/", "/release/?page=2", "/list/", "/list/?q=a"]
        for number in range(60):
            if chance.random() < 0.6:
                write(f"name {number}")
            if chance.random() < 0.3:
                with transaction.atomic():
                    Group.objects.create(name=f"extra {number}")
                    bump()
            site.clock.seconds += chance.choice((1, 1.5, 30))
            for address in chance.sample(addresses, 2):
                assert site.get(address).body == site.fresh(address).body

    @pytest.mark.parametrize("pause", [0, 0.3, 0.6])
    def test_no_page_is_older_than_a_second_whenever_it_is_asked_for(self, site, pause):
        committed = {}
        for number in range(40):
            write(str(number))
            committed[number] = site.clock.seconds
            site.clock.seconds += 0.125 + pause
            shown = int(site.get("/list/").text.split('"')[3])
            outdated = committed.get(shown + 1)
            assert outdated is None or site.clock.seconds - outdated < 1

    def test_a_page_expires_at_the_due_instant_and_not_before(self, site):
        due.register(lambda now: max(now, NOON) + timedelta(seconds=100) if now <= NOON else None)
        site.get("/release/")
        for seconds, renderings in ((50, 1), (99.9, 1), (100, 2), (150, 2)):
            site.clock.seconds = seconds
            site.get("/release/")
            assert len(rendered) == renderings

    def test_a_page_that_a_due_instant_overtakes_is_made_again(self, site):
        due.register(lambda now: NOON + timedelta(seconds=10))
        site.clock.seconds = 9.9

        def overtake():
            site.clock.seconds = 10.1

        during.append(overtake)
        site.get("/release/")
        assert len(rendered) == 2
        site.get("/release/")
        assert len(rendered) == 2

    def test_what_is_due_is_applied_before_the_page_is_rendered(self, site):
        due.register(lambda now: NOON + timedelta(seconds=10))
        due.register_action(lambda: site.clock.seconds >= 10 and write("applied"))
        assert "applied" not in site.get("/release/").text
        site.clock.seconds = 10
        assert "applied" in site.get("/release/").text


class TestNeverWrong:
    def test_a_visitor_with_a_session_bypasses_the_cache(self, site):
        cookie = f"{configured.SESSION_COOKIE_NAME}=abc"
        site.get("/release/")
        reply = site.get("/release/", cookie=cookie)
        assert len(rendered) == 2
        assert reply.headers["Cache-Control"] == "private, no-cache"
        assert "Cookie" in reply.headers["Vary"]
        site.get("/release/", cookie=cookie)
        assert len(rendered) == 3

    def test_other_cookies_and_headers_do_not_reach_a_public_page(self, site):
        reply = site.get("/release/", cookie="theme=dark", accept_language="zh-hans")
        assert "zh-hans" not in reply.text
        assert not rendered[0].COOKIES
        assert "REMOTE_ADDR" not in rendered[0].META
        assert site.get("/release/").body == reply.body
        assert len(rendered) == 1

    def test_unknown_parameters_neither_multiply_entries_nor_reach_the_page(self, site):
        plain = site.get("/release/")
        for number in range(20):
            assert site.get(f"/release/?utm_source={number}&fbclid=x").body == plain.body
        assert len(site.cache.pages) == len(rendered) == 1

    def test_parameters_in_another_order_or_left_empty_are_the_same_page(self, site):
        pages = {
            site.get(f"/release/{query}").body
            for query in (
                "?page=2&field=law&field=art",
                "?field=art&field=law&page=2",
                "?field=law&page=2&field=art&field=&other=1",
            )
        }
        assert len(pages) == len(site.cache.pages) == 1
        assert "field=art&field=law&page=2" in rendered[0].get_full_path()

    def test_different_known_parameters_are_different_pages(self, site):
        assert site.get("/release/?page=2").body != site.get("/release/?page=3").body

    @pytest.mark.parametrize("name", ["missing", "forgetful", "preview", "nonce", "staff"])
    def test_what_is_not_kept(self, site, name):
        site.get(f"/{name}/")
        site.get(f"/{name}/")
        assert not site.cache.pages
        assert len(rendered) == 2

    def test_an_address_that_does_not_exist_leaves_nothing_behind(self, site):
        assert site.get("/nowhere/").status == 404
        assert not site.cache.pages

    @pytest.mark.parametrize("address", ["/missing/", "/nowhere/"])
    def test_a_shared_cache_does_not_keep_what_is_missing_either(self, site, address):
        assert site.get(address).headers["Cache-Control"] == "no-cache"

    def test_an_endless_address_is_passed_on(self, site):
        assert site.get(f"/release/{'x' * 5000}/").status == 404
        assert site.cache.known_parameters.cache_info().currsize == 0

    def test_a_page_that_disappears_is_forgotten(self, site):
        site.get("/release/")

        def disappear():
            raise Http404

        during.append(disappear)
        bump()
        site.clock.seconds += 1
        assert site.get("/release/").status == 404
        assert not site.cache.pages

    def test_post_passes_through(self, site):
        site.get("/release/")
        assert site.get("/release/", "POST").status == 405
        assert site.get("/staff/", "OPTIONS").status == 200

    def test_a_foreign_host_is_refused_although_the_page_is_cached(self, site):
        site.get("/release/")
        assert site.get("/release/", host="evil.example").status == 400
        assert len(site.cache.pages) == 1

    def test_the_case_of_the_host_does_not_multiply_entries(self, site):
        site.get("/release/")
        assert site.get("/release/", host="TestServer").status == 200
        assert len(rendered) == 1

    def test_pages_for_http_and_https_are_kept_apart(self, settings):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        site = Site()
        for reported in ("https", "http", "https", "ftp", "https, http"):
            site.get("/release/", x_forwarded_proto=reported)
        assert [request.is_secure() for request in rendered] == [True, False]

    def test_memory_is_bounded_and_the_used_pages_stay(self, settings):
        settings.PORTAL_CACHE_MB = 1
        site = Site()
        for number in range(60):
            site.get(f"/large/{number}/", accept_encoding="br")
            site.get("/release/", accept_encoding="br")
            assert site.cache.store.bytes <= 2**20
        kept = sum(page.size for page in site.cache.pages.values())
        assert kept == site.cache.store.bytes > 2**19
        assert len(rendered) == 1

    def test_a_page_too_large_for_the_store_is_sent_and_not_kept(self, settings):
        settings.PORTAL_CACHE_MB = 0.25
        site = Site()
        assert len(site.get("/large/1/").body) == 60_000
        assert not site.cache.pages


class TestHerd:
    def test_one_rendering_serves_all_who_come_meanwhile(self, site):
        started, release_it = threading.Event(), threading.Event()

        def wait():
            started.set()
            release_it.wait(10)

        during.append(wait)

        def late():
            started.wait(10)
            threading.Timer(0.1, release_it.set).start()
            return site.get("/release/")

        replies = in_threads(lambda: site.get("/release/"), late, late, late)
        assert len({reply.body for reply in replies}) == 1
        assert len(rendered) == 1

    def test_others_get_the_old_page_while_the_new_one_is_made(self, site):
        write("old")
        site.get("/release/")
        write("new")
        site.clock.seconds += 0.6
        started, release_it = threading.Event(), threading.Event()

        def wait():
            started.set()
            release_it.wait(10)

        during.append(wait)

        def meanwhile():
            started.wait(10)
            try:
                return site.get("/release/")
            finally:
                release_it.set()

        first, second = in_threads(lambda: site.get("/release/"), meanwhile)
        assert "new" in first.text
        assert "old" in second.text
        assert "X-Portal-Stale" not in second.headers

    def test_nobody_waits_for_ever_for_another_who_renders(self, site, monkeypatch):
        monkeypatch.setattr("publishing.cache.wsgi.PATIENCE", 0.01)
        write("old")
        site.get("/release/")
        write("new")
        site.clock.seconds += 5
        started, release_it = threading.Event(), threading.Event()

        def wait():
            started.set()
            release_it.wait(10)

        during.append(wait)

        def meanwhile():
            started.wait(10)
            try:
                return site.get("/release/")
            finally:
                release_it.set()

        first, second = in_threads(lambda: site.get("/release/"), meanwhile)
        assert "new" in first.text
        assert ("old" in second.text, second.headers["X-Portal-Stale"]) == (True, "1")

    def test_a_failure_of_the_one_who_renders_does_not_block_the_others(self, site):
        started = threading.Event()

        def fail_once():
            during.clear()
            started.set()
            raise ValueError

        during.append(fail_once)

        def late():
            started.wait(10)
            return site.get("/release/")

        _failed, reply = in_threads(lambda: site.get("/release/"), late)
        assert reply.status == 200


class TestDatabaseAway:
    @pytest.fixture
    def outage(self):
        """Takes the database away, for all who ask through Django."""

        patch = pytest.MonkeyPatch()

        def refuse(*args, **kwargs):
            raise OperationalError("connection refused")

        class Outage:
            def begin(self):
                connections.close_all()
                patch.setattr(type(connections["default"]), "connect", refuse)

            def end(self):
                patch.undo()

        yield Outage()
        patch.undo()

    def test_kept_pages_are_shown_and_marked_stale(self, site, outage):
        page = site.get("/release/")
        outage.begin()
        site.clock.seconds += 1
        stale = site.get("/release/")
        assert (stale.status, stale.body) == (200, page.body)
        assert stale.headers["X-Portal-Stale"] == "1"
        assert stale.headers["Warning"].startswith("110 ")
        tag = page.headers["ETag"]
        assert site.get("/release/", if_none_match=tag).status == 304

    def test_kept_pages_are_shown_past_midnight_too(self, site, outage):
        page = site.get("/release/")
        outage.begin()
        site.clock.seconds += 86_400
        assert site.get("/release/").body == page.body

    def test_other_pages_say_when_to_come_back(self, site, outage):
        site.get("/release/")
        outage.begin()
        site.clock.seconds += 1
        for _known_away in range(2):
            reply = site.get("/list/")
            assert reply.status == 503
            assert int(reply.headers["Retry-After"]) > 0
            assert reply.headers["Cache-Control"] == "no-store"
        assert site.get("/staff/").status == 503

    def test_the_503_page_speaks_the_language_of_the_address(self, site, outage):
        outage.begin()
        for language in ("en", "zh-hans"):
            reply = site.get(f"/{language}/staff/")
            assert (reply.status, reply.text) == (503, f"Back soon ({language})")
            assert reply.headers["Content-Language"] == language
            assert "Content-Security-Policy" in reply.headers

    def test_a_503_page_that_needs_the_database_falls_back_to_a_sentence(
        self, site, outage, monkeypatch
    ):
        monkeypatch.setitem(TEMPLATES, "503.html", "{% include 'nowhere.html' %}")
        outage.begin()
        reply = site.get("/staff/")
        assert (reply.status, reply.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
        assert "try again" in reply.text

    def test_an_outage_noticed_while_rendering_is_no_error_page(self, site, outage):
        site.get("/list/")
        outage.begin()
        assert site.get("/release/").status == 503

    def test_the_database_is_asked_again_each_second_and_the_portal_recovers(self, site, outage):
        site.get("/release/")
        outage.begin()
        site.clock.seconds += 1
        site.get("/release/")
        outage.end()
        write("after")
        site.clock.seconds += 1
        reply = site.get("/release/")
        assert "after" in reply.text
        assert "X-Portal-Stale" not in reply.headers

    def test_a_page_that_fails_to_render_is_shown_as_it_was(self, site):
        page = site.get("/release/")

        def fail():
            raise ValueError

        during.append(fail)
        bump()
        site.clock.seconds += 1
        for _retry in range(3):
            reply = site.get("/release/")
            assert (reply.body, reply.headers["X-Portal-Stale"]) == (page.body, "1")
        assert len(rendered) == 2
        during.clear()
        site.clock.seconds += 1
        assert "X-Portal-Stale" not in site.get("/release/").headers

    def test_the_probes_tell_a_process_from_its_database(self, site, outage):
        assert (site.get("/livez").status, site.get("/readyz").status) == (200, 200)
        outage.begin()
        assert (site.get("/livez").status, site.get("/readyz").status) == (200, 503)
        outage.end()
        assert site.get("/readyz", "HEAD").body == b""
        assert site.get("/readyz", host="10.0.0.7").status == 200


def test_normalised_queries_keep_their_text():
    assert normalised_query("q=%E4%BA%A4%E6%8D%A2&x=1", {"q"}) == "q=%E4%BA%A4%E6%8D%A2"
    assert normalised_query("q=a+b%26c", {"q"}) == "q=a+b%26c"
    assert normalised_query("&".join(["q=1"] * 200), {"q"}) == ""
    assert normalised_query("q=%ff", {"q"}) == "q=%EF%BF%BD"
