"""`python -m bench [part …]`: measures, tells, and writes a dated page under bench/results."""

import argparse
import contextlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.database import Databases, databases
from portal import launch
from tests.suite import postgres_programs

PARTS = ("pages", "pair", "lean", "growth", "counting", "server", "search", "editorial")
PROGRAMS = {"wrk": "wrk", "nginx": "nginx-light", "psql": "postgresql-client"}


@dataclass
class Bench:
    """What every part is given."""

    folder: Path
    databases: Databases
    stack: contextlib.ExitStack
    rounds: int
    seconds: float
    say: callable = print


def main(arguments):
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of load on each in a round")
    parser.add_argument("--no-write", action="store_true", help="leave bench/results as it is")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    install_programs()
    launch.install()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Stopped."))
    where, results, failed = report.machine(), [], []
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        folder = Path(name)
        # PostgreSQL and nginx may run as other users.
        folder.chmod(0o755)
        with databases(folder, say) as made:
            for part in options.parts or PARTS:
                try:
                    results.append(run_part(part, folder, made, options))
                except (Exception, SystemExit) as error:
                    # What the other parts have measured is not lost.
                    traceback.print_exc()
                    failed.append(part)
                    if isinstance(error, SystemExit):
                        break
    for target in (t for result in results for t in result.targets):
        say(
            f"{'met   ' if target.met else 'missed'}  {target.what}: "
            f"{report.number(float(target.value))} ({target.sign} {report.number(target.limit)})"
        )
    if results and not options.no_write:
        say(f"Written: {report.write(results, where)}")
    if failed:
        say(f"Not measured: {', '.join(failed)}")
    return 1 if failed else 0


def run_part(name, folder, made, options):
    say(f"\n{name}")
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        bench = Bench(folder, made, stack, options.rounds, options.seconds, say)
        result = importlib.import_module(f"bench.parts.{name}").run(bench)
    result.seconds = time.monotonic() - started
    return result


def install_programs():
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if not postgres_programs():
        missing.append("postgresql")
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise launch.Refusal(
            f"Missing for the bench: {', '.join(missing)}; install as root: {' '.join(command)}"
        )
    say(f"Installing {', '.join(missing)} …")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update"], command):
        result = subprocess.run(step, env=environment, capture_output=True, text=True)
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise launch.Refusal(f"`{' '.join(command)}` failed: {reason}")


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except launch.Refusal as refusal:
        sys.exit(str(refusal))
