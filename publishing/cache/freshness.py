"""Whether pages in memory are still what the database would show."""

import hashlib
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from publishing.cache import due
from publishing.cache.build import build
from publishing.cache.database import AWAY, drop, renew
from publishing.cache.models import current

# Seconds. No page is shown as current longer than LIMIT after the commit that outdated it. Asking
# twice as often leaves the other half for rebuilding while others still get the old page.
LIMIT = 1.0
POLL = 0.5
RETRY = 1.0
# How long a visitor waits for another's question before the database counts as away.
PATIENCE = 2.0
RETRY_ACTIONS = timedelta(seconds=5)

VERSION_BYTES = 6
NEVER_CURRENT = 0


class Moment(NamedTuple):
    """What a page shows: its epoch here, the instant that ends it, and its name everywhere.

    ``version`` is the same in every process of one installation, ``epoch`` only in its own.
    """

    epoch: int
    due: datetime | None
    version: str


NO_MOMENT = Moment(NEVER_CURRENT, None, "old")


class Freshness:
    """The epoch of this process: it moves on with each generation seen and each due instant.

    A page is current while its epoch is ``epoch`` and the clock is before ``valid_until``.
    """

    def __init__(self, monotonic=time.monotonic, now=timezone.now):
        self.monotonic = monotonic
        self.now = now
        self.epoch = NEVER_CURRENT
        self.valid_until = float("-inf")
        self.due = datetime.min.replace(tzinfo=UTC)
        self.version = ""
        self._generation = None
        self._confirmed = float("-inf")
        self._previous_epoch = NEVER_CURRENT
        self._tolerated_until = float("-inf")
        self._retry_at = float("-inf")
        self._actions_failed = False
        self._polling = threading.Lock()
        self._acting = threading.Lock()

    def refresh(self):
        """Bring the epoch up to date; false while the database is away."""
        moment = self.monotonic()
        if moment < self.valid_until:
            return True
        if moment < self._retry_at:
            return False
        self._apply_due()
        # While another thread asks, the last answer holds until its limit.
        grace = moment < self._confirmed + LIMIT
        if not self._polling.acquire(timeout=0 if grace else PATIENCE):
            if not grace:
                # It hangs rather than refuses. Those who come now need not wait as long.
                self._retry_at = self.monotonic() + RETRY
            return grace
        try:
            return self._poll()
        finally:
            self._polling.release()

    def observe(self, generation, started):
        """The moment of a page about to be rendered in the snapshot of this generation, which was
        read after ``started``."""
        with self._polling:
            if self._note(generation, started) == NEVER_CURRENT:
                return NO_MOMENT
            return Moment(self.epoch, self.due, self.version)

    def lost(self):
        """The database was found away by somebody else."""
        self.valid_until = float("-inf")
        self._retry_at = self.monotonic() + RETRY

    def tolerates(self, epoch):
        """Whether a page of ``epoch`` may still be shown while its successor is built."""
        moment = self.monotonic()
        if epoch == self.epoch:
            return moment < self._confirmed + LIMIT
        return epoch == self._previous_epoch and moment < self._tolerated_until

    def _apply_due(self):
        if self.now() < self.due or not self._acting.acquire(blocking=False):
            return
        try:
            self._actions_failed = not due.run_actions()
            if self._actions_failed:
                # Another thread may have moved on while this one waited for the database.
                self.due = min(self.due, self.now() + RETRY_ACTIONS)
        finally:
            self._acting.release()

    def _poll(self):
        started = self.monotonic()
        if started < self.valid_until:
            return True
        if started < self._retry_at:
            return False
        try:
            renew()
            self._note(current(), started)
        except AWAY:
            drop()
            self.lost()
            return False
        return True

    def _note(self, generation, started):
        if started < self._confirmed:
            # Another thread has looked later and knows better.
            return self.epoch if generation == self._generation else NEVER_CURRENT
        now = self.now()
        if generation != self._generation or now >= self.due:
            self._move_on(generation, now)
        self._confirmed = started
        self._retry_at = float("-inf")
        self.valid_until = started + min(POLL, (self.due - now).total_seconds())
        return self.epoch

    def _move_on(self, generation, now):
        following = due.next_due(now)
        if self._actions_failed:
            following = min(following, now + RETRY_ACTIONS)
        self._tolerated_until = self._confirmed + LIMIT
        self._previous_epoch = self.epoch
        self.due = following
        self._generation = generation
        name = f"{build()} {generation} {following.timestamp()}"
        self.version = hashlib.blake2b(name.encode(), digest_size=VERSION_BYTES).hexdigest()
        self.epoch += 1
