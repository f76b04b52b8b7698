"""Whether each view is counted once whatever breaks, and what a count costs."""

import itertools
import json
import random
import socket
import statistics
import threading
import time

from bench import portals, servers
from bench.database import Amount
from bench.measure import Subject, alternate, load, wait_until
from bench.parts.pair import BROWSER, report_lua
from bench.report import Result, Table, Target

VISITORS = 4
PACED_RATE, PACED_SECONDS, PACED_ROUNDS = 200, 3, 8
HOT_SECONDS = 6
# Seconds for the collector to count what a load has left.
PATIENCE = 180
# Each change of the row of the first release leaves its instant.
WATCH = (
    "CREATE TABLE changes (at timestamptz DEFAULT clock_timestamp())",
    "CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN INSERT INTO changes DEFAULT VALUES; RETURN NULL; END $$",
    "CREATE TRIGGER watch AFTER INSERT OR UPDATE ON pageviews_total FOR EACH ROW "
    "WHEN (NEW.kind = 'release' AND NEW.object_id = 1) EXECUTE FUNCTION note()",
)
UNWATCH = ("DROP TRIGGER watch ON pageviews_total", "DROP TABLE changes")


def run(bench):
    broken = [row for kind in ("SQLite", "PostgreSQL") for row in losses_on(bench, kind)]
    subjects, taken, (counted_p99, noop_p99), (hot_rate, changes) = cost(bench)
    count, noop, bare = (taken[subject.name] for subject in subjects)
    return Result(
        "counting",
        "Visitors report views while something breaks; a report that is not answered is sent "
        "again. Lost is what was acknowledged and not counted, extra what was counted and never "
        "made.",
        [
            Table(
                "Whatever breaks",
                ["", "database", "made", "acknowledged", "counted", "lost", "extra"],
                broken,
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
            Target("views lost in all of these", sum(row[5] for row in broken), "<=", 0),
            Target("views counted too often", sum(row[6] for row in broken), "<=", 0),
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
            Target("changes a second of the row of one release", changes, "<=", 1),
        ],
        [
            "The no-op answer is a Django view without middleware that returns ready bytes, on the "
            "same server. Collecting and PostgreSQL are in the cost of a counted view.",
            f"At {PACED_RATE} views a second 99 of 100 are answered within {counted_p99:.1f} ms, "
            f"no-op answers within {noop_p99:.1f} ms.",
            f"The one release was viewed {hot_rate:.0f} times a second.",
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
    # Before the load, which leaves work for the collector and the database.
    waited = slowest_of_hundred(bench, portal, noop)
    taken = alternate(subjects, rounds=bench.rounds, seconds=bench.seconds, say=bench.say)
    wait_until(lambda: everything_counted(bench), "the collector", PATIENCE)
    return subjects, taken, waited, hot(bench, portal)


def slowest_of_hundred(bench, portal, noop):
    """The 99th percentiles in milliseconds of a counted view and of a no-op answer.

    In turn, in short rounds, and each over all of its answers. The first round only warms up.
    """
    rounds = [(paced(portal, "/v"), paced(noop, "/page")) for _ in range(PACED_ROUNDS + 1)]
    waits = [list(itertools.chain(*each)) for each in zip(*rounds[1:], strict=True)]
    counted, nothing = (statistics.quantiles(times, n=100)[98] for times in waits)
    bench.say(f"  {PACED_RATE} a second, p99: {counted:.2f} ms, no-op {nothing:.2f} ms")
    return counted, nothing


def paced(server, path):
    """How many milliseconds each of 200 reports a second took, over connections kept open."""
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
    return times


def hot(bench, portal):
    """Changes a second of the row of one release that everybody reads."""
    name = bench.databases.portal(Amount())
    bench.databases.sql(*WATCH, database=name)
    everybody = report_lua("POST", "/v").replace("(n % 20000 + 1)", "1")
    processes = (portal.pid, bench.databases.pid)
    one = load(Subject("hot release", portal.base, processes, everybody), HOT_SECONDS)
    wait_until(lambda: everything_counted(bench), "the collector", PATIENCE)
    query = "SELECT COUNT(*), EXTRACT(EPOCH FROM MAX(at) - MIN(at)) FROM changes"
    changes, span = bench.databases.sql(query, database=name).strip().split("|")
    bench.databases.sql(
        "DROP TRIGGER watch ON pageviews_total", "DROP TABLE changes", database=name
    )
    bench.say(f"  {one.answers:.0f} views of one release: {changes} changes of its row")
    return one.rate, (int(changes) - 1) / float(span)


def everything_counted(bench):
    """Whether the database stands where the journals end."""
    files = list((bench.folder / "var" / "pageviews").glob("*.jnl"))
    names = ", ".join(f"'{file.name}'" for file in files)
    query = f"SELECT SUM(position) FROM pageviews_offset WHERE file IN ({names})"
    known = bench.databases.sql(query, database=bench.databases.portal(Amount())).strip()
    return known == str(sum(file.stat().st_size for file in files))


def losses_on(bench, kind):
    """The rows of bench.losses on one of the databases."""
    name = "losses"
    environment = bench.databases.environment(name) | {"PORTAL_TRUSTED_PROXIES": ""}
    if kind == "SQLite":
        del environment["DATABASE_URL"]
    else:
        bench.databases.create(name)
    command = [servers.BIN / "python", "-m", "bench.losses"]
    said = servers.run(command, environment=environment)
    rows = []
    for row in json.loads(said.strip().splitlines()[-1]):
        bench.say(f"  {kind}: " + ", ".join(f"{key} {text}" for key, text in row.items()))
        rows.append([row.pop("scene"), kind, *row.values()])
    return rows
