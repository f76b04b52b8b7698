"""What counting promises beside the rules: of time, of hosts, of disks and of a clock put back."""

import errno
import logging
import os
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client

from publishing.pageviews import collector, endpoint, figures, journal, pulse, visitors
from publishing.pageviews.models import Day, Excluded, Offset, Referrer, Seen, Total
from tests.publishing.pageviews_support import NOON

pytest_plugins = ["tests.publishing.pageviews_fixtures"]
pytestmark = pytest.mark.django_db

HOUR = 3600


def test_one_process_of_a_host_collects_and_another_takes_over(site):
    first, second = pulse.Leadership(), pulse.Leadership()
    assert first.claim() and first.claim()
    assert not second.claim()
    first.give_up()
    assert second.claim() and not first.claim()
    second.give_up()


def test_a_forked_child_does_not_take_the_lead_away(site):
    parent, other = pulse.Leadership(), pulse.Leadership()
    assert parent.claim()
    child = os.fork()
    if not child:
        parent.give_up()
        os._exit(0)
    os.waitpid(child, 0)
    assert not other.claim()
    parent.give_up()


def test_a_number_is_told_for_two_seconds_and_then_read_again(site, monkeypatch):
    moment = 1000.0
    clock = SimpleNamespace(monotonic=lambda: moment)
    monkeypatch.setattr(figures, "time", clock)
    item = site.item()
    assert site.read(item) == {item: 0}
    Total.objects.create(kind="group", object_id=item.split("-")[1], base=3)
    moment += 2.1
    assert site.read(item) == {item: 3}


@pytest.mark.parametrize(("back", "views"), [(20, 1), (40, 2)])
def test_a_clock_put_back_makes_no_view_of_a_repeated_click(site, back, views):
    item = site.item()
    site.view(item, 100)
    site.collect()
    site.view(item, 100 - back)
    site.collect()
    assert site.total(item) == views


def test_each_hour_has_a_journal_of_its_own(site):
    item = site.item()
    for after in (0, 1, HOUR, HOUR + 1):
        site.view(item, after)
    assert [name[:10] for name in journal.names(site.folder)] == ["2026100104", "2026100105"]
    site.collect()
    assert site.total(item) == 2


@pytest.mark.parametrize("each", [True, False])
def test_a_view_is_brought_to_the_disk_before_its_answer_where_that_is_wanted(
    site, monkeypatch, each
):
    site.settings.PORTAL_PAGEVIEWS_SYNC_EACH_VIEW = each
    synced = []
    monkeypatch.setattr(journal.os, "fdatasync", synced.append)
    site.view(site.item())
    assert len(synced) == each


def test_a_full_disk_is_told_once_and_not_for_every_view(site, monkeypatch, caplog):
    def no_room(file, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    item = site.item()
    monkeypatch.setattr(endpoint, "_alarmed", float("-inf"))
    with caplog.at_level(logging.ERROR), monkeypatch.context() as patched:
        patched.setattr(journal.os, "write", no_room)
        for number in range(3):
            site.view(item, number * 40)
    assert len(caplog.records) == 1 and "No space left" in caplog.text
    assert site.total(item) == 3


def test_counted_journals_stay_for_48_hours_so_that_they_can_be_counted_again(site):
    item = site.item()
    site.view(item)
    site.collect()
    site.now = NOON + 47 * HOUR
    collector.tidy()
    for model in (Total, Day, Seen, Offset, Excluded, Referrer):
        model.objects.all().delete()
    site.collect()
    assert site.total(item) == 1
    site.now = NOON + 49 * HOUR
    collector.tidy()
    assert journal.names(site.folder) == []


def test_a_chain_of_clicks_is_known_for_as_long_as_its_day_and_the_next(site):
    item = site.item()
    site.view(item)
    site.collect()
    site.now = NOON + 35 * HOUR
    collector.tidy()
    assert Seen.objects.exists()


def test_a_session_is_taken_for_staffs_while_the_database_cannot_tell(site, monkeypatch):
    item = site.item()
    client = Client()
    client.force_login(get_user_model().objects.create_user("lin", is_staff=True))

    def away(request):
        raise OperationalError("gone")

    monkeypatch.setattr(visitors.auth, "get_user", away)
    site.view(item, HTTP_COOKIE=f"sessionid={client.cookies['sessionid'].value}")
    site.collect()
    assert site.excluded() == {"staff": 1}


def test_each_second_collects_refreshes_and_prepares_the_night(site):
    item = site.item()
    site.read(item)
    site.view(item)
    visitors.salts.forget()
    site.now = NOON + 11 * HOUR
    site.beat()
    assert site.view(item, 11 * HOUR).json() == {"n": 1}
    assert {path.name for path in site.folder.glob("*.salt")} == {
        "2026-10-01.salt",
        "2026-10-02.salt",
    }
    site.now = NOON + 72 * HOUR
    site.beat()
    site.now += 600
    site.beat()
    assert not Seen.objects.exists() and journal.names(site.folder) == []
