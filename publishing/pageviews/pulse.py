"""The thread that keeps a process's numbers fresh and, in one process per host, collects.

It starts with the first request, not with Django: workers that are forked, spawned or preloaded
each get their own.
"""

import fcntl
import gc
import logging
import os
import sys
import threading
import time
from contextlib import contextmanager

from django.db import Error, connections

from . import clock, collector, conf, visitors
from .connecting import connected, impatient
from .figures import figures

logger = logging.getLogger(__name__)

SECOND = 1.0
TIDY_EVERY = 600
# Milliseconds to wait for a lock. Missing a beat costs nothing: the next one does its work.
PATIENCE = 250
# Seconds for which a beat may keep Python's lock while a request waits for it. Python's own 5 ms
# are what the slowest of a hundred reports would wait; with less than this, a server at its limit
# spends its time on handing the lock around.
HOLDING = 0.0003
# Asked before the first beat: beats may overlap, and a fork may fall into one.
USUALLY = sys.getswitchinterval()


class Leadership:
    """One process per host leads; the kernel passes the lock on when it dies."""

    def __init__(self):
        self._file = None

    def claim(self) -> bool:
        folder = conf.journal_folder()
        if self._file is None and folder is not None:
            try:
                self._file = self._locked(folder)
            except OSError:
                # Another process leads, or nothing can be written here at all.
                return False
        return self._file is not None

    @staticmethod
    def _locked(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        file = os.open(folder / "collector.lock", flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise
        return file

    def give_up(self) -> None:
        """Closes without unlocking: after a fork the lock is the parent's as well."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Pulse:
    def __init__(self):
        self._thread = None
        self._start = threading.Lock()
        self._leadership = Leadership()
        self._tidied = 0.0
        self._failing = False

    def start(self) -> None:
        if self._thread is not None or not conf.background():
            return
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pageviews", daemon=True)
                self._thread.start()

    def _run(self):
        while True:
            began = time.monotonic()
            self._beat_safely()
            time.sleep(max(0.05, SECOND - (time.monotonic() - began)))

    def _beat_safely(self):
        try:
            with _giving_way(), connected(), impatient(PATIENCE):
                self.beat(lead=self._leadership.claim())
            if self._failing:
                logger.warning("Pageviews are collected again.")
            self._failing = False
        except Exception as error:
            # Whatever it is, the journal keeps the views; the next beat tries again.
            expected = isinstance(error, (Error, OSError))
            if not self._failing:
                logger.error("Pageviews wait in the journal: %s", error, exc_info=not expected)
            self._failing = True
            connections.close_all()

    def beat(self, *, lead: bool) -> None:
        now = clock.now()
        if lead:
            # Once: however many views arrive, a row changes at most once a second.
            collector.collect_once()
        figures.refresh()
        visitors.salts.prepare(now)
        if abs(now - self._tidied) >= TIDY_EVERY and (lead or conf.journal_folder() is None):
            collector.tidy()
            self._tidied = now

    def after_fork(self):
        self._leadership.give_up()


@contextmanager
def _giving_way():
    """Lets requests of the same process in between the steps of what runs inside.

    A search for garbage is one step, which lasts long while a batch is in memory, and finds none.
    """
    sys.setswitchinterval(HOLDING)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        sys.setswitchinterval(USUALLY)


pulse = Pulse()


def start() -> None:
    pulse.start()


def after_fork():
    global pulse
    gc.enable()
    sys.setswitchinterval(USUALLY)
    pulse.after_fork()
    pulse = Pulse()
