"""Results as a dated Markdown page and the same as JSON."""

import datetime
import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass
class Table:
    title: str
    columns: list[str]
    rows: list[list]


@dataclass
class Target:
    """``value`` is to be at least (``>=``) or at most (``<=``) ``limit``."""

    what: str
    value: float
    sign: str
    limit: float

    @property
    def met(self):
        return self.value >= self.limit if self.sign == ">=" else self.value <= self.limit


@dataclass
class Result:
    part: str
    summary: str
    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0


def number(value):
    if not isinstance(value, float):
        return str(value)
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"


def machine():
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory": f"{memory:.0f} GB",
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 1),
        "commit": commit(),
    }


def commit():
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"], capture_output=True, text=True
    )
    return asked.stdout.strip()


def write(results: list[Result], where: dict) -> Path:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.datetime.now().astimezone()
    name = f"{now:%Y-%m-%d-%H%M}-{'-'.join(r.part for r in results) if len(results) < 4 else 'all'}"
    page = RESULTS / f"{name}.md"
    page.write_text(markdown(results, where, now), encoding="utf-8")
    told = {
        "date": now.isoformat(timespec="seconds"),
        "machine": where,
        "parts": [
            asdict(r) | {"targets": [asdict(t) | {"met": t.met} for t in r.targets]}
            for r in results
        ],
    }
    page.with_suffix(".json").write_text(
        json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return page


def markdown(results, where, now):
    lines = [f"# Measured on {now:%-d %B %Y, %H:%M}", ""]
    lines += [
        "{processor}, {cores} cores, {memory}, Python {python}, Linux {kernel}; load before the "
        "start {load}; commit {commit}.".format(**where),
        "",
    ]
    if targets := [(r.part, t) for r in results for t in r.targets]:
        lines += table(
            Table(
                "Targets",
                ["part", "target", "limit", "measured", ""],
                [
                    [
                        part,
                        t.what,
                        f"{t.sign} {number(t.limit)}",
                        t.value,
                        "met" if t.met else "missed",
                    ]
                    for part, t in targets
                ],
            )
        )
    for result in results:
        lines += [f"## {result.part}", "", result.summary, ""]
        for each in result.tables:
            lines += table(each)
        lines += [f"- {note}" for note in result.notes]
        lines += ["" if result.notes else None, f"Took {result.seconds:.0f} seconds.", ""]
    return "\n".join(line for line in lines if line is not None).rstrip() + "\n"


def table(each: Table):
    return [
        *([f"### {each.title}", ""] if each.title else []),
        "| " + " | ".join(each.columns) + " |",
        "|" + "---|" * len(each.columns),
        *("| " + " | ".join(map(number, row)) + " |" for row in each.rows),
        "",
    ]
