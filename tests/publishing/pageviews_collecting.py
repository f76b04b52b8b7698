"""A collector in a process of its own, which can be killed at a chosen step.

python -m tests.publishing.pageviews_collecting kill <step> <call>
python -m tests.publishing.pageviews_collecting until <file>
"""

import os
import signal
import sys
from pathlib import Path

from django.db import connection, transaction

import tests.publishing.pageviews_server  # noqa: F401  sets Django up
from publishing.pageviews import clock, collector, journal, store
from publishing.pageviews.models import Offset

STEPS = {
    "before the files are synced": (journal, "sync"),
    "before the turn": (collector, "_take_turn"),
    "before a file is read": (journal, "read"),
    "before the visitors are looked up": (store, "_sights"),
    "before a table is changed": (store, "_merge"),
    "before the positions are moved": (Offset.objects, "bulk_update"),
    "before the commit": (connection, "commit"),
    "before a file is deleted": (Path, "unlink"),
}


def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(step, call):
    if step == "after the commit":
        real = collector._move

        def move(*args):
            transaction.on_commit(die)
            return real(*args)

        collector._move = move
        return
    owner, name = STEPS[step]
    real, calls = getattr(owner, name), []

    def counting(*args, **kwargs):
        calls.append(1)
        return die() if len(calls) == call else real(*args, **kwargs)

    setattr(owner, name, counting)


def main(mode, *arguments):
    if mode == "kill":
        step, call, now = arguments
        clock.now = lambda: float(now)
        kill_at(step, int(call))
        collector.collect()
        collector.tidy()
        return
    stop = Path(arguments[0])
    while not stop.exists():
        collector.collect_once()


if __name__ == "__main__":
    main(*sys.argv[1:])
