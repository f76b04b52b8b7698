"""How exactly views are counted when things break, and what one costs.

    python -m bench.pageviews [losses|cost]

Works on a throw-away database beside the one that DATABASE_URL names (SQLite where none is
named), and prints Markdown.
"""

import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="portal-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_SECRET_KEY", "only-for-the-bench-" + "0123456789abcdef" * 3)
os.environ["PORTAL_VAR"] = str(FOLDER)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402

from publishing.pageviews import collector, journal  # noqa: E402
from publishing.pageviews.kinds import Item  # noqa: E402
from publishing.pageviews.models import Offset, Total  # noqa: E402
from tests.publishing.pageviews_collecting import STEPS  # noqa: E402
from tests.publishing.pageviews_crowd import (  # noqa: E402
    Server,
    counted,
    database_locked,
    free_port,
    run_collector,
    storm,
    wait_for,
    write,
)
from tests.publishing.pageviews_support import register_groups  # noqa: E402

JOURNALS = FOLDER / "pageviews"
KILLS = 20
ROUNDS = 5
SECONDS = 3


def losses() -> list[dict]:
    """One row per way of breaking: views made, acknowledged, counted, lost and extra."""
    scenes = (
        killed_servers,
        locked_database,
        absent_database,
        killed_collectors,
        two_collectors,
        replayed_journals,
    )
    return [row(scene) for scene in scenes]


def row(scene):
    """Lost is acknowledged but not counted; extra is counted more often than made."""
    shutil.rmtree(JOURNALS, ignore_errors=True)
    item = Item("group", Group.objects.create(name=scene.__name__).pk)
    started = time.monotonic()
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
        "seconds": round(time.monotonic() - started, 1),
    }


def killed_servers(item):
    """workers and server killed under load"""
    server = Server(FOLDER)
    server.start()
    try:
        return storm(server, item, kills=KILLS)
    finally:
        server.stop()


def locked_database(item):
    """database locked while visitors arrive"""
    server = Server(FOLDER)
    server.start()
    try:
        with database_locked():
            acknowledged = crowd(server, item, 500)
        wait_for(lambda: counted(item) >= acknowledged, "the collector to catch up")
        return 500, acknowledged
    finally:
        server.stop()


def absent_database(item):
    """database away while visitors arrive"""
    away = "sqlite:////nowhere/portal.sqlite3"
    if connection.vendor != "sqlite":
        away = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    server = Server(FOLDER)
    server.start(away)
    try:
        return 500, crowd(server, item, 500)
    finally:
        server.stop()


def crowd(server, item, number):
    """So many visitors, each once; how many were acknowledged."""
    answers = (
        server.ask("POST", f"/v/{item}?l=en", f"10.{item.id % 250}.{n >> 8}.{n & 255}")
        for n in range(number)
    )
    return sum(answer is not None and answer[0] in (200, 204) for answer in answers)


def killed_collectors(item):
    """collector killed at each of its steps"""
    number = 0
    for step in [step for step in STEPS if step != "before a file is deleted"]:
        number += lines(item, number, 500)
        died = run_collector(JOURNALS, "kill", step, "1").wait()
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


def replayed_journals(item):
    """database restored to an older state, journals kept"""
    number = lines(item, 0, 2000)
    collector.collect()
    backup = list(Total.objects.all()), list(Offset.objects.all())
    number += lines(item, number, 2000)
    collector.collect()
    for model, rows in zip((Total, Offset), backup, strict=True):
        model.objects.all().delete()
        model.objects.bulk_create(rows)
    connection.cursor().execute("DELETE FROM pageviews_seen WHERE views > 0")
    return number, number


def lines(item, start, number):
    now = time.time()
    visitors = (f"{item.id:08x}{start + n:08x}" for n in range(number))
    write(JOURNALS, [journal.Record(now, item, visitor) for visitor in visitors])
    return number


def cost() -> dict:
    """Processor time of a counted view against an answer that does nothing, in one server."""
    server = Server(FOLDER)
    server.start()
    item = Item("group", Group.objects.create(name="cost").pk)
    try:
        wait_for(lambda: server.ask("POST", f"/v/{item}?l=en")[0] == 200, "a known number")
        rounds = [(load(server, "/"), load(server, f"/v/{item}?l=en", item)) for _ in range(ROUNDS)]
    finally:
        server.stop()
    nothing = statistics.median(first for first, _second in rounds)
    view = statistics.median(second for _first, second in rounds)
    return {
        "answer that does nothing, microseconds": round(nothing, 1),
        "counted view, microseconds": round(view, 1),
        "ratio": round(view / nothing, 2),
        "views counted": counted(item),
    }


def load(server, path, item=None):
    """Microseconds of processor time per request, of the server with its workers."""
    script = FOLDER / "load.lua"
    method = "POST" if item else "GET"
    script.write_text(LUA % method)
    before = processor_time(server)
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-s", script]
    command.append(f"http://127.0.0.1:{server.port}{path}")
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    requests = int(next(line.split()[0] for line in said.splitlines() if "requests in" in line))
    # What the collector does with the views belongs to their price.
    wait_for(lambda: not unread(), "the collector to catch up")
    return (processor_time(server) - before) / requests * 1e6


def unread():
    """Bytes of the journals behind their positions in the database."""
    positions = dict(Offset.objects.values_list("file", "position"))
    files = JOURNALS.glob("*.jnl")
    return sum(path.stat().st_size - positions.get(path.name, 0) for path in files)


# Each request comes from another visitor, so that the collector has as much to do as it can have.
LUA = """
local number = 0
local agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) " ..
  "Chrome/131.0.0.0 Safari/537.36"
function request()
  number = number + 1
  return wrk.format("%s", nil, {
    ["Host"] = "127.0.0.1",
    ["User-Agent"] = agent,
    ["Sec-Fetch-Site"] = "same-origin",
    ["X-Forwarded-For"] = string.format("10.%%d.%%d.%%d",
      math.floor(number / 65536), math.floor(number / 256) %% 256, number %% 256),
  })
end
"""


def processor_time(server):
    ticks = 0
    for process in (server.process.pid, *server.workers()):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def markdown(rows: list[dict]) -> str:
    heads = list(rows[0])
    table = [heads, ["---"] * len(heads), *([str(r[head]) for head in heads] for r in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


PARTS = {"losses": losses, "cost": lambda: [cost()]}


def run(*names: str) -> dict[str, list[dict]]:
    """The parts by name, all of them without one, on a database of their own."""
    register_groups()
    settings.PORTAL_PAGEVIEWS_JOURNAL = JOURNALS
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(FOLDER / "bench.sqlite3")
    real = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return {name: PARTS[name]() for name in names or PARTS}
    finally:
        connection.creation.destroy_test_db(real, verbosity=0)
        shutil.rmtree(FOLDER, ignore_errors=True)


def main(names):
    for name, rows in run(*names).items():
        print(f"## {name} ({connection.vendor})\n\n{markdown(rows)}\n")


if __name__ == "__main__":
    random.seed(1)
    main(sys.argv[1:])
