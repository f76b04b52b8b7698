"""Load from wrk, processor time from /proc, and ratios from alternating rounds."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 8
WARM_UP = 1.0

# wrk's own summary is for people; this one is for us.
DONE = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests": %d, "seconds": %.6f, "failed": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f}',
    summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True)
class Subject:
    """Something that answers. ``lua`` is the request function of wrk, else the address is asked.

    ``processes`` are the roots of the process trees that work for it, its database among them;
    ``requests`` says of how many requests one answer to a visitor consists.
    """

    name: str
    url: str
    processes: tuple[int, ...]
    lua: str = ""
    requests: int = 1
    note: str = ""


@dataclass(frozen=True)
class Round:
    """``cpu`` in milliseconds for each answer; latencies in milliseconds for each request."""

    rate: float
    cpu: float
    failed: int
    answers: float
    p50: float
    p95: float
    p99: float


def alternate(subjects: Iterable[Subject], *, rounds: int, seconds: float, say=print):
    """Each subject in turn, ``rounds`` times, so that what disturbs the machine disturbs all."""
    subjects = list(subjects)
    for subject in subjects:
        load(subject, WARM_UP)
    taken = {subject.name: [] for subject in subjects}
    for number in range(rounds):
        for subject in subjects:
            one = load(subject, seconds)
            taken[subject.name].append(one)
            say(
                f"  {number + 1}/{rounds} {subject.name}: {one.rate:.0f}/s, {one.cpu:.3f} ms"
                + (f", {one.failed} failed" if one.failed else "")
            )
    return {name: Series(own) for name, own in taken.items()}


class Series:
    def __init__(self, rounds: list[Round]):
        self.rounds = rounds

    def median(self, what: str) -> float:
        return statistics.median(getattr(one, what) for one in self.rounds)

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.rounds)

    def ratio(self, other: "Series", what: str) -> float:
        """The median of the ratios round by round: what disturbed one disturbed its neighbour."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return statistics.median(getattr(a, what) / getattr(b, what) for a, b in pairs)

    def spread(self, what: str) -> float:
        """How far the rounds lie apart, as a share of their median."""
        values = [getattr(one, what) for one in self.rounds]
        return (max(values) - min(values)) / statistics.median(values)


def load(subject: Subject, seconds: float, connections: int = CONNECTIONS) -> Round:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(subject.lua + DONE)
        script.flush()
        before = processor_time(subject.processes)
        result = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
            + ["-s", script.name, subject.url],
            capture_output=True,
            text=True,
            check=True,
        )
        # What the last answers have set in motion belongs to them.
        time.sleep(0.05)
        cpu = processor_time(subject.processes) - before
    told = json.loads(result.stderr[result.stderr.index("{") :])
    answers = max(told["requests"], 1) / subject.requests
    return Round(
        rate=answers / told["seconds"],
        cpu=cpu * 1000 / answers,
        failed=told["failed"],
        answers=answers,
        p50=told["p50"],
        p95=told["p95"],
        p99=told["p99"],
    )


def processor_time(roots: Iterable[int]) -> float:
    """User and system seconds of whole process trees, ended children included."""
    return sum(sum(_stat(pid)[1:]) for root in roots for pid in tree(root)) / TICKS


def tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    children = {}
    for path in Path("/proc").glob("[0-9]*"):
        pid = int(path.name)
        children.setdefault(_stat(pid)[0], []).append(pid)
    found, open_ = [], [root]
    while open_:
        pid = open_.pop()
        found.append(pid)
        open_ += children.get(pid, [])
    return found


def _stat(pid):
    """Parent, and ticks: user, system, user and system of ended children."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0, 0, 0, 0, 0
    fields = text.rpartition(") ")[2].split()
    return int(fields[1]), *map(int, fields[11:15])


def shared_memory(pid: int) -> float:
    """Proportional set size of one process, in megabytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(pid)


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"Waited {seconds} seconds in vain for {what}.")
