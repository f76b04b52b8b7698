"""How long the searches take among much content, beside plain comparison and trigram search.

    python bench/search_speed.py [--institutions 100000] [--documents 200000] [--rebuild]

Fills the database that DATABASE_URL names, or a new SQLite file, and asks each question several
times. Told are processor time, of the backend of PostgreSQL too, which a busy machine disturbs
little, and the best wall time; and how many times as long the same questions take by comparison.
With --rebuild also how long the directory takes to be indexed anew, and in how much memory. A
database filled before, with as much, is used as it is.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

BROAD = """
    university 大学 china 技术 institute 科学 uni 大 学 u technologies
""".split()  # noqa: SIM905
DOCUMENTS = """
    大学, university, 南京, 南京大学, cambridge, 联合实验室, 合作, 暑期学校, robotics, 东南, 储能,
    univ, 学, visit, laboratries, delegation, zanzibar, 人工智能, professor, 2021, 医学院, the,
    joint laboratory,
    agreement signed, summer school, university of cambridge, energy storage, medicine nanjing,
    materials science, 签署协议
""".replace("\n", "").split(",")
DOCUMENTS = [text.strip() for text in DOCUMENTS]
HEADINGS = f"{'p50':>8}{'p95':>8}{'max':>8}"
ROUNDS = 3


def processor_time():
    """Milliseconds of processor time that this process and its database backend have used."""
    from django.db import connection

    tasks = [f"/proc/self/task/{os.getpid()}"]
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        tasks.append(f"/proc/{connection.connection.info.backend_pid}")
    return sum(int(Path(task, "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def measured(ask, texts, rounds=ROUNDS):
    """Milliseconds by text, after one round to warm up: processor time and the best wall time."""
    processor, wall = {}, {}
    for text in texts:
        ask(text)
        times = []
        before = processor_time()
        for _round in range(rounds):
            began = time.perf_counter()
            ask(text)
            times.append(1000 * (time.perf_counter() - began))
        processor[text] = (processor_time() - before) / rounds
        wall[text] = min(times)
    return processor, wall


def percentile(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(share * len(times)))]


def questions():
    from search_beside import Trigrams, plainly, plainly_in_documents
    from search_quality import lines

    from partners.directory import DirectoryFilters, search_institutions, suggest
    from publishing.search.documents import search_documents
    from publishing.search.offers import suggest_titles

    judged = [query[1] for query in lines("queries.txt", "|")]
    filters = DirectoryFilters(country=("CN",), type=("university",))
    trigrams = Trigrams()
    yield "directory", lambda text: search_institutions(text, language="en"), [*judged, *BROAD]
    yield (
        "directory, filtered with facets",
        lambda text: search_institutions(text, filters, language="zh-hans"),
        [*judged, *BROAD],
    )
    yield "suggestions", lambda text: suggest(text, language="en"), [*judged, *BROAD]
    yield "site search", lambda text: search_documents(text, language="en"), DOCUMENTS
    yield (
        "site search, one year",
        lambda text: search_documents(text, language="zh-hans", year=2019),
        DOCUMENTS,
    )
    yield (
        "titles suggested",
        lambda text: suggest_titles(text, language="en", count=8),
        DOCUMENTS,
    )
    yield "directory by icontains", plainly, [*judged[::6], *BROAD]
    if trigrams.is_there:
        yield "directory by trigrams", trigrams, [*judged[::6], *BROAD]
    yield "site search by icontains", plainly_in_documents, DOCUMENTS[::10]


# What each comparison stands beside. It takes seconds, and is asked once.
COMPARED = {
    "directory by icontains": "directory",
    "directory by trigrams": "directory",
    "site search by icontains": "site search",
}


@dataclass
class Row:
    """Milliseconds by question, of processor time and of wall time."""

    what: str
    processor: dict
    wall: dict

    def numbers(self):
        """p50, p95 and longest of processor time, the same of wall time."""
        return [
            percentile(times.values(), share)
            for times in (self.processor, self.wall)
            for share in (0.5, 0.95, 1)
        ]

    def times(self, other):
        """How many times the processor time of another, over the questions asked of both."""
        both = self.processor.keys() & other.processor.keys()
        mine, theirs = ([row.processor[text] for text in both] for row in (self, other))
        return [percentile(mine, share) / percentile(theirs, share) for share in (0.5, 0.95)]


def run(institutions, documents, *, slowest=False, say=print):
    from search_content import analyze, fill_documents, fill_institutions

    began = time.perf_counter()
    fill_institutions(institutions)
    fill_documents(documents)
    analyze()
    say(f"content ready in {time.perf_counter() - began:.0f} s; load {os.getloadavg()[0]:.1f}")
    say(f"{'ms of processor, ms of wall time':<34}{'asked':>7}" + 2 * HEADINGS)
    rows = {}
    for what, ask, texts in questions():
        rounds = 1 if what in COMPARED else ROUNDS
        row = rows[what] = Row(what, *measured(ask, texts, rounds))
        say(f"{what:<34}{len(texts):>7}" + "".join(f"{n:>8.1f}" for n in row.numbers()))
        if slowest:
            worst = sorted(row.processor, key=row.processor.get)[-6:]
            times = (f"{text} {row.processor[text]:.0f}" for text in reversed(worst))
            say("    " + ", ".join(times))
    for what, ours in COMPARED.items():
        if what in rows:
            half, most = rows[what].times(rows[ours])
            say(f"{what}: {half:.1f} times the processor time at p50, {most:.1f} at p95")
    say(f"load {os.getloadavg()[0]:.1f}")
    return rows


def rebuild(say=print):
    """Indexes the directory anew; seconds of wall and of processor time, and megabytes added."""
    from partners.models import Institution
    from publishing.search import names
    from publishing.search.registry import BATCH

    registration = names.KINDS["institution"]
    pks = list(Institution.objects.order_by("pk").values_list("pk", flat=True))
    # What is loaded once for every process is not counted as growth.
    registration.reindex(pks[:BATCH])
    began, used, before = time.perf_counter(), processor_time(), memory()
    for start in range(0, len(pks), BATCH):
        registration.reindex(pks[start : start + BATCH])
    told = {
        "institutions": len(pks),
        "seconds": time.perf_counter() - began,
        "processor_seconds": (processor_time() - used) / 1000,
        "grown_mb": memory() - before,
    }
    say(
        f"{len(pks)} institutions indexed anew in {told['seconds']:.0f} s "
        f"({told['processor_seconds']:.0f} s of processor time), memory grew by "
        f"{told['grown_mb']:.1f} MB"
    )
    return told


def memory():
    """Resident megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--institutions", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--rebuild", action="store_true", help="time a rebuild of the directory")
    parser.add_argument("--folder", help="of an SQLite file to keep")
    parser.add_argument("--slowest", action="store_true", help="name the slowest questions")
    parser.add_argument("--json", help="write the numbers here, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_SECRET_KEY": "only-for-this-measurement-" * 2,
            "PORTAL_VAR": options.folder or folder,
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        rows = run(options.institutions, options.documents, slowest=options.slowest)
        told = {
            "rows": [[what, len(row.processor), *row.numbers()] for what, row in rows.items()],
            "rebuild": rebuild() if options.rebuild else None,
        }
        if options.json:
            Path(options.json).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
