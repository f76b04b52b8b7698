"""One release page in every way it could be served, and the list, side by side."""

from bench import portals, servers, tools
from bench.database import Amount
from bench.measure import Subject, alternate
from bench.report import Result, Table, Target

WAGTAIL_RELEASE, WAGTAIL_LIST = "/news/release-5000/", "/news/"


def run(bench):
    subjects = portal_subjects(bench) + wagtail_subjects(bench)
    taken = alternate(subjects, rounds=bench.rounds, seconds=bench.seconds, say=bench.say)
    return Result(
        "pages",
        f"A release page of {Amount.releases:,} in each way it could be served, from "
        f"{servers.WORKERS} worker processes with {servers.THREADS} threads each, asked by wrk "
        "over 8 connections on the same machine. Uncached pages are a different release each time. "
        "Processor time is user and system time of the server's processes and of PostgreSQL.",
        tables=[table(subjects, taken)],
        targets=targets(taken),
        notes=[f"{s.name}: {s.note}" for s in subjects if s.note]
        + [f"{name}: {one.failed} requests failed" for name, one in taken.items() if one.failed],
    )


def portal_subjects(bench):
    cached = portals.start(bench)
    uncached = portals.start(bench, cache=False)
    environment, headers, body = portals.bare(bench, cached)
    bare = portals.start_bare(bench, environment, "callable")
    django = portals.start_bare(bench, environment, "django")
    gunicorn = portals.start_bare(
        bench, environment | tools.gunicorn(), "django", command=servers.gunicorn
    )
    folder = bench.folder / "nginx"
    folder.mkdir()
    nginx = bench.stack.enter_context(servers.nginx(folder, body, headers))
    browser, database = portals.as_browser(), bench.databases.pid
    size = f"{len(body):,} bytes, Brotli"
    return [
        Subject("portal, cached", cached.base + portals.RELEASE, (cached.pid, database), browser,
                note=f"with counting and revalidation, {size}"),
        Subject("bare WSGI callable", bare.base + "/page/", (bare.pid,), note="the same bytes"),
        Subject("nginx, file", nginx.base + "/page", (nginx.pid,), note="the same bytes"),
        Subject("bare Django view", django.base + "/page/", (django.pid,),
                note="the same bytes, no middleware, on the same server"),
        Subject("bare Django view, gunicorn", gunicorn.base + "/page/", (gunicorn.pid,),
                note="the same bytes, no middleware"),
        Subject("portal, uncached release", uncached.base, (uncached.pid, database),
                portals.ANY_RELEASE),
        Subject("portal, uncached list", uncached.base + portals.LIST, (uncached.pid, database),
                portals.ANY_LIST),
    ]  # fmt: skip


def wagtail_subjects(bench):
    programs, folder = tools.wagtail(), servers.ROOT / "bench" / "wagtail_site"
    environment = fill_wagtail(bench, programs, folder)
    database = bench.databases.pid

    def start(command, **more):
        port = servers.free_port()
        return bench.stack.enter_context(
            servers.serving(
                command("wsgi:application", port, programs=programs),
                port,
                environment=environment | more,
                folder=folder,
                ready=WAGTAIL_LIST,
            )
        )

    uncached = start(servers.gunicorn)
    cached = start(servers.gunicorn, BENCH_WAGTAIL_CACHE="1")
    granian = start(servers.granian, BENCH_WAGTAIL_CACHE="1")
    check(uncached.get(WAGTAIL_RELEASE), b"Pageviews")
    check(uncached.get(WAGTAIL_LIST), b"release-")
    return [
        Subject("Wagtail, uncached release", uncached.base, (uncached.pid, database),
                portals.any_page("/news/release-%d/", range(Amount.releases)),
                note="Wagtail 8.0.1 under gunicorn, as its project template starts it"),
        Subject("Wagtail, uncached list", uncached.base, (uncached.pid, database),
                portals.any_page("/news/?page=%d", range(1, Amount.releases // 10 + 1)),
                note="without the counts of years and fields that the portal's list shows"),
        Subject("Wagtail with wagtail-cache", cached.base + WAGTAIL_RELEASE, (cached.pid, database),
                note="wagtail-cache 3.0.0 in the memory of the process, under gunicorn; "
                "it counts nothing"),
        Subject("Wagtail with wagtail-cache, granian", granian.base + WAGTAIL_RELEASE,
                (granian.pid, database), note="the same on the portal's server"),
    ]  # fmt: skip


def fill_wagtail(bench, programs, folder):
    """A Wagtail site with the texts of the portal's releases."""
    environment = {"DATABASE_URL": bench.databases.url("wagtail")}
    if not bench.databases.create("wagtail"):
        return environment
    releases = bench.folder / "releases.csv"
    rows = (
        "SELECT headline_en headline, r.summary_en summary, body_en body, "
        "COALESCE(release_date_last, order_en::date) date, f.name_en field FROM news_release r "
        "JOIN partners_cooperationfield f ON f.id = r.field_id ORDER BY r.id"
    )
    portal = bench.databases.portal(Amount())
    releases.write_text(
        bench.databases.sql(f"COPY ({rows}) TO STDOUT (FORMAT csv, HEADER)", database=portal)
    )
    for words in (["migrate", "--verbosity", "0"], ["fill", releases]):
        command = [programs / "python", "manage.py", *words]
        servers.run(command, environment=environment, folder=folder)
    bench.databases.sql("VACUUM ANALYZE", database="wagtail")
    return environment


def check(answer, expected):
    status, _headers, body = answer
    if status != 200 or expected not in body:
        raise RuntimeError(f"The Wagtail site answered {status}: {body[:200]!r}")


def table(subjects, taken):
    base = taken["bare Django view, gunicorn"]
    return Table(
        "",
        ["", "answers/s", "processor ms", "times bare, gunicorn", "p50 ms", "p99 ms", "spread"],
        [
            [
                subject.name,
                one.median("rate"),
                one.median("cpu"),
                one.ratio(base, "cpu"),
                one.median("p50"),
                one.median("p99"),
                f"{one.spread('cpu'):.0%}",
            ]
            for subject in subjects
            for one in [taken[subject.name]]
        ],
    )  # fmt: skip


def targets(taken):
    cached = taken["portal, cached"]

    def faster(name, limit, what=None):
        return Target(
            what or f"cached release against {name}", cached.ratio(taken[name], "rate"), ">=", limit
        )

    def cheaper(kind):
        ours, theirs = taken[f"portal, uncached {kind}"], taken[f"Wagtail, uncached {kind}"]
        return Target(
            f"uncached {kind} against Wagtail uncached, answers/s",
            ours.ratio(theirs, "rate"),
            ">=",
            5,
        )

    return [
        faster("bare WSGI callable", 0.8),
        faster("nginx, file", 0.4),
        faster("bare Django view, gunicorn", 5),
        faster("Wagtail with wagtail-cache", 10),
        cheaper("release"),
        cheaper("list"),
    ]  # fmt: skip
