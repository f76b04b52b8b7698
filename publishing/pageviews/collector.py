"""Moves views from the journals into the database, each exactly once.

The sums and the positions in the files are written in one transaction: a collector that is
killed anywhere leaves either both or neither. Two collectors never work at the same time, on
whatever hosts they run, because each begins with the lock on one row.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from . import clock, conf, journal, store
from .journal import Record
from .models import Offset, Salt, Seen

SALT_DAYS = 2
# Positions of hosts that are gone. A host that comes back later than this would count again
# what it had counted, but its files are long deleted by then.
OFFSET_DAYS = 400


def collect() -> int:
    """Everything that lies in this host's journals. Returns the number of lines moved.

    What visitors write meanwhile is left: under steady load it would never end.
    """
    moved, more = 0, True
    while more:
        step, more = _step()
        moved += step
    return moved


def collect_once() -> int:
    """One transaction's worth: all of it, unless a backlog is large. Returns lines moved."""
    return _step()[0]


def _step():
    """Lines moved, and whether more lay there already."""
    folder = conf.journal_folder()
    grown = _grown(folder) if folder is not None and folder.is_dir() else []
    if not grown:
        return 0, False
    for name in grown:
        journal.sync(folder / name)
    with transaction.atomic():
        _take_turn()
        return _move(folder, grown)


def apply_now(records: Iterable[Record]) -> None:
    """Counts records without a journal, in a transaction of their own."""
    with transaction.atomic():
        _take_turn()
        store.add(list(records))


def _take_turn():
    if not Offset.objects.select_for_update().filter(file=Offset.TURN).exists():
        Offset.objects.bulk_create([Offset(file=Offset.TURN)], ignore_conflicts=True)
        Offset.objects.select_for_update().get(file=Offset.TURN)


def _grown(folder: Path) -> list[str]:
    """Files with a line behind their known position."""
    names = journal.names(folder)
    positions = _positions(names)
    grown = []
    for name in names:
        with suppress(FileNotFoundError):
            if journal.has_line(folder / name, positions.get(name, 0)):
                grown.append(name)
    return grown


def _positions(names):
    known = Offset.objects.filter(file__in=names) if len(names) < 500 else Offset.objects.all()
    return dict(known.values_list("file", "position"))


def _move(folder, names):
    Offset.objects.bulk_create([Offset(file=name) for name in names], ignore_conflicts=True)
    # Read before the files are opened: a file whose row was deleted cannot be opened any more.
    positions = _positions(names)
    pieces = {}
    for name in names:
        with suppress(FileNotFoundError):
            pieces[name] = journal.read(folder / name, positions[name])
    records, ends = _until_horizon(pieces)
    store.add(records)
    changed = [Offset(file=name, position=end) for name, end in ends.items()]
    Offset.objects.bulk_update(changed, ["position"], batch_size=200)
    return len(records), any(piece.more for piece in pieces.values())


def _until_horizon(pieces):
    """Records that can be judged in order, and where the files then stand.

    Where a file goes on behind its piece, only records up to the piece's last instant are taken
    from any file: what follows may have to be judged before them.
    """
    horizon = min(
        (max(record.at for record in piece.records) for piece in pieces.values() if piece.more),
        default=float("inf"),
    )
    records, ends = [], {}
    for name, piece in pieces.items():
        taken = 0
        while taken < len(piece.records) and piece.records[taken].at <= horizon:
            taken += 1
        if taken:
            records += piece.records[:taken]
            ends[name] = piece.ends[taken - 1]
    return records, ends


def tidy() -> None:
    """Deletes what is older than 48 hours: salts, seen visitors, journals that are counted."""
    now = clock.now()
    limit = clock.date_of(now) - timedelta(days=SALT_DAYS)
    Salt.objects.filter(day__lte=limit).delete()
    Seen.objects.filter(day__lte=limit).delete()
    folder = conf.journal_folder()
    if folder is not None and folder.is_dir():
        _tidy_folder(folder, limit, now)
    _tidy_offsets(now)


def _tidy_folder(folder, limit, now):
    for path in folder.glob("*.salt*"):
        if path.name[:10] <= limit.isoformat():
            path.unlink(missing_ok=True)
    old = [name for name in journal.names(folder) if journal.is_old(name, now)]
    positions = _positions(old)
    done = [name for name in old if _is_counted(folder / name, positions.get(name, 0))]
    # First the file, then its row: the other way round, a crash between would count it again.
    for name in done:
        (folder / name).unlink(missing_ok=True)
    Offset.objects.filter(file__in=done).delete()


def _is_counted(path, position):
    try:
        return not journal.has_line(path, position)
    except FileNotFoundError:
        return True


def _tidy_offsets(now):
    oldest = clock.date_of(now - OFFSET_DAYS * 86400).strftime("%Y%m%d")
    Offset.objects.filter(file__lt=oldest).exclude(file=Offset.TURN).delete()
