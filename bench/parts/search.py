"""How long a reader waits for the directory's search, its suggestions and the site search."""

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
    "suggestions": ("/{language}/partners/suggest/?q={text}", DIRECTORY, 50),
    "site search": ("/{language}/search/?q={text}", SITE, 150),
}
ROUNDS = 4


def run(bench):
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
    return Result(
        "search",
        f"One reader after another, no page from the cache; {AMOUNT.institutions:,} institutions, "
        f"{AMOUNT.agreements:,} agreements and {AMOUNT.releases:,} releases in both languages.",
        [Table("", ["", "questions", "p50 ms", "p95 ms", "longest ms"], rows)],
        [
            Target(f"p95 of {row[0]}, ms", row[3], "<=", limits[row[0].partition(",")[0]])
            for row in rows
        ],
        ["The limits are ours, for a page that answers while one types."],
    )


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
