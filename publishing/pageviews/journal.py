"""Views on their way to the database: one line each, in a file of the process that saw them.

A file belongs to one process and one hour of UTC and is never opened for writing again, so its
name tells how old its views are. The page cache of the kernel outlives the process: a line that
was written survives ``kill -9``.
"""

import calendar
import json
import os
import secrets
import time
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from . import conf, kinds
from .kinds import Item
from .models import Reason

KEPT_HOURS = 48
# Read at most this much of a file in one transaction; a backlog is worked off in several.
PIECE = 1_000_000
HOUR_FORMAT = "%Y%m%d%H"
# What a clock may say, from 2000 to 2100.
EARLIEST, LATEST = 946_684_800, 4_102_444_800
REASONS = tuple(Reason.values)

_to_json = json.JSONEncoder(separators=(",", ":")).encode


class Record(NamedTuple):
    """One reported view. With a ``reason`` it is only tallied as not counted."""

    at: float
    item: Item | None = None
    visitor: str = ""
    # The visitor's hash of the day before, carried for the first half minute after midnight.
    yesterday: str = ""
    language: str = ""
    host: str = ""
    reason: str = ""


# The letters of a line: t instant, x reason, r item, l language, v visitor, p visitor of the day
# before, f referring host.
def encode(record: Record) -> bytes:
    fields: dict[str, object] = {"t": round(record.at, 3)}
    if record.reason:
        fields["x"] = record.reason
    else:
        fields |= {"r": str(record.item), "l": record.language}
        if record.visitor:
            fields["v"] = record.visitor
        if record.yesterday:
            fields["p"] = record.yesterday
        if record.host:
            fields["f"] = record.host
    return _to_json(fields).encode() + b"\n"


def decode(line: bytes) -> Record | None:
    """The record of a line, or None where the line makes no sense."""
    try:
        fields = json.loads(line)
        at = float(fields["t"])
        reason, *texts = [fields.get(letter, "") for letter in "xrvplf"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not EARLIEST < at < LATEST:
        return None
    if reason:
        return Record(at, reason=reason) if reason in REASONS else None
    token, visitor, yesterday, language, host = texts
    if {type(text) for text in texts} != {str} or max(len(visitor), len(yesterday)) > 16:
        return None
    if not kinds.TOKEN.fullmatch(token):
        return None
    item = kinds.parse(token)
    if item is None:
        return Record(at, reason=Reason.NO_ITEM)
    return Record(at, item, visitor, yesterday, language[:12], host[:253])


class Journal:
    """The file this process writes to."""

    def __init__(self):
        self._lock = Lock()
        self._forget()

    def _forget(self):
        self._file, self._key = None, None

    def append(self, record: Record) -> None:
        """Raises OSError where the line could not be written whole."""
        line = encode(record)
        with self._lock:
            file = self._current(record.at)
            try:
                written = os.write(file, line)
            except OSError:
                self._close()
                raise
            if written < len(line):
                # The torn line stays last in its file, where readers leave it alone.
                self._close()
                raise OSError("The disk took only a part of a line.")
            if conf.sync_each_view():
                os.fdatasync(file)

    def _current(self, at):
        folder = conf.journal_folder()
        key = (folder, int(at // 3600))
        if key != self._key:
            self._close()
            self._file = _create(folder, at)
            self._key = key
        return self._file

    def _close(self):
        if self._file is not None:
            os.close(self._file)
        self._forget()

    def close(self) -> None:
        with self._lock:
            self._close()


def _create(folder: Path, at: float) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hour = time.strftime(HOUR_FORMAT, time.gmtime(at))
    path = folder / f"{hour}-{secrets.token_hex(8)}.jnl"
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)


journal = Journal()


def after_fork():
    """The child closes nothing and locks nothing: it starts with a journal of its own."""
    global journal
    journal = Journal()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.jnl"))


def hour_of(name: str) -> float:
    """The first instant of a file's hour."""
    try:
        moment = time.strptime(name[:10], HOUR_FORMAT)
    except ValueError:
        return 0.0
    return float(calendar.timegm(moment))


def is_old(name: str, now: float) -> bool:
    return hour_of(name) + KEPT_HOURS * 3600 <= now


class Piece(NamedTuple):
    """Whole lines of a file from a position on: their records, and where each line ends.

    A line that makes no sense is a record with the reason ``corrupt``. ``more`` says that the
    file goes on behind the piece.
    """

    records: list[Record]
    ends: list[int]
    more: bool


def read(path: Path, position: int) -> Piece:
    with path.open("rb") as file:
        file.seek(position)
        data = file.read(PIECE)
        more = len(data) == PIECE
    whole = data[: data.rfind(b"\n") + 1]
    if more and not whole:
        # No record is so long: what fills a whole piece without a line end is skipped.
        return Piece([_corrupt(path.name)], [position + len(data)], True)
    records, ends = [], []
    for line in whole.split(b"\n")[:-1]:
        position += len(line) + 1
        records.append(decode(line) or _corrupt(path.name))
        ends.append(position)
    return Piece(records, ends, more)


def has_line(path: Path, position: int) -> bool:
    if path.stat().st_size <= position:
        return False
    with path.open("rb") as file:
        file.seek(position)
        data = file.read(PIECE)
    return b"\n" in data or len(data) == PIECE


def _corrupt(name):
    return Record(hour_of(name), reason=Reason.CORRUPT)


def sync(path: Path) -> None:
    """Brings a file to the disk before what it says is committed."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fdatasync(file)
    finally:
        os.close(file)
