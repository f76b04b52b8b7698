"""A Wagtail site with the releases of the portal, with and without wagtail-cache."""

import contextlib
import shutil

from bench import portals, servers, tools
from bench.database import Amount
from bench.measure import Subject

RELEASE, LIST = "/en/news/release-5000/", "/en/news/"
FOLDER = servers.ROOT / "bench" / "wagtail_site"
IN_FILES, IN_REDIS, IN_MEMORY = (
    f"Wagtail with wagtail-cache, {where}" for where in ("files", "Redis", "memory of each process")
)


def uncached(bench):
    server = _start(bench, servers.gunicorn)
    _check(server.get(RELEASE), b"Related news")
    _check(server.get(LIST), b"release-")
    processes = server.pid, bench.databases.pid
    return [
        Subject("Wagtail, uncached release", server.base, processes,
                portals.any_page("/en/news/release-%d/", range(Amount.releases)),
                note="Wagtail 8.0.1 under gunicorn, as its project template starts it"),
        Subject("Wagtail, uncached list", server.base, processes,
                portals.any_page("/en/news/?page=%d", range(1, Amount.releases // 10 + 1)),
                note="without the counts of years and fields that the portal's list shows"),
    ]  # fmt: skip


def cached(bench):
    files, memory = bench.folder / "wagtail-cache", {"BENCH_WAGTAIL_CACHE": "memory"}
    found = [
        _cached(bench, IN_FILES, "the example of its manual, shared by all processes",
                {"BENCH_WAGTAIL_CACHE": "file", "BENCH_WAGTAIL_FILES": str(files)}),
    ]  # fmt: skip
    if redis := _redis(bench):
        where = {"BENCH_WAGTAIL_REDIS": f"redis://127.0.0.1:{redis.port}/0"}
        note = "Redis is in the processor time"
        environment = {"BENCH_WAGTAIL_CACHE": "redis", **where}
        found.append(_cached(bench, IN_REDIS, note, environment, redis.pid))
    note = "not shared: a change clears the pages of one process, the others show theirs for hours"
    return [
        *found,
        _cached(bench, IN_MEMORY, note, memory),
        _cached(bench, f"{IN_MEMORY}, granian", "on the portal's server", memory,
                command=servers.granian),
    ]  # fmt: skip


def _cached(bench, name, note, environment, *processes, command=servers.gunicorn):
    server = _start(bench, command, **environment)
    _check(server.get(RELEASE), b"Related news")
    url, processes = server.base + RELEASE, (server.pid, bench.databases.pid, *processes)
    return Subject(name, url, processes, note=f"{note}; it counts nothing")


def _redis(bench):
    """A Redis that keeps everything in memory, where it is installed."""
    program, port = shutil.which("redis-server"), servers.free_port()
    if program is None:
        bench.say("  redis-server is not installed: no row of it")
        return None
    command = [program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", bench.folder]
    return bench.stack.enter_context(_listening(command, port))


@contextlib.contextmanager
def _listening(command, port):
    server = servers.Server(command, port)
    try:
        servers.wait_for_port(port)
        yield server
    finally:
        server.stop()


def _start(bench, command, **more):
    programs, port = tools.wagtail(), servers.free_port()
    environment = _fill(bench, programs) | more
    return bench.stack.enter_context(
        servers.serving(
            command("wsgi:application", port, programs=programs),
            port,
            environment=environment,
            folder=FOLDER,
            ready=LIST,
        )
    )


def _fill(bench, programs):
    """The environment of a site with the texts of the portal's releases."""
    environment = {"DATABASE_URL": bench.databases.url("wagtail")}
    if not bench.databases.create("wagtail"):
        return environment
    releases = bench.folder / "releases.csv"
    rows = (
        "SELECT headline_en headline, headline_zh_hans headline_zh, r.summary_en summary, "
        "r.summary_zh_hans summary_zh, body_en body, body_zh_hans body_zh, "
        "COALESCE(release_date_last, order_en::date) date, f.name_en field, "
        "f.name_zh_hans field_zh FROM news_release r "
        "JOIN partners_cooperationfield f ON f.id = r.field_id ORDER BY r.id"
    )
    portal = bench.databases.portal(Amount())
    releases.write_text(
        bench.databases.sql(f"COPY ({rows}) TO STDOUT (FORMAT csv, HEADER)", database=portal)
    )
    for words in (["migrate", "--verbosity", "0"], ["fill", releases]):
        command = [programs / "python", "manage.py", *words]
        servers.run(command, environment=environment, folder=FOLDER)
    bench.databases.sql("VACUUM ANALYZE", database="wagtail")
    return environment


def _check(answer, expected):
    status, _headers, body = answer
    if status != 200 or expected not in body:
        raise RuntimeError(f"The Wagtail site answered {status}: {body[:200]!r}")
