"""Whether each view is counted once while processes are killed, and what a count costs."""

import itertools
import os
import random
import signal
import socket
import sqlite3
import statistics
import threading
import time
from contextlib import closing, suppress

from bench import portals, servers
from bench.measure import Subject, alternate, tree, wait_until
from bench.parts.pair import BROWSER, report_lua
from bench.report import Result, Table, Target

KILLS, VISITORS = 20, 4
PACED_RATE, PACED_SECONDS = 200, 4
SMALL = {"institutions": 5, "agreements": 5, "releases": 20}


def run(bench):
    storms = [storm_on(bench, name) for name in ("SQLite", "PostgreSQL")]
    subjects, taken, (counted_p99, noop_p99) = cost(bench)
    count, noop, bare = (taken[subject.name] for subject in subjects)
    return Result(
        "counting",
        f"{VISITORS} visitors at a time report views, each view by another visitor, and repeat a "
        f"report that is not answered. Meanwhile {KILLS} times a worker is killed with -9, each "
        "fifth time the whole server. Lost is what was acknowledged and not counted, extra what "
        "was counted and never made.",
        [
            Table(
                "Killed while counting",
                ["database", "made", "acknowledged", "counted", "lost", "extra"],
                storms,
            ),
            Table(
                "Cost of a counted view",
                ["", "per second", "processor ms", "p50 ms", "p99 ms"],
                [
                    [
                        s.name,
                        *(taken[s.name].median(what) for what in ("rate", "cpu", "p50", "p99")),
                    ]
                    for s in subjects
                ],
            ),
        ],
        [
            *(Target(f"views lost on {row[0]}", row[4], "<=", 0) for row in storms),
            *(Target(f"views counted too often on {row[0]}", row[5], "<=", 0) for row in storms),
            Target(
                "processor time of a counted view in no-op answers",
                count.ratio(noop, "cpu"),
                "<=",
                1.5,
            ),
            Target(
                f"p99 of a counted view in no-op answers, {PACED_RATE} a second",
                counted_p99 / noop_p99,
                "<=",
                2,
            ),
        ],
        [
            "The no-op answer is a Django view without middleware that returns ready bytes, on the "
            "same server. Collecting and PostgreSQL are in the cost of a counted view.",
            f"At {PACED_RATE} views a second 99 of 100 are answered within {counted_p99:.1f} ms, "
            f"no-op answers within {noop_p99:.1f} ms.",
            f"Against a WSGI callable that does nothing at all a counted view costs "
            f"{count.ratio(bare, 'cpu'):.1f} times as much.",
        ],
    )


def cost(bench):
    portal = portals.start(bench)
    environment, _headers, _body = portals.bare(bench, portal, portals.COUNTS)
    noop = portals.start_bare(bench, environment, "django")
    bare = portals.start_bare(bench, environment, "callable")
    subjects = [
        Subject(
            "counted view", portal.base, (portal.pid, bench.databases.pid), report_lua("POST", "/v")
        ),
        Subject("no-op Django view", noop.base, (noop.pid,), report_lua("POST", "/page")),
        Subject("bare WSGI callable", bare.base, (bare.pid,), report_lua("POST", "/page")),
    ]
    taken = alternate(subjects, rounds=bench.rounds, seconds=bench.seconds, say=bench.say)
    waits = [(paced(portal, "/v"), paced(noop, "/page")) for _ in range(bench.rounds)]
    return subjects, taken, [statistics.median(each) for each in zip(*waits, strict=True)]


def paced(server, path):
    """The 99th percentile in milliseconds of 200 reports a second, over connections kept open."""
    times, number = [], itertools.count(random.randrange(10**6))

    def visit(link):
        for _ in range(PACED_SECONDS * PACED_RATE // VISITORS):
            n = next(number)
            request = (
                f"POST {path}/release-{n % 20000 + 1}?l=en HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"User-Agent: {BROWSER}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n"
                f"X-Forwarded-For: 10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}\r\n\r\n"
            ).encode()
            started = time.perf_counter()
            link.sendall(request)
            link.recv(65536)
            times.append((time.perf_counter() - started) * 1000)
            time.sleep(VISITORS / PACED_RATE)

    links = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(VISITORS)]
    crowd = [threading.Thread(target=visit, args=(link,)) for link in links]
    for visitor in crowd:
        visitor.start()
    for visitor in crowd:
        visitor.join()
    for link in links:
        link.close()
    return statistics.quantiles(times, n=100)[98]


def storm_on(bench, kind):
    folder = bench.folder / f"storm-{kind}"
    name = "storm"
    environment = bench.databases.environment(name) | {"PORTAL_VAR": str(folder)}
    if kind == "SQLite":
        folder.mkdir()
        del environment["DATABASE_URL"]
    else:
        bench.databases.sql(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    manage = [servers.BIN / "python", "manage.py"]
    numbers = [word for kind, number in SMALL.items() for word in (f"--{kind}", number)]
    servers.run([*manage, "migrate", "--verbosity", "0"], environment=environment)
    servers.run([*manage, "make_content", "--no-search", *numbers], environment=environment)

    def counted():
        query = "SELECT COALESCE(SUM(views), 0) FROM pageviews_total"
        if kind == "SQLite":
            with closing(sqlite3.connect(folder / "portal.sqlite3")) as database:
                return database.execute(query).fetchone()[0]
        return int(bench.databases.sql(query, database=name))

    storm = Storm(environment)
    made, acknowledged = storm.rage()
    servers.run([*manage, "pageviews", "collect"], environment=environment)
    total = counted()
    row = [kind, made, acknowledged, total, max(0, acknowledged - total), max(0, total - made)]
    bench.say(f"  {kind}: made {made}, acknowledged {acknowledged}, counted {total}")
    return row


class Storm:
    def __init__(self, environment):
        self.environment, self.port = environment, servers.free_port()
        self.dice, self.numbers = random.Random(3), itertools.count(1)
        self.over = threading.Event()
        self.made = self.acknowledged = 0
        self.lock = threading.Lock()
        self.server = None

    def start(self):
        command = servers.granian(portals.APPLICATION, self.port)
        command += ["--respawn-interval", "0"]
        self.server = servers.Server(
            command, self.port, environment=self.environment, ready="/livez"
        )
        self.server.wait()

    def rage(self):
        self.start()
        crowd = [threading.Thread(target=self.visit) for _ in range(VISITORS)]
        try:
            for visitor in crowd:
                visitor.start()
            for number in range(1, KILLS + 1):
                time.sleep(self.dice.uniform(0.1, 0.6))
                self.kill_all() if number % 5 == 0 else self.kill_a_worker()
        finally:
            self.over.set()
            for visitor in crowd:
                visitor.join(60)
            self.server.stop()
        return self.made, self.acknowledged

    def kill_a_worker(self):
        workers = [pid for pid in tree(self.server.pid) if pid != self.server.pid]
        if workers:
            kill(self.dice.choice(workers))

    def kill_all(self):
        for pid in tree(self.server.pid):
            kill(pid)
        self.server.process.wait()
        wait_until(lambda: self.server.get("/livez")[0] is None, "the server to be gone")
        self.start()

    def visit(self):
        """Another visitor each time; without an answer the view is reported again."""
        while not self.over.is_set():
            with self.lock:
                number = next(self.numbers)
                self.made += 1
            headers = {
                "User_Agent": BROWSER,
                "Sec_Fetch_Site": "same-origin",
                "X_Forwarded_For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
            }
            for _ in range(200):
                status = self.server.get("/v/release-1?l=en", "POST", **headers)[0]
                if status in (200, 204):
                    with self.lock:
                        self.acknowledged += 1
                    break
                time.sleep(0.05)


def kill(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
