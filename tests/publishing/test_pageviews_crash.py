"""Nothing lost and nothing twice, whatever is killed, locked or away. With real processes."""

import os
import random
import signal
import time
from collections import Counter

import pytest
from django.contrib.auth.models import Group
from django.db import connection, models

from publishing.pageviews import clock, collector, journal
from publishing.pageviews.kinds import Item
from publishing.pageviews.models import Day, Excluded, Offset
from tests.publishing.pageviews_collecting import STEPS
from tests.publishing.pageviews_crowd import (
    Server,
    counted,
    database_locked,
    free_port,
    run_collector,
    storm,
    wait_for,
    write,
)
from tests.publishing.pageviews_support import NOON

MIDNIGHT = NOON - 12 * 3600

pytest_plugins = ["tests.publishing.pageviews_fixtures"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(site, tmp_path, settings):
    settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path / "pageviews"
    server = Server(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def item(site):
    return Item("group", Group.objects.create(name="Release").pk)


def test_every_acknowledged_view_is_counted_once_though_workers_and_server_are_killed(server, item):
    server.start()
    made, acknowledged = storm(server, item, kills=10)
    server.stop()
    collector.collect()
    assert acknowledged > 50
    assert acknowledged <= counted(item) <= made


def test_a_running_server_collects_by_itself_and_tells_the_new_number(server, item):
    server.start()
    server.ask("POST", f"/v/{item}?l=en")
    wanted = f'{{"{item}": 1}}'.encode()
    wait_for(lambda: server.ask("GET", f"/v?ids={item}") == (200, wanted), "the number to move")


def test_views_are_taken_while_the_database_is_locked_and_counted_afterwards(server, item):
    server.start()
    with database_locked():
        # The lock lasts until all are answered: what waited for it would never be.
        answers = [server.ask("POST", f"/v/{item}", f"10.9.1.{n}") for n in range(60)]
    assert {answer and answer[0] for answer in answers} <= {200, 204}
    wait_for(lambda: counted(item) == 60, "all views to be counted")


def test_views_are_taken_without_a_database_and_counted_when_it_is_back(server, item, tmp_path):
    away = "sqlite:////nowhere/portal.sqlite3"
    if connection.vendor != "sqlite":
        away = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    server.start(away)
    answers = [server.ask("POST", f"/v/{item}", f"10.9.2.{n}") for n in range(30)]
    assert {answer and answer[0] for answer in answers} == {204}
    assert server.ask("GET", f"/v?ids={item}")[0] == 503
    server.stop()
    server.start()
    wait_for(lambda: counted(item) == 30, "all views to be counted")


# The collector


def clicks_of_new_visitors(dice, items, number):
    """Two of each within half a minute: first clicks, second ones, and where they count."""
    first, second, views = [], [], Counter()
    for _ in range(number):
        item, visitor = dice.choice(items), f"{dice.randrange(2**64):016x}"
        at = MIDNIGHT + dice.choice((-1, 1)) * dice.uniform(60, 10_000)
        for clicks, instant in ((first, at), (second, at + dice.uniform(0, 25))):
            clicks.append(journal.Record(instant, item, visitor, "", "en", "a.example"))
        views[item.id, clock.date_of(at)] += 1
    return first, second, views


KILLS = [
    *((step, 1) for step in STEPS),
    ("before a table is changed", 2),
    ("before a table is changed", 4),
    ("after the commit", 1),
]


def test_a_collector_killed_at_any_step_neither_loses_nor_repeats(settings, tmp_path, site):
    settings.PORTAL_PAGEVIEWS_JOURNAL = folder = tmp_path / "pageviews"
    items = [Item("group", Group.objects.create(name=name).pk) for name in ("One", "Two")]
    dice, late, views = random.Random(5), [], Counter()
    for step, call in KILLS:
        first, second, added = clicks_of_new_visitors(dice, items, 20)
        views += added
        # Half of the second clicks lie in the same file, half in that of the next run.
        early = len(second) // 2
        write(folder, first + second[:early] + late)
        late = second[early:]
        if step == "before a file is deleted":
            age(folder)
        killed = run_collector(folder, "kill", step, str(call), str(site.now))
        assert killed.wait(60) == -signal.SIGKILL, step
    write(folder, late)
    collector.collect()
    collector.tidy()
    assert {(row.object_id, row.day): row.views for row in Day.objects.all()} == views
    for item in items:
        assert counted(item) == sum(n for (pk, _day), n in views.items() if pk == item.id)
    excluded = Excluded.objects.values_list("reason").annotate(models.Sum("number"))
    assert dict(excluded) == {"repeat": views.total()}


def age(folder):
    """Counts and renames all files, with their rows, as if they were three days old."""
    collector.collect()
    for path in folder.glob("*.jnl"):
        old = f"2020010100-{path.name[11:]}"
        Offset.objects.filter(file=path.name).update(file=old)
        path.rename(path.with_name(old))


def test_two_collectors_at_once_count_each_view_once(settings, tmp_path, item):
    settings.PORTAL_PAGEVIEWS_JOURNAL = folder = tmp_path / "pageviews"
    stop, number = tmp_path / "stop", 0
    running = [run_collector(folder, "until", str(stop)) for _ in range(2)]
    for batch in range(100):
        now = time.time()
        records = [journal.Record(now, item, f"{number + n:016x}") for n in range(10)]
        # Each visitor clicks twice, and the two clicks lie in different files.
        write(folder, records)
        write(folder, records)
        number += len(records)
        if batch % 10 == 0:
            time.sleep(0.05)
    wait_for(lambda: counted(item) == number, "all views to be counted")
    stop.touch()
    assert [process.wait(60) for process in running] == [0, 0]
    collector.collect()
    assert counted(item) == number
    assert Excluded.objects.get(reason="repeat").number == number


def test_a_forked_worker_writes_a_journal_of_its_own(settings, tmp_path, item):
    settings.PORTAL_PAGEVIEWS_JOURNAL = folder = tmp_path / "pageviews"
    journal.journal.append(journal.Record(time.time(), item, "a"))
    child = os.fork()
    if not child:
        journal.journal.append(journal.Record(time.time(), item, "b"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert len(journal.names(folder)) == 2
    journal.journal.append(journal.Record(time.time(), item, "c"))
    assert len(journal.names(folder)) == 2
