"""What staff see of the numbers, bring along from an old site, and correct."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from publishing.pageviews import charts, downloads, services
from publishing.pageviews.checks import visitors_behind_a_proxy
from publishing.pageviews.models import Correction, Day, Excluded, Referrer, Seen, Total
from publishing.pageviews.statistics import Statistics, named

pytest_plugins = ["tests.publishing.pageviews_fixtures"]
pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 1)


@pytest.fixture
def reader():
    """A member of staff who may see statistics and nothing else."""
    user = get_user_model().objects.create_user("lin", password="x", is_staff=True)
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label="pageviews", codename="view_total")
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def address():
    return reverse("admin:pageviews_total_changelist")


def viewed(item, views, *, ago=0, language="en", visitors=1, host=""):
    kind, number = item.split("-")
    day = TODAY - timedelta(days=ago)
    key = {"kind": kind, "object_id": int(number), "day": day}
    Day.objects.create(**key, language=language, views=views, visitors=visitors)
    if host:
        Referrer.objects.create(**key, host=host, views=views)
    total, _ = Total.objects.get_or_create(kind=kind, object_id=int(number))
    Total.objects.filter(pk=total.pk).update(views=models.F("views") + views)


def text(answer):
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# Statistics


def test_every_day_of_the_period_is_there_with_its_languages(site):
    item = site.item()
    viewed(item, 3)
    viewed(item, 2, language="zh-hans")
    viewed(item, 5, ago=6)
    viewed(item, 100, ago=7)
    week = Statistics(days=7)
    assert [row.views for row in week.by_day] == [5, 0, 0, 0, 0, 0, 5]
    assert week.by_day[-1].day == TODAY
    assert week.by_day[-1].languages == [3, 2, 0]
    assert week.views == 10
    assert dict(week.by_language) == {"English": 8, "Simplified Chinese": 2}
    assert Statistics(days=30).views == 110


def test_statistics_of_some_items_leave_the_others_out(site):
    one, two, three = (site.item(name) for name in ("One", "Two", "Three"))
    for item in (one, two, three):
        viewed(item, 4, host="a.example")
    some = Statistics(kind="group", ids=Group.objects.exclude(name="Two").values("pk"))
    assert (some.views, some.shown, some.by_host) == (8, 8, [("a.example", 8)])
    assert {row.title for row in some.most_read} == {"One", "Three"}


def test_what_was_read_most_and_what_rises(site):
    old, new, rare = (site.item(name) for name in ("Old", "New", "Rare"))
    viewed(old, 100, ago=13)
    viewed(new, 20, ago=1)
    viewed(rare, 4)
    statistics = Statistics(days=30)
    assert [(row.title, row.views) for row in statistics.most_read] == [
        ("Old", 100),
        ("New", 20),
        ("Rare", 4),
    ]
    assert [row.title for row in statistics.rising] == ["New", "Old"]


def test_an_item_that_is_gone_keeps_its_token_as_name(site):
    assert [row.title for row in named([("group", 999999, 3)])] == ["group-999999"]


def test_bars_fill_the_height_at_the_busiest_day_and_write_decimals_with_a_point(site):
    viewed(site.item(), 8)
    chart = charts.bars(Statistics(days=7).by_day)
    assert (chart.highest, len(chart.bars)) == (8, 7)
    assert chart.bars[-1].height == "120.00" and chart.bars[-1].y == "0.00"
    assert chart.bars[0].height == "0.00"
    assert charts.bars([]).bars == []


def test_the_page_of_staff_shows_each_table(site, reader, address):
    item = site.item("The summer school", base=190)
    viewed(item, 1234, host="a.example")
    Excluded.objects.create(day=TODAY, reason="robot", number=77)
    answer = reader.get(address, {"days": 7})
    words = text(answer)
    for expected in (
        "1,234 views, at most 1,234 a day",
        "Public number: 1,424.",
        "190 were brought along from before 2026-10-01",
        "The summer school",
        "2026-10-01 1,234 1,234 0 0",
        "English 1,234",
        "a.example 1,234",
        "Robot or program 77",
        "Most read",
        "Rising",
    ):
        assert expected in words
    assert b"<rect" in answer.content


def test_the_page_of_staff_keeps_to_the_content_security_policy(site, reader, address):
    viewed(site.item(), 3)
    html = reader.get(address).content.decode()
    content = html[html.index('id="content-main"') :]
    assert not re.search(r"""\sstyle=|\son\w+=|<style|javascript:""", content)


def test_the_page_of_one_item_tells_visitors_and_corrections(site, reader, address):
    item, other = site.item("One"), site.item("Two")
    viewed(item, 5, visitors=4)
    viewed(other, 70)
    services.correct(key="group", object_id=int(item[6:]), shown=3, reason="Forged views")
    words = text(reader.get(address, {"item": item}))
    assert "5 views" in words and "Visitors" in words and "Forged views" in words
    assert "70" not in words and "Reported, not counted" not in words
    assert reader.get(address, {"item": "other-1"}).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_items(
    site, reader, address, django_assert_max_num_queries
):
    for number in range(40):
        viewed(site.item(f"Item {number}"), 5 + number, host=f"h{number}.example")
    with django_assert_max_num_queries(22):
        reader.get(address)


def test_whoever_may_not_see_statistics_does_not(site, address):
    client = Client()
    client.force_login(get_user_model().objects.create_user("wang", is_staff=True))
    assert client.get(address).status_code == 403
    assert client.get(address, {"csv": "days"}).status_code == 403
    assert Client().get(address).status_code == 302


def test_totals_cannot_be_changed_in_the_admin(site, reader, address):
    item = site.item("One", base=4)
    total = Total.objects.get()
    assert reader.get(f"{address}add/").status_code == 403
    assert reader.post(f"{address}{total.pk}/delete/", {"post": "yes"}).status_code == 403
    answer = reader.get(f"{address}{total.pk}/change/", follow=True)
    assert answer.redirect_chain[-1][0].endswith(f"?item={item}")
    assert answer.status_code == 200
    assert Total.objects.get().shown == 4


def test_the_chart_for_other_pages_sums_the_items_it_is_given(site):
    one, two, three = (site.item(name) for name in ("One", "Two", "Three"))
    for item in (one, two, three):
        viewed(item, 4)
    tag = Template("{% load pageviews %}{% pageviews_chart 'group' ids 7 %}")
    html = tag.render(Context({"ids": Group.objects.exclude(name="Two").values("pk")}))
    assert "8 views, at most 8 a day" in html


# Downloads


def downloaded(client, address, **query):
    body = b"".join(client.get(address, query).streaming_content).decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body[1:])))


def test_a_download_holds_what_the_chart_shows(site, reader, address):
    for number in range(3):
        viewed(site.item(str(number)), 10 + number, ago=number)
    heading, *rows = downloaded(reader, address, csv="days", days=7)
    assert heading == ["day", "kind", "id", "language", "views", "visitors"]
    assert sum(int(row[4]) for row in rows) == Statistics(days=7).views == 33
    assert rows[-1][0] == "2026-10-01"


def test_a_download_holds_the_titles_and_public_numbers_of_items(site, reader, address):
    item = site.item("=HYPERLINK(1)", base=190)
    viewed(item, 7)
    rows = downloaded(reader, address, csv="items")
    assert rows[1:] == [["group", item[6:], "'=HYPERLINK(1)", "7", "190", "7", "0", "197"]]


@pytest.mark.parametrize("name", ["days", "items", "referrers", "excluded"])
def test_every_table_can_be_downloaded(site, reader, address, name):
    viewed(site.item(), 7, host="a.example")
    Excluded.objects.create(day=TODAY, reason="robot", number=7)
    rows = downloaded(reader, address, csv=name)
    assert len(rows) == 2 and len(rows[0]) == len(rows[1]) and "7" in rows[1]
    assert reader.get(address, {"csv": "users"}).status_code == 404


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(text):
    line = list(downloads.lines([(text, -1)]))[1]
    assert next(csv.reader(io.StringIO(line, newline=""))) == [f"'{text}", "-1"]


# Imports and corrections


@pytest.fixture
def load(tmp_path):
    """Runs the import command on lines of a file and hands back what it says."""

    def run(*lines, **options):
        path = tmp_path / "old.csv"
        path.write_text("\n".join(["key,views", *lines]), encoding="utf-8-sig")
        said = io.StringIO()
        call_command("pageviews", "import", path, stdout=said, **options)
        return said.getvalue()

    return run


def base_of(item):
    return Total.objects.get(object_id=item[6:]).base


def test_an_import_is_absolute_and_may_be_repeated(site, load):
    item = site.item()
    assert "1 changed, 0 as they were" in load(f"{item},190")
    viewed(item, 5)
    assert "0 changed, 1 as they were" in load(f"{item},190")
    assert (base_of(item), site.total(item)) == (190, 195)
    load(f"{item},191")
    assert base_of(item) == 191


def test_an_import_lowers_a_number_only_by_force(site, load):
    item, other = site.item("One", base=190), site.item("Two")
    with pytest.raises(CommandError, match="190 already"):
        load(f"{item},100", f"{other},7")
    assert (base_of(item), base_of(other)) == (190, 7)
    load(f"{item},100", force=True)
    assert base_of(item) == 100


def test_an_import_can_be_tried_without_a_change(site, load):
    item = site.item()
    assert "1 would be changed" in load(f"{item},190", dry_run=True)
    assert not Total.objects.exists() and not Correction.objects.exists()


@pytest.mark.parametrize("line", ["group-999999,1", "other-1,1", "x,1", ",", "ITEM,-1", "ITEM,1.5",
                                  "ITEM,", "ITEM", "ITEM,99999999999999999999"])  # fmt: skip
def test_a_wrong_line_of_an_import_is_told_with_its_number_and_the_others_are_taken(
    site, load, line
):
    item, sound = site.item("One"), site.item("Two")
    with pytest.raises(CommandError, match="Line 3"):
        load(f"{sound},7", line.replace("ITEM", item))
    assert site.total(sound) == 7
    assert Total.objects.count() == 1


def test_a_file_without_the_columns_is_refused(site, tmp_path):
    path = tmp_path / "old.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="key and views"):
        call_command("pageviews", "import", path)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("pageviews", "import", tmp_path / "missing.csv")


def test_a_changed_base_says_who_when_and_from_what(site):
    item = site.item()
    user = get_user_model().objects.create_user("lin")
    assert services.set_base(key="group", object_id=int(item[6:]), base=190, user=user)
    assert not services.set_base(key="group", object_id=int(item[6:]), base=190, user=user)
    note = Correction.objects.get()
    assert (note.user, note.figure, note.before, note.after) == (user, "base", 0, 190)


def test_a_correction_changes_the_public_number_and_leaves_what_was_counted(site, load):
    item = site.item(base=190)
    viewed(item, 1000)
    call_command("pageviews", "correct", item, "200", reason="Forged views")
    total = Total.objects.get()
    assert (total.shown, total.base, total.views) == (200, 190, 1000)
    note = Correction.objects.get()
    assert (note.before, note.after, note.reason) == (1190, 200, "Forged views")
    load(f"{item},190")
    assert site.total(item) == 200


def test_counting_goes_on_above_a_corrected_number(site):
    item = site.item(base=190)
    services.correct(key="group", object_id=int(item[6:]), shown=50, reason="Forged")
    site.view(item)
    site.collect()
    assert site.total(item) == 51


def test_a_correction_needs_a_reason_and_never_goes_below_zero(site):
    item = site.item(base=5)
    key = {"key": "group", "object_id": int(item[6:])}
    with pytest.raises(ValidationError, match="Say why"):
        services.correct(**key, shown=3, reason=" ")
    with pytest.raises(ValidationError, match="below zero"):
        services.correct(**key, shown=-1, reason="Forged")
    services.correct(**key, shown=0, reason="Forged")
    with pytest.raises(ValidationError, match="below zero"):
        services.set_base(**key, base=2, force=True)
    with pytest.raises(CommandError, match="kinds are: group"):
        call_command("pageviews", "correct", "x-1", "3", reason="Forged")
    assert site.total(item) == 0


def may_correct(client):
    user = get_user_model().objects.get(pk=client.session["_auth_user_id"])
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label="pageviews", codename="add_correction")
    )


def test_staff_correct_a_number_on_the_page_of_its_statistics(site, reader, address):
    item = site.item(base=190)
    assert reader.post(f"{address}?item={item}", {"shown": 3, "reason": "x"}).status_code == 403
    may_correct(reader)
    answer = reader.post(
        f"{address}?item={item}", {"shown": 150, "reason": "Forged by a script"}, follow=True
    )
    assert site.total(item) == 150
    assert "Public number: 150." in text(answer)
    assert "lin public number 190 150 Forged by a script" in text(answer)


def test_a_refused_correction_says_why_and_keeps_what_was_typed(site, reader, address):
    item = site.item(base=190)
    may_correct(reader)
    for shown, reason, sentence in (
        ("-1", "Forged", "greater than or equal to 0"),
        ("many", "Forged", "Enter a whole number"),
        ("3", "", "This field is required"),
    ):
        answer = reader.post(f"{address}?item={item}", {"shown": shown, "reason": reason})
        assert answer.status_code == 200 and sentence in text(answer)
        assert f'value="{shown}"' in answer.content.decode()
    assert site.total(item) == 190
    assert reader.post(address, {"shown": 1, "reason": "x"}).status_code == 403


def test_the_database_itself_refuses_a_number_below_zero(site):
    item = site.item(base=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Total.objects.filter(object_id=item[6:]).update(correction=-6)


def test_a_deleted_item_takes_its_numbers_along_and_later_views_do_not_count(site):
    item, other = site.item("One"), site.item("Two")
    for each in (item, other):
        site.view(each, query="f=a.example")
    site.collect()
    site.view(item, 60)
    Group.objects.get(name="One").delete()
    services.forget("group", int(item[6:]))
    site.collect()
    assert [total.object_id for total in Total.objects.all()] == [int(other[6:])]
    for model in (Day, Referrer, Seen):
        assert model.objects.count() == 1
    assert site.excluded() == {"no-item": 1}


def test_the_collect_command_says_how_much_it_moved(site):
    item = site.item()
    site.view(item)
    said = io.StringIO()
    call_command("pageviews", "collect", stdout=said)
    assert said.getvalue() == "1 lines collected.\n"
    call_command("pageviews", "tidy")
    assert site.total(item) == 1


def test_a_portal_behind_an_unnamed_proxy_is_warned(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.PORTAL_TRUSTED_PROXIES = []
    assert [warning.id for warning in visitors_behind_a_proxy(None)] == ["pageviews.W001"]
    settings.PORTAL_TRUSTED_PROXIES = ["unix"]
    assert visitors_behind_a_proxy(None) == []
