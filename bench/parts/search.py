"""How long a reader waits for the directory's search, its suggestions and the site search, and
what they cost among 100,000 institutions and very many documents."""

import json
import os
import statistics
import time
from urllib.parse import quote

from bench import portals, servers
from bench.database import Amount
from bench.report import Result, Table, Target

AMOUNT = Amount(releases=5000, search=True)
DIRECTORY = (
    "Kyoto", "medicine", "university of materials", "univercity of enginering", "南京", "材料",
    "天文研究所", "sendai", "robotic", "SI77", "nanjing da xue", "Heidelberg Institute of Optics",
    "华", "water bureau", "加拿大", "joint laboratory",
)  # fmt: skip
SITE = (
    "laboratory", "agreement on medicine", "Kyoto", "合作", "联合实验室", "forum", "water",
    "two hundred guests", "博士生", "energie", "delegation from Leeds", "2019", "图书馆",
    "committee meets twice",
)  # fmt: skip
KINDS = {
    "directory": ("/{language}/partners/?q={text}", DIRECTORY, 100),
    "suggestions": ("/{language}/partners/suggestions.json?q={text}", DIRECTORY, 50),
    "site search": ("/{language}/search/?q={text}", SITE, 150),
}
ROUNDS = 4
LARGE = ("directory", "directory, filtered with facets", "suggestions", "site search")
LARGE += ("titles suggested",)
LIMIT, REBUILD_LIMIT = 50, 180
INSTITUTIONS = 100_000
DOCUMENTS = {"PostgreSQL": 1_000_000, "SQLite": 200_000}


def run(bench):
    rows, targets = waiting(bench)
    large, rebuilt, more = among_much(bench)
    headings = ["", "questions", "p50 ms", "p95 ms", "longest ms"]
    costs = [*headings, "wall p50 ms", "wall p95 ms", "wall longest ms"]
    return Result(
        "search",
        f"One reader after another, no page from the cache; {AMOUNT.institutions:,} institutions, "
        f"{AMOUNT.agreements:,} agreements and {AMOUNT.releases:,} releases in both languages. "
        f"Then processor time of a question, the database's included, and the best wall time "
        f"among {INSTITUTIONS:,} institutions and {documents('PostgreSQL'):,} documents on "
        f"PostgreSQL, {documents('SQLite'):,} on SQLite.",
        [
            Table("Pages", headings, rows),
            Table("Among much content", costs, large),
            Table(
                "Indexing the directory anew",
                ["", "institutions", "seconds", "processor seconds", "memory added, MB"],
                rebuilt,
            ),
        ],
        targets + more,
        [
            "The limits of pages are ours, for a page that answers while one types.",
            "Targets among much content are told in processor time, which a busy machine disturbs "
            "less. PORTAL_BENCH_DOCUMENTS=200000 asks among no more than so many documents.",
        ],
    )


def documents(database) -> int:
    return min(DOCUMENTS[database], int(os.environ.get("PORTAL_BENCH_DOCUMENTS", 1_000_000)))


def among_much(bench):
    """Rows, rows of the rebuild, and targets, of `bench/search_speed.py` on both databases."""
    rows, rebuilt, targets = [], [], []
    for database, environment in (
        ("PostgreSQL", large_postgres(bench)),
        ("SQLite", large_sqlite(bench)),
    ):
        file = bench.folder / f"speed-{database}.json"
        command = [servers.BIN / "python", "bench/search_speed.py", "--rebuild", "--json", file]
        command += ["--institutions", INSTITUTIONS, "--documents", documents(database)]
        bench.say(f"  {database}, {documents(database):,} documents")
        bench.say(servers.run(command, environment=environment))
        told = json.loads(file.read_text(encoding="utf-8"))
        rows += [[f"{what}, {database}", *numbers] for what, *numbers in told["rows"]]
        rebuilt.append([database, *told["rebuild"].values()])
        targets += [
            Target(f"p95 of {what} among much, {database}, ms", numbers[2], "<=", LIMIT)
            for what, *numbers in told["rows"]
            if what in LARGE
        ]
        seconds = told["rebuild"]["processor_seconds"]
        targets.append(Target(f"indexing anew, {database}, s", seconds, "<=", REBUILD_LIMIT))
    return rows, rebuilt, targets


def large_postgres(bench):
    bench.databases.create("portal_speed")
    return bench.databases.environment("portal_speed")


def large_sqlite(bench):
    environment = bench.databases.environment("unused")
    del environment["DATABASE_URL"]
    return environment


def waiting(bench):
    """Rows and targets for pages as a reader waits for them."""
    rows = []
    for database, server in (
        ("PostgreSQL", portals.start(bench, AMOUNT, cache=False)),
        ("SQLite", sqlite(bench)),
    ):
        for kind, (pattern, texts, _limit) in KINDS.items():
            times = ask(server, pattern, texts)
            if times:
                rows.append([f"{kind}, {database}", len(times), *percentiles(times)])
                bench.say(f"  {rows[-1][0]}: p50 {rows[-1][2]:.0f} ms, p95 {rows[-1][3]:.0f} ms")
    limits = {kind: limit for kind, (_pattern, _texts, limit) in KINDS.items()}
    targets = [
        Target(f"p95 of {row[0]}, ms", row[3], "<=", limits[row[0].partition(",")[0]])
        for row in rows
    ]
    return rows, targets


def sqlite(bench):
    environment = bench.databases.environment("unused") | {
        "PORTAL_VAR": str(bench.folder / "sqlite")
    }
    del environment["DATABASE_URL"]
    (bench.folder / "sqlite").mkdir()
    manage = [servers.BIN / "python", "manage.py"]
    numbers = ["--institutions", AMOUNT.institutions, "--agreements", AMOUNT.agreements]
    servers.run([*manage, "migrate", "--verbosity", "0"], environment=environment)
    servers.run(
        [*manage, "make_content", *numbers, "--releases", AMOUNT.releases], environment=environment
    )
    servers.run([*manage, "collectstatic", "--noinput"], environment=environment)
    port = servers.free_port()
    command = servers.granian(portals.APPLICATION, port)
    environment |= {"PORTAL_CACHE_MB": "0"}
    return bench.stack.enter_context(
        servers.serving(command, port, environment=environment, ready="/livez")
    )


def ask(server, pattern, texts):
    """Milliseconds for each question; none where the portal has no such address."""
    times = []
    for _round in range(ROUNDS):
        for text in texts:
            for language in ("en", "zh-hans"):
                path = pattern.format(language=language, text=quote(text))
                started = time.perf_counter()
                status, _headers, _body = server.get(path)
                times.append((time.perf_counter() - started) * 1000)
                if status == 404:
                    return []
                if status != 200:
                    raise RuntimeError(f"{path} answered {status}.")
    # The first round opens connections and fills what a process keeps.
    return times[len(times) // ROUNDS :]


def percentiles(times):
    cuts = statistics.quantiles(times, n=20)
    return cuts[9], cuts[18], max(times)
