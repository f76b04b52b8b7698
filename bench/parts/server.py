"""gunicorn and granian under the portal: speed, memory, and a reload under load."""

import itertools
import os
import signal
import threading
import time

from bench import portals, servers, tools
from bench.measure import Subject, alternate, shared_memory, tree
from bench.report import Result, Table, Target
from portal import launch

VISITORS, PAGES_BEFORE_WEIGHING = 4, 500
# Workers are renewed one after the other, each in so long.
RELOAD_SECONDS = servers.WORKERS * launch.RESPAWN_INTERVAL + 10


def run(bench):
    started = {
        "granian": portals.start(bench),
        "gunicorn": portals.start(bench, command=servers.gunicorn, environment=tools.gunicorn()),
    }
    uncached = {
        "granian": portals.start(bench, cache=False),
        "gunicorn": portals.start(
            bench, cache=False, command=servers.gunicorn, environment=tools.gunicorn()
        ),
    }
    subjects = []
    for name in started:
        cached, not_cached = started[name], uncached[name]
        database = bench.databases.pid
        subjects += [
            Subject(f"{name}, cached", cached.base + portals.RELEASE, (cached.pid, database),
                    portals.as_browser()),
            Subject(f"{name}, uncached", not_cached.base, (not_cached.pid, database),
                    portals.ANY_RELEASE),
        ]  # fmt: skip
    taken = alternate(subjects, rounds=bench.rounds, seconds=bench.seconds, say=bench.say)
    weights = {name: weigh(server) for name, server in started.items()}
    reloads = {name: reload(server) for name, server in started.items()}
    for name, (requests, failed, renewed) in reloads.items():
        bench.say(
            f"  {name}: {requests} requests over a reload, {failed} failed, {renewed} renewed"
        )
    chosen, weight = reloads["granian"], max(weights["granian"])
    return Result(
        "server",
        f"The portal under both, {servers.WORKERS} workers with {servers.THREADS} threads each. "
        "Memory is the proportional set size of each worker after it has served "
        f"{PAGES_BEFORE_WEIGHING:,} different releases. In the reload, {VISITORS} visitors open a "
        "new connection for each page while the server is told to renew its workers (SIGHUP).",
        [
            Table(
                "Speed",
                ["", "answers/s", "processor ms", "p50 ms", "p99 ms"],
                [
                    [s.name, *map(taken[s.name].median, ("rate", "cpu", "p50", "p99"))]
                    for s in subjects
                ],
            ),
            Table(
                "Memory and reload",
                ["", "MB per worker", "requests over the reload", "failed", "workers renewed"],
                [
                    [name, " and ".join(f"{size:.0f}" for size in weights[name]), *reloads[name]]
                    for name in started
                ],
            ),
        ],
        [
            Target("MB per worker of the chosen server", weight, "<=", 150),
            Target("requests failed over its reload", chosen[1], "<=", 0),
            Target("workers renewed by its reload", chosen[2], ">=", servers.WORKERS),
            Target(
                "cached pages, granian against gunicorn",
                taken["granian, cached"].ratio(taken["gunicorn, cached"], "rate"),
                ">=",
                1,
            ),
        ],
    )  # fmt: skip


def workers(server):
    """The processes that answer, not those that only watch over them."""
    return [
        pid
        for pid in tree(server.pid)
        if pid != server.pid and b"resource_tracker" not in command_line(pid)
    ]


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b"resource_tracker"


def weigh(server):
    for number in range(PAGES_BEFORE_WEIGHING):
        server.get(f"/en/news/release-{number * 40}/", **portals.BROWSER)
    return sorted(shared_memory(pid) for pid in workers(server))


def reload(server):
    """Requests made, requests failed, and workers that are others than before."""
    before, over, counts = set(workers(server)), threading.Event(), itertools.count()
    failures = []

    def visit():
        while not over.is_set():
            status, _headers, body = server.get(portals.RELEASE)
            next(counts)
            if status != 200 or b"</html>" not in body:
                failures.append(status)

    crowd = [threading.Thread(target=visit) for _ in range(VISITORS)]
    for visitor in crowd:
        visitor.start()
    time.sleep(1)
    os.kill(server.pid, signal.SIGHUP)
    time.sleep(RELOAD_SECONDS)
    over.set()
    for visitor in crowd:
        visitor.join()
    return next(counts), len(failures), len(set(workers(server)) - before)
