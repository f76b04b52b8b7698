"""Whether each view is counted once, whatever breaks meanwhile.

    python -m bench.losses

Works on a throw-away database beside the one that DATABASE_URL names (SQLite where none is
named), and prints a row for each way of breaking, as JSON.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="portal-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_SECRET_KEY", "only-for-the-bench-" + "0123456789abcdef" * 3)
os.environ["PORTAL_VAR"] = str(FOLDER)
os.environ["PORTAL_TIME_ZONE"] = "Asia/Shanghai"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402

from publishing.pageviews import clock, collector, endpoint, journal  # noqa: E402
from publishing.pageviews.kinds import Item  # noqa: E402
from publishing.pageviews.models import Day, Excluded, Offset, Referrer, Seen, Total  # noqa: E402
from tests.publishing.pageviews_collecting import STEPS  # noqa: E402
from tests.publishing.pageviews_crowd import (  # noqa: E402
    Server,
    counted,
    database_away,
    database_locked,
    run_collector,
    storm,
    wait_for,
    write,
)
from tests.publishing.pageviews_support import CHROME, NOON, register_groups  # noqa: E402

JOURNALS = FOLDER / "pageviews"
KILLS = 20
CROWD = 500
MIDNIGHT = NOON + 12 * 3600


def losses() -> list[dict]:
    """One row per way of breaking: views made, acknowledged, counted, lost and extra."""
    scenes = (
        killed_servers,
        locked_database,
        stopped_database,
        full_disk,
        killed_collectors,
        two_collectors,
        restored_database,
        midnight,
    )
    return [row(scene) for scene in scenes]


def row(scene):
    """Lost is acknowledged but not counted; extra is counted more often than made."""
    shutil.rmtree(JOURNALS, ignore_errors=True)
    item = Item("group", Group.objects.create(name=scene.__name__).pk)
    made, acknowledged = scene(item)
    collector.collect()
    found = counted(item)
    return {
        "scene": scene.__doc__,
        "made": made,
        "acknowledged": acknowledged,
        "counted": found,
        "lost": max(0, acknowledged - found),
        "extra": max(0, found - made),
    }


def killed_servers(item):
    """20 kills of workers and of the server under load"""
    with serving() as server:
        return storm(server, item, kills=KILLS)


def locked_database(item):
    """database locked while visitors arrive"""
    with serving() as server:
        with database_locked():
            acknowledged = crowd(server, item)
        wait_for(lambda: counted(item) >= acknowledged, "the collector to catch up")
    return CROWD, acknowledged


def stopped_database(item):
    """database stopped while visitors arrive"""
    with serving() as server:
        with database_away():
            acknowledged = crowd(server, item)
        wait_for(lambda: counted(item) >= acknowledged, "the collector to catch up")
    return CROWD, acknowledged


def full_disk(item):
    """no room for the journal"""
    with serving(FULL_DISK="1") as server:
        return CROWD, crowd(server, item)


@contextmanager
def serving(**extra):
    server = Server(FOLDER)
    try:
        server.start(**extra)
        yield server
    finally:
        server.stop()


def crowd(server, item):
    """So many visitors, each once; how many were acknowledged."""
    answers = (
        server.ask("POST", f"/v/{item}?l=en", f"10.{item.id % 250}.{n >> 8}.{n & 255}")
        for n in range(CROWD)
    )
    return sum(answer is not None and answer[0] in (200, 204) for answer in answers)


def killed_collectors(item):
    """collector killed at each of its steps"""
    number = 0
    for step in [step for step in STEPS if step != "before a file is deleted"]:
        number += lines(item, number, 500)
        died = run_collector(JOURNALS, "kill", step, "1", str(time.time())).wait()
        assert died == -signal.SIGKILL, step
    return number, number


def two_collectors(item):
    """two collectors at once, each visitor in two files"""
    stop, number = FOLDER / "stop", 0
    running = [run_collector(JOURNALS, "until", str(stop)) for _ in range(2)]
    for _ in range(100):
        lines(item, number, 20)
        number += lines(item, number, 20)
        time.sleep(0.01)
    wait_for(lambda: counted(item) >= number, "the collectors to finish")
    stop.touch()
    for process in running:
        process.wait()
    return number, number


def restored_database(item):
    """database restored to an older state, journals kept"""
    tables = Total, Day, Referrer, Seen, Excluded, Offset
    number = lines(item, 0, 2000)
    collector.collect()
    backup = [(table, list(table.objects.all())) for table in tables]
    number += lines(item, number, 2000)
    collector.collect()
    for table, rows in backup:
        table.objects.all().delete()
        table.objects.bulk_create(rows)
    return number, number


def midnight(item):
    """each visitor clicks 10 seconds before midnight and 10 seconds after"""
    real, acknowledged = clock.now, 0
    try:
        for number in range(CROWD):
            answers = [click(item, number, MIDNIGHT + second) for second in (-10, 10)]
            acknowledged += all(answer.status in (200, 204) for answer in answers)
        collector.collect()
    finally:
        clock.now = real
    days = Day.objects.filter(object_id=item.id).values_list("day__day", "views")
    assert dict(days) == {1: CROWD}, dict(days)
    return CROWD, acknowledged


def click(item, number, instant):
    clock.now = lambda: instant
    return endpoint.answer(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/v/{item}",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_USER_AGENT": CHROME,
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "REMOTE_ADDR": f"10.200.{number >> 8}.{number & 255}",
        }
    )


def lines(item, start, number):
    now = time.time()
    visitors = (f"{item.id:08x}{start + n:08x}" for n in range(number))
    write(JOURNALS, [journal.Record(now, item, visitor) for visitor in visitors])
    return number


def on_a_database_of_its_own(work):
    register_groups()
    settings.PORTAL_PAGEVIEWS_JOURNAL = JOURNALS
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(FOLDER / "bench.sqlite3")
    real = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return work()
    finally:
        connection.creation.destroy_test_db(real, verbosity=0)
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    random.seed(1)
    json.dump(on_a_database_of_its_own(losses), sys.stdout)
