"""What a view is, from the visitor's browser to the public number.

The numbers in brackets are those of the rules in docs/pageviews.md.
"""

import errno
import gc
import json
import os
import random
import sys
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, models
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from publishing.pageviews import clock, collector, conf, journal, kinds, pulse, store, visitors
from publishing.pageviews.figures import figures
from publishing.pageviews.models import (
    Day,
    Excluded,
    Offset,
    Referrer,
    Salt,
    Seen,
    Total,
)
from publishing.pageviews.querysets import PageviewQuerySet, sum_of, totals
from tests.publishing.pageviews_support import CHROME, HOST, NOON, forget

pytest_plugins = ["tests.publishing.pageviews_fixtures"]
pytestmark = pytest.mark.django_db

MIDNIGHT = 12 * 3600  # from noon
HOUR = 3600


def from_address(number):
    return {"REMOTE_ADDR": f"203.0.113.{number}"}


# The number


def test_one_view_raises_the_public_number_by_one(site):
    item = site.item(base=190)
    assert site.read(item) == {item: 190}
    assert site.view(item).json() == {"n": 190}
    site.beat()
    assert site.read(item) == {item: 191}
    assert site.view(item, 60).json() == {"n": 191}


def test_the_first_answer_for_an_item_leaves_the_number_out_and_still_counts(site):
    item = site.item()
    assert site.view(item).status == 204
    site.collect()
    assert site.total(item) == 1


def test_a_counting_request_asks_the_database_nothing(site, django_assert_num_queries):
    item = site.item()
    site.read(item)
    visitors.salts.prepare(NOON)
    with django_assert_num_queries(0):
        for second in range(3):
            assert site.view(item, second * 40).status == 200


def test_a_restarted_process_counts_without_asking_the_database(site, django_assert_num_queries):
    item = site.item()
    site.view(item)
    forget()
    with django_assert_num_queries(0):
        assert site.view(item, 60).status == 204


def test_reading_numbers_counts_nothing(site):
    item = site.item()
    for _ in range(3):
        assert site.read(item) == {item: 0}
    assert site.lines() == b""


def test_numbers_of_items_that_are_not_public_are_not_told(site):
    shown, draft = site.item("One", base=5), site.item("draft", base=7)
    assert site.read(shown, draft, "group-999999", "other-1", "x" * 40) == {shown: 5}


def test_reading_known_numbers_again_costs_no_query(site, django_assert_num_queries):
    item = site.item()
    site.read(item)
    with django_assert_num_queries(0):
        site.read(item)


def test_numbers_older_than_two_seconds_are_read_again(site, monkeypatch):
    item = site.item()
    site.read(item)
    Total.objects.create(kind="group", object_id=item.split("-")[1], base=3)
    monkeypatch.setattr("publishing.pageviews.figures.STALE", -1)
    assert site.read(item) == {item: 3}


def test_only_a_bounded_number_of_items_is_kept_in_memory(site, monkeypatch):
    monkeypatch.setattr("publishing.pageviews.figures.MOST", 5)
    items = [site.item(str(number)) for number in range(9)]
    assert len(site.read(*items)) == 9
    assert sum(figures.look(kinds.parse(item)) is not None for item in items[-4:]) == 4
    assert figures.look(kinds.parse(items[0])) is None


def test_the_answers_carry_no_cookie_and_the_right_cache_rules(site):
    item = site.item()
    site.read(item)
    counted = site.view(item)
    assert counted.headers["Cache-Control"] == "no-store"
    assert not {"Set-Cookie", "Vary"} & set(counted.headers)
    assert site.ask("/v", f"ids={item}").headers["Cache-Control"] == "public, max-age=1"


def test_other_addresses_pass_through(site):
    for path in ("/", "/en/news/", "/vacancies/", "/visit"):
        assert site.ask(path).body == b"the page"


def test_the_middleware_answers_as_the_wrapper_does(site):
    site.settings.MIDDLEWARE = ["publishing.pageviews.endpoint.ReadsMiddleware"]
    item = site.item()
    client = Client(headers={"user-agent": CHROME})
    assert client.get(f"/v?ids={item}").json() == {item: 0}
    assert client.post(f"/v/{item}?l=en").json() == {"n": 0}
    site.collect()
    assert site.total(item) == 1


# The half minute (3)


@pytest.mark.parametrize(
    ("clicks", "views"),
    [
        ([0, 0], 1),
        ([0, 29], 1),
        ([0, 30], 1),
        ([0, 31], 2),
        ([0, 20, 40], 1),
        ([0, 20, 51], 2),
        ([29, 31], 1),
    ],
)
@pytest.mark.parametrize("collected", ["at once", "one by one"])
def test_clicks_within_thirty_seconds_of_the_last_are_one_view(site, clicks, views, collected):
    item = site.item()
    for click in clicks:
        site.view(item, click)
        if collected == "one by one":
            site.collect()
    site.collect()
    assert site.total(item) == views
    assert site.excluded().get("repeat", 0) == len(clicks) - views


def test_another_item_address_browser_or_language_is_another_view(site):
    item, other = site.item("One"), site.item("Two")
    site.view(item)
    site.view(other)
    site.view(item, **from_address(2))
    site.view(item, HTTP_USER_AGENT=CHROME.replace("131", "132"))
    site.view(item, HTTP_ACCEPT_LANGUAGE="zh-CN")
    site.collect()
    assert (site.total(item), site.total(other)) == (4, 1)


def test_clicks_that_reach_two_workers_within_half_a_minute_are_one_view(site):
    item = site.item()
    site.view(item)
    journal.journal.close()
    site.view(item, 20)
    assert len(list(site.folder.glob("*.jnl"))) == 2
    site.collect()
    assert site.total(item) == 1


def test_clicks_that_reach_two_hosts_within_half_a_minute_are_one_view(site, tmp_path):
    item = site.item()
    for second, host in ((0, "a"), (20, "b")):
        site.settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path / host
        forget()
        site.view(item, second)
    for host in "ab":
        site.settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path / host
        site.collect()
    assert site.total(item) == 1


def test_a_visitor_who_refuses_tracking_is_counted_without_a_trace(site):
    item = site.item()
    site.view(item, HTTP_SEC_GPC="1")
    site.view(item, 2, HTTP_SEC_GPC="1")
    site.view(item, 40, HTTP_DNT="1")
    site.collect()
    assert site.total(item) == 2
    assert not Seen.objects.exists()
    assert b'"v"' not in site.lines()
    assert Day.objects.get().visitors == 0


# What does not count (5 to 10)


def test_only_the_reporting_request_of_the_script_counts(site):
    item = site.item()
    assert site.ask(f"/v/{item}", "l=en").status == 405
    assert site.ask(f"/v/{item}", "l=en", "HEAD").status == 405
    assert site.ask(f"/v/{item}.gif", "l=en", "HEAD").status == 405
    assert site.ask(f"/v/{item}.gif", "l=en", "POST").status == 405
    assert site.lines() == b""


def test_a_browser_without_script_counts_by_the_picture(site):
    item = site.item()
    answer = site.ask(f"/v/{item}.gif", "l=en", HTTP_SEC_FETCH_SITE="same-origin")
    assert answer.body.startswith(b"GIF89a") and len(answer.body) == 43
    assert answer.headers["Cache-Control"] == "no-store"
    site.collect()
    assert site.total(item) == 1


@pytest.mark.parametrize("header", ["SEC_PURPOSE", "PURPOSE", "X_PURPOSE", "X_MOZ"])
@pytest.mark.parametrize("purpose", ["prefetch;prerender", "Prerender", "preview"])
def test_a_page_loaded_ahead_does_not_count(site, header, purpose):
    item = site.item()
    assert site.view(item, **{f"HTTP_{header}": purpose}).status == 204
    site.collect()
    assert site.total(item) == 0
    assert site.excluded() == {"prefetch": 1}


def test_a_browser_driven_by_a_program_does_not_count(site):
    item = site.item()
    site.view(item, query="l=en&w=1")
    site.collect()
    assert (site.total(item), site.excluded()) == (0, {"driven": 1})


def test_a_view_reported_from_another_site_does_not_count(site):
    item = site.item()
    assert site.ask(f"/v/{item}", "", "POST", HTTP_SEC_FETCH_SITE="cross-site").status == 403
    assert site.ask(f"/v/{item}", "", "POST", HTTP_SEC_FETCH_SITE="none").status == 403
    assert site.ask(f"/v/{item}", "", "POST", HTTP_ORIGIN="https://a.example").status == 403
    assert site.ask(f"/v/{item}", "", "POST", HTTP_ORIGIN="null").status == 403
    site.collect()
    assert (site.total(item), site.excluded()) == (0, {"elsewhere": 4})


def test_an_old_browser_without_fetch_headers_counts(site):
    item = site.item()
    site.ask(f"/v/{item}", "", "POST", HTTP_ORIGIN=f"https://{HOST}")
    site.ask(f"/v/{item}", "", "POST", REMOTE_ADDR="203.0.113.9")
    site.collect()
    assert site.total(item) == 2


def test_a_foreign_host_name_is_refused(site):
    item = site.item()
    assert site.view(item, HTTP_HOST="a.example").status == 400
    assert site.view(item, HTTP_HOST=f"{HOST}:8000").status == 204


def test_items_that_are_unknown_or_not_public_do_not_count(site):
    draft, gone = site.item("draft"), "group-999999"
    for item in (draft, gone):
        assert site.view(item).status == 204
        site.beat()
        assert site.view(item, 60).status == 404
    site.collect()
    assert site.excluded() == {"no-item": 4}
    assert not Total.objects.exists() and not Day.objects.exists() and not Seen.objects.exists()


@pytest.mark.parametrize(
    "token",
    ["", "1", "group", "group-", "group-0", "group-01", f"group-{10**30}", "group--1", "other-1",
     "group-1.gif.gif", "group-１", "../group-1", "group-1/", "group-1\n"],
)  # fmt: skip
def test_malformed_reports_leave_no_trace(site, token):
    assert site.view(token).status == 404
    assert site.lines() == b""


def test_a_large_body_or_address_is_refused(site):
    item = site.item()
    assert site.view(item, CONTENT_LENGTH="1000000").status == 413
    assert site.view(item, CONTENT_LENGTH="many").status == 413
    assert site.view(item, query="x" * 5000).status == 414
    assert site.ask("/v", "ids=" + ",".join(f"group-{n}" for n in range(1, 102))).status == 400
    assert site.lines() == b""


def test_staff_do_not_count_and_other_visitors_of_the_same_page_do(site):
    item = site.item()
    staff = get_user_model().objects.create_user("lin", is_staff=True)
    client = Client()
    client.force_login(staff)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    site.view(item, HTTP_COOKIE=f"theme=dark; {cookie}")
    site.view(item, HTTP_COOKIE="sessionid=forged")
    site.view(item, HTTP_COOKIE="theme=dark", **from_address(2))
    site.collect()
    assert (site.total(item), site.excluded()) == (2, {"staff": 1})


def test_a_session_of_somebody_who_is_not_staff_counts(site):
    item = site.item()
    client = Client()
    client.force_login(get_user_model().objects.create_user("reader"))
    site.view(item, HTTP_COOKIE=f"sessionid={client.cookies['sessionid'].value}")
    site.collect()
    assert site.total(item) == 1


def test_visits_from_the_office_do_not_count(site):
    site.settings.PORTAL_IGNORED_NETWORKS = ["203.0.113.0/24", "2001:db8::/32"]
    item = site.item()
    for address in ("203.0.113.4", "::ffff:203.0.113.5", "2001:db8::7", "198.51.100.1"):
        site.view(item, REMOTE_ADDR=address)
    site.collect()
    assert (site.total(item), site.excluded()) == (1, {"network": 3})


def test_more_items_in_a_minute_than_anybody_reads_go_apart(site):
    items = [site.item(f"Item {number}") for number in range(70)]
    for number, item in enumerate(items):
        site.view(item, number * 0.5)
        if number == 40:
            site.collect()
    site.collect()
    assert sum(totals("group", Group.objects.values_list("pk", flat=True)).values()) == 60
    assert site.excluded() == {"automated": 10}


def test_sixty_items_in_more_than_a_minute_all_count(site):
    items = [site.item(f"Item {number}") for number in range(70)]
    for number, item in enumerate(items):
        site.view(item, number * 1.1)
    site.collect()
    assert site.excluded() == {}


def test_one_visitor_counts_at_most_thirty_times_a_day_for_an_item(site):
    item = site.item()
    for number in range(35):
        site.view(item, number * 60)
        if number % 10 == 0:
            site.collect()
    site.collect()
    assert (site.total(item), site.excluded()) == (30, {"automated": 5})
    assert Day.objects.get().visitors == 1


# Whose view it is


def test_a_visitor_cannot_pose_as_two_by_forging_the_forwarded_address(site):
    site.settings.PORTAL_TRUSTED_PROXIES = ["10.0.0.0/8", "192.0.2.1"]
    item = site.item()
    forged = "{}, 203.0.113.9, 192.0.2.1"
    for number in range(3):
        forwarded = forged.format(f"198.51.100.{number}")
        site.view(item, number, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    for number in range(3):
        site.view(item, number, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    site.collect()
    assert site.total(item) == 2


def test_visitors_behind_a_trusted_proxy_are_told_apart(site):
    site.settings.PORTAL_TRUSTED_PROXIES = ["unix"]
    item = site.item()
    for number in range(3):
        site.view(item, REMOTE_ADDR="", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    site.collect()
    assert site.total(item) == 3


# Days (11, 12)


def test_a_view_falls_on_its_day_in_the_time_zone_of_the_site(site):
    item = site.item()
    site.view(item, MIDNIGHT - 1, **from_address(1))
    site.view(item, MIDNIGHT + 1, **from_address(2))
    site.now = NOON + 3 * MIDNIGHT
    site.collect()
    assert list(Day.objects.order_by("day").values_list("day", "views")) == [
        (date(2026, 10, 1), 1),
        (date(2026, 10, 2), 1),
    ]


@pytest.mark.parametrize("collected", ["at once", "one by one"])
def test_a_chain_of_clicks_goes_on_over_midnight(site, collected):
    item = site.item()
    for second in (-10, 10, 35, 66):
        site.view(item, MIDNIGHT + second)
        if collected == "one by one":
            site.collect()
    site.collect()
    assert dict(Day.objects.values_list("day__day", "views")) == {1: 1, 2: 1}


def test_visitors_are_counted_once_a_day_and_languages_apart(site):
    item = site.item()
    site.view(item, 0)
    site.view(item, 60, query="l=zh-hans")
    site.view(item, 120)
    site.view(item, 120, query="l=zh-hans", **from_address(2))
    site.view(item, 120, query="l=xx", **from_address(3))
    site.collect()
    assert set(Day.objects.values_list("language", "views", "visitors")) == {
        ("en", 2, 1),
        ("zh-hans", 2, 1),
        ("", 1, 1),
    }


# Referrers


def test_only_the_host_of_a_referrer_is_kept(site):
    item = site.item()
    sent = [
        "https://a.example/x?token=1",
        "A.Example",
        f"https://{HOST}/en/",
        HOST,
        "=cmd",
        "a b",
        "http://[",
        "",
    ]
    for number, referrer in enumerate(sent):
        site.view(item, query=f"l=en&f={referrer}", **from_address(number))
    site.collect()
    assert list(Referrer.objects.values_list("host", "views")) == [("a.example", 2)]
    assert b"token" not in site.lines()
    assert site.total(item) == len(sent)


def test_two_hundred_hosts_an_item_and_day_are_kept_and_the_rest_summed(site):
    item = site.item()
    for batch in range(2):
        records = [
            journal.Record(
                NOON, kinds.parse(item), f"{batch}-{n}", host=f"h{batch * 500 + n}.example"
            )
            for n in range(500)
        ]
        store.add(records)
    rows = Referrer.objects.filter(kind="group")
    assert rows.count() == 201
    assert rows.get(host=Referrer.OTHER).views == 800
    assert rows.aggregate(sum=models.Sum("views"))["sum"] == site.total(item) == 1000


# The journal and the collector


def test_a_journal_is_readable_by_its_owner_only(site):
    site.view(site.item())
    modes = {path.stat().st_mode & 0o077 for path in site.folder.iterdir()}
    assert modes == {0}


def test_a_torn_line_waits_and_a_senseless_one_is_tallied(site):
    item = site.item()
    site.folder.mkdir()
    path = site.folder / "2026100104-0000000000000000.jnl"
    lines = [
        journal.encode(journal.Record(NOON + n, kinds.parse(item), f"visitor{n}")) for n in range(4)
    ]
    path.write_bytes(lines[0] + b"\x00garbage\xff\n" + lines[1] + lines[2][:20])
    site.collect()
    assert site.total(item) == 2
    with path.open("ab") as file:
        file.write(lines[2][20:] + lines[3])
    site.collect()
    site.collect()
    assert site.total(item) == 4
    assert site.excluded() == {"corrupt": 1}


@pytest.mark.parametrize(
    "line",
    [b"", b"1", b"[]", b"null", b"{}", b'{"t":"x"}', b'{"t":1e400,"r":"group-1"}', b'{"t":NaN}',
     b'{"t":-1e15,"r":"group-1"}', b'{"t":1790827200,"r":7}', b"[" * 99_999,
     b'{"t":1790827200,"x":"x"}', 
     b'{"t":1790827200,"r":"group-1","v":[]}',
     b'{"t":1790827200,"r":"group-1","v":"' + b"x" * 99 + b'"}'],
)  # fmt: skip
def test_no_line_stops_the_collector(site, line):
    site.folder.mkdir()
    (site.folder / "2026100104-0000000000000000.jnl").write_bytes(line + b"\n")
    assert site.collect() == 1
    assert site.excluded() == {"corrupt": 1}


def test_a_backlog_of_several_files_is_judged_in_the_order_of_its_clicks(site, monkeypatch):
    monkeypatch.setattr(journal, "PIECE", 300)
    item = site.item()
    site.folder.mkdir()
    early = [journal.Record(NOON + n * 40, kinds.parse(item), "v") for n in range(20)]
    between = [journal.Record(NOON + n * 40 + 20, kinds.parse(item), "v") for n in range(20)]
    for name, records in (("a", early), ("b", between)):
        path = site.folder / f"2026100104-{name}.jnl"
        path.write_bytes(b"".join(map(journal.encode, records)))
    assert site.collect() == 40
    assert site.total(item) == 1


def test_ten_thousand_views_of_one_item_change_its_row_once(site):
    item = site.item()
    site.folder.mkdir()
    records = [
        journal.Record(NOON + n / 1000, kinds.parse(item), f"{n:016x}") for n in range(10_000)
    ]
    (site.folder / "2026100104-a.jnl").write_bytes(b"".join(map(journal.encode, records)))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert collector.collect_once() == 10_000
    changes = [q["sql"] for q in queries if "INTO" in q["sql"] and "pageviews_total" in q["sql"]]
    assert len(changes) == 1
    assert site.total(item) == 10_000


@pytest.mark.parametrize("collect", [collector.collect, lambda: pulse.pulse.beat(lead=True)])
def test_views_that_arrive_while_others_are_counted_wait_for_the_next_second(
    site, monkeypatch, collect
):
    item = site.item()
    add, number = store.add, iter(range(2, 100))

    def add_while_visitors_come(records):
        site.view(item, **from_address(next(number)))
        return add(records)

    site.view(item, **from_address(1))
    monkeypatch.setattr(store, "add", add_while_visitors_come)
    collect()
    assert site.total(item) == 1
    collect()
    assert site.total(item) == 2


def test_a_full_disk_sends_the_view_straight_to_the_database(site, monkeypatch):
    item = site.item()
    site.read(item)
    site.view(item)

    def no_room(file, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(journal.os, "write", no_room)
        assert site.view(item, **from_address(2)).status == 200
    site.collect()
    assert site.total(item) == 2


def test_a_half_written_line_is_counted_once_by_the_other_way(site, monkeypatch):
    item = site.item()
    site.view(item)
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(journal.os, "write", lambda file, data: write(file, data[:30]))
        site.view(item, **from_address(2))
    site.view(item, **from_address(3))
    assert len(list(site.folder.glob("*.jnl"))) == 2
    site.collect()
    assert site.total(item) == 3
    assert site.excluded() == {}


def test_without_a_journal_views_go_straight_to_the_database(site):
    site.settings.PORTAL_PAGEVIEWS_JOURNAL = None
    item = site.item()
    site.view(item)
    site.view(item, 10)
    assert site.total(item) == 1
    assert not site.folder.exists()


def test_a_database_restored_to_noon_counts_the_afternoon_again(site):
    item = site.item()
    tables = (Total, Day, Seen, Offset, Excluded, Referrer)
    random_views(site, item, 40, seed=1)
    site.collect()
    backup = {model: list(model.objects.all()) for model in tables}
    random_views(site, item, 60, seed=2)
    site.collect()
    before = (site.total(item), list(Day.objects.values_list("day", "language", "views")))
    for model in tables:
        model.objects.all().delete()
        model.objects.bulk_create(backup[model])
    assert site.total(item) < before[0]
    site.collect()
    assert (site.total(item), list(Day.objects.values_list("day", "language", "views"))) == before


def random_views(site, item, number, seed):
    dice = random.Random(seed)
    for _ in range(number):
        site.view(item, dice.uniform(0, 3000) + seed * 4000, **from_address(dice.randrange(30)))


def test_all_sums_agree(site):
    items = [site.item("One"), site.item("Two")]
    dice = random.Random(7)
    for _ in range(300):
        site.view(
            dice.choice(items),
            dice.uniform(-20, 20) * HOUR,
            query=f"l={dice.choice(['en', 'zh-hans'])}&f={dice.choice(['', 'a.example'])}",
            **from_address(dice.randrange(8)),
        )
    site.now = NOON + 20 * HOUR
    lines = site.lines().count(b"\n")
    assert site.collect() == lines == 300
    total = sum(site.total(item) for item in items)
    days = Day.objects.aggregate(sum=models.Sum("views"))["sum"]
    assert total == days == lines - sum(site.excluded().values())
    assert 0 < Referrer.objects.aggregate(sum=models.Sum("views"))["sum"] < total
    assert 0 < Day.objects.aggregate(sum=models.Sum("visitors"))["sum"] <= total


# After 48 hours


def test_nothing_that_leads_to_a_person_is_left_after_48_hours(site, settings):
    item = site.item()
    site.view(item, MIDNIGHT - 10, HTTP_REFERER="https://a.example/secret", query="f=a.example")
    site.beat()
    stored = site.lines() + database_text()
    for secret in (b"198.51.100.7", b"Mozilla", b"secret", CHROME.encode()):
        assert secret not in stored
    assert Salt.objects.exists() and Seen.objects.exists()
    site.now = NOON + MIDNIGHT + 47 * HOUR
    collector.tidy()
    assert not Salt.objects.filter(day=date(2026, 10, 1)).exists()
    assert not Seen.objects.exists()
    assert [path.name for path in site.folder.iterdir() if "2026-10-01" in path.name] == []
    assert list(site.folder.glob("*.jnl")) == []
    assert not Offset.objects.exclude(file=Offset.TURN).exists()
    site.collect()
    assert site.total(item) == 1


def database_text():
    rows = [
        row
        for model in (Total, Day, Referrer, Seen, Offset, Salt, Excluded)
        for row in model.objects.values_list()
    ]
    return repr(rows).encode()


def test_a_journal_that_is_not_counted_yet_is_kept_however_old(site):
    item = site.item()
    site.view(item)
    site.now = NOON + 80 * HOUR
    collector.tidy()
    site.collect()
    assert site.total(item) == 1
    assert Day.objects.get().visitors == 0
    collector.tidy()
    assert list(site.folder.glob("*.jnl")) == []


def test_the_salt_of_the_next_day_is_made_before_midnight(site):
    visitors.salts.prepare(NOON + MIDNIGHT - 60)
    assert Salt.objects.filter(day=date(2026, 10, 2)).exists()
    visitors.salts.prepare(NOON)
    assert Salt.objects.count() == 2


def test_hosts_share_their_salts_and_days_do_not(site, tmp_path):
    day = date(2026, 10, 1)
    first = visitors.salts.of(day)
    site.settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path / "another"
    visitors.salts.forget()
    assert visitors.salts.of(day) == first
    assert visitors.salts.of(day + timedelta(days=1)) != first


def test_a_host_makes_its_own_salt_while_the_database_is_away(site, monkeypatch):
    from django.db import OperationalError

    def away(*args, **kwargs):
        raise OperationalError("gone")

    item = site.item()
    monkeypatch.setattr(Salt.objects, "bulk_create", away)
    site.view(item)
    visitors.salts.forget()
    site.view(item, 10)
    site.collect()
    assert site.total(item) == 1


# Templates and querysets


class CountedGroups(PageviewQuerySet):
    pass


def test_lists_carry_the_public_number_with_one_query(site, django_assert_num_queries):
    one, two = site.item("One", base=1234), site.item("Two")
    groups = CountedGroups(Group).filter(name__in=["One", "Two"]).with_pageviews().order_by("name")
    with django_assert_num_queries(1):
        shown = Template("{% load pageviews %}{% for g in groups %}{% pageviews g %} {% endfor %}")
        html = shown.render(Context({"groups": groups}))
    assert html.split("\n ") == [
        f'<span data-pv="{one}">1,234</span>',
        f'<span data-pv="{two}">0</span>',
        "",
    ]
    assert sum_of("group", groups.values("pk")) == 1234


def test_a_single_number_is_read_where_it_was_not_annotated(site):
    one = site.item("One", base=691)
    html = Template("{% load pageviews %}{% pageviews g %}").render(
        Context({"g": Group.objects.get(name="One")})
    )
    assert html.strip() == f'<span data-pv="{one}">691</span>'


def test_the_page_of_an_item_reports_it_and_a_list_does_not(site):
    one = site.item("One")
    group = Group.objects.get(name="One")
    tag = Template("{% load pageviews %}{% pageviews_script g %}")
    page = tag.render(Context({"g": group}))
    assert f'data-item="{one}"' in page
    assert f'<noscript><img src="/v/{one}.gif?l=en"' in page
    listing = Template("{% load pageviews %}{% pageviews_script %}").render(Context())
    assert "reads.js" in listing and "data-item" not in listing and "noscript" not in listing


def test_an_unregistered_model_is_not_counted():
    with pytest.raises(LookupError, match=r"auth\.user"):
        kinds.key_of(get_user_model())


def test_networks_may_be_written_as_addresses(site):
    site.settings.PORTAL_TRUSTED_PROXIES = ["192.0.2.7"]
    assert conf.is_trusted_proxy("192.0.2.7")
    assert not conf.is_trusted_proxy("192.0.2.8")
    assert not conf.is_trusted_proxy("not an address")


def test_a_day_of_the_site_has_its_own_bounds(site):
    day = clock.day_of(NOON)
    assert (day.date, day.end - day.start) == (date(2026, 10, 1), 86400)
    site.settings.TIME_ZONE = "America/New_York"
    assert clock.date_of(NOON) == date(2026, 10, 1)
    assert clock.date_of(NOON - HOUR) == date(2026, 9, 30)


def test_every_answer_to_a_read_is_json(site):
    answer = site.ask("/v")
    assert (answer.status, json.loads(answer.body)) == (200, {})
    assert answer.headers["Content-Type"] == "application/json"


def test_a_child_that_is_forked_within_a_beat_works_as_usual(site):
    usual = sys.getswitchinterval()
    sys.setswitchinterval(pulse.HOLDING)
    gc.disable()
    try:
        pulse.after_fork()
        assert sys.getswitchinterval() == usual
        assert gc.isenabled()
    finally:
        gc.enable()
        sys.setswitchinterval(usual)
