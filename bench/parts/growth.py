"""What a hundred times as many releases do to the cost of an uncached page."""

from bench import portals
from bench.database import Amount
from bench.measure import Subject, alternate
from bench.report import Result, Table, Target

FEW, MANY = Amount(releases=1000), Amount(releases=100_000)
PAGES = {"release": "/en/news/release-%d/", "list": "/en/news/?page=%d"}


def run(bench):
    subjects = []
    for amount in (FEW, MANY):
        portal = portals.start(bench, amount, cache=False)
        for page, pattern in PAGES.items():
            last = amount.releases if page == "release" else amount.releases // 10
            lua = portals.any_page(pattern, range(1, last))
            subjects.append(
                Subject(name(page, amount), portal.base, (portal.pid, bench.databases.pid), lua)
            )
    taken = alternate(subjects, rounds=bench.rounds, seconds=bench.seconds, say=bench.say)
    ratios = {page: taken[name(page, MANY)].ratio(taken[name(page, FEW)], "cpu") for page in PAGES}
    return Result(
        "growth",
        f"Uncached pages with {FEW.releases:,} and with {MANY.releases:,} releases on PostgreSQL, "
        "any release and any page of the list each time.",
        [
            Table(
                "",
                ["", "processor ms", "p50 ms", "failed"],
                [
                    [s.name, one.median("cpu"), one.median("p50"), one.failed]
                    for s, one in ((s, taken[s.name]) for s in subjects)
                ],
            )
        ],
        [
            Target(f"growth of the processor time of a {page}", ratio, "<=", 1.2)
            for page, ratio in ratios.items()
        ],
    )


def name(page, amount):
    return f"{page}, {amount.releases:,} releases"
