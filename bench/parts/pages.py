"""One release page in every way it could be served, and the list, side by side."""

from bench import portals, servers, tools, wagtail
from bench.database import Amount
from bench.measure import Subject, alternate
from bench.report import Result, Table, Target


def run(bench):
    subjects = portal_subjects(bench) + wagtail.uncached(bench) + wagtail.cached(bench)
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
        + [
            "The portal's cached release against wagtail-cache in the memory of each process, "
            "which cannot keep several processes exact and which its manual does not advise: "
            f"{taken['portal, cached'].ratio(taken[wagtail.IN_MEMORY], 'rate'):.1f} times"
        ]
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
        *(
            faster(name, 10)
            for name in (wagtail.IN_FILES, wagtail.IN_REDIS)
            if name in taken
        ),
        cheaper("release"),
        cheaper("list"),
    ]  # fmt: skip
