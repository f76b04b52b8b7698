"""What a page costs that is not in the cache, as a multiple of a bare Django answer."""

from bench import portals, servers, tools
from bench.database import Amount
from bench.measure import Subject, alternate
from bench.report import Result, Table, Target

LIMITS = {"release": 15, "list, page 1": 22, "directory": 28}


def run(bench):
    portal = portals.start(bench, cache=False)
    environment, _headers, _body = portals.bare(bench, portal)
    yardstick = portals.start_bare(
        bench, environment | tools.gunicorn(), "django", command=servers.gunicorn
    )
    same = portals.start_bare(bench, environment, "django")
    processes = (portal.pid, bench.databases.pid)

    def page(name, path, lua=""):
        return Subject(name, portal.base, processes, lua or portals.one_page(path))

    subjects = [
        Subject("bare Django view, gunicorn", f"{yardstick.base}/page/", (yardstick.pid,)),
        Subject("bare Django view", f"{same.base}/page/", (same.pid,)),
        page("release", "", portals.ANY_RELEASE),
        page("list, page 1", "/en/news/"),
        page("list, page 2,000", f"/en/news/?page={Amount.releases // 10}"),
        page("directory", "/en/partners/"),
        page("directory, page 90", "/en/partners/?page=90"),
        page("register", "/en/agreements/"),
        page("home", "/en/"),
    ]
    taken = alternate(subjects, rounds=bench.rounds, seconds=bench.seconds, say=bench.say)
    bare = taken[subjects[0].name]
    early, late = taken["list, page 1"], taken["list, page 2,000"]
    return Result(
        "lean",
        f"Pages rendered for each request, with {Amount.releases:,} releases, "
        f"{Amount.institutions:,} institutions and {Amount.agreements:,} agreements on PostgreSQL. "
        "The yardstick is a Django view that returns ready bytes, without middleware, under "
        "gunicorn with the same workers and threads.",
        [
            Table(
                "",
                ["", "processor ms", "times bare, gunicorn", "times bare", "p50 ms", "spread"],
                [
                    [
                        subject.name,
                        one.median("cpu"),
                        one.ratio(bare, "cpu"),
                        one.ratio(taken["bare Django view"], "cpu"),
                        one.median("p50"),
                        f"{one.spread('cpu'):.0%}",
                    ]
                    for subject in subjects
                    for one in [taken[subject.name]]
                ],
            )
        ],
        [
            Target(f"{name} in bare Django answers", taken[name].ratio(bare, "cpu"), "<=", limit)
            for name, limit in LIMITS.items()
        ]
        + [Target("page 2,000 of the list against page 1", late.ratio(early, "cpu"), "<=", 1.1)],
    )  # fmt: skip
