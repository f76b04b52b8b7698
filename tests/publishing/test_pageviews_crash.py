"""Nothing lost and nothing twice, whatever is killed, locked or away. With real processes."""

import os
import random
import signal
import time

import pytest
from django.contrib.auth.models import Group
from django.db import connection, models

from publishing.pageviews import collector, journal
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


def random_records(dice, item, now, number):
    """Clicks of few visitors on one item, some within half a minute of each other."""
    return [
        journal.Record(
            now + dice.uniform(-400, 0), item, f"{dice.randrange(8):016x}", "", "en", "a.example"
        )
        for _ in range(number)
    ]


KILLS = [
    *((step, 1) for step in STEPS),
    ("before a table is changed", 2),
    ("before a table is changed", 4),
    ("after the commit", 1),
]


def test_a_collector_killed_at_any_step_neither_loses_nor_repeats(settings, tmp_path, item):
    settings.PORTAL_PAGEVIEWS_JOURNAL = folder = tmp_path / "pageviews"
    dice, now = random.Random(5), time.time()
    records = []
    for step, call in KILLS:
        fresh = random_records(dice, item, now, 40)
        records += fresh
        write(folder, fresh)
        if step == "before a file is deleted":
            age(folder)
        assert run_collector(folder, "kill", step, str(call)).wait(60) == -signal.SIGKILL, step
    collector.collect()
    collector.tidy()
    assert not Excluded.objects.filter(reason="corrupt").exists()
    assert Day.objects.filter(object_id=item.id).aggregate(n=models.Sum("views"))["n"] == (
        counted(item)
    )
    excluded = Excluded.objects.aggregate(n=models.Sum("number"))["n"]
    assert counted(item) + excluded == len(records)


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
