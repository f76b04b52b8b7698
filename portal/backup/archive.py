"""The file of a backup: a compressed tar whose last member lists the checksums of the others.

A member's name says what it is: ``database``, ``secret-key``, or a file in one of ``FOLDERS``. The
manifest comes last, so that each file is read once and an archive that was cut off has none.
"""

import contextlib
import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from portal.backup.exceptions import BackupRefused

MANIFEST = "manifest.json"
DATABASE = "database"
KEY = "secret-key"
FOLDERS = ("media", "private", "pageviews")
PIECE = 1_048_576
# Contains the key and people's data.
CLOSED = 0o600
# What tar, gzip and JSON say of a file that is cut off, damaged or something else.
UNREADABLE = (
    tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, FileNotFoundError,
    KeyError, TypeError, ValueError,
)  # fmt: skip


class _Checked(io.RawIOBase):
    """Hands on what it reads and sums it up."""

    def __init__(self, file, size):
        self.file, self.left = file, size
        self.digest = hashlib.sha256()

    def readable(self):
        return True

    def read(self, size=-1):
        # A journal may have grown since its size was taken.
        piece = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        self.digest.update(piece)
        return piece


class Writer:
    def __init__(self, tar):
        self.tar = tar
        self.members = {}

    def add(self, name: str, path: Path):
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = size, int(path.stat().st_mtime), CLOSED
            checked = _Checked(file, size)
            self.tar.addfile(entry, checked)
        self.members[name] = {"size": size, "sha256": checked.digest.hexdigest()}

    def close(self, facts: dict):
        text = json.dumps(facts | {"members": self.members}, indent=1, ensure_ascii=False)
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(text.encode()), CLOSED
        self.tar.addfile(entry, io.BytesIO(text.encode()))


@contextlib.contextmanager
def written_whole(target: Path):
    """A ``Writer``; the file appears under its name when all of it is on the disk, or never."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, CLOSED)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> dict:
    """Everything into ``folder``, checked against the manifest, which is returned."""
    found = {}
    try:
        with tarfile.open(source, mode="r:gz") as tar:
            for entry in tar:
                found[entry.name] = _unpack_one(tar, entry, folder)
        manifest = json.loads((folder / MANIFEST).read_text())
        named = {name: member["sha256"] for name, member in manifest["members"].items()}
    except UNREADABLE as error:
        raise BackupRefused(f"{source} is not a whole backup of this portal.") from error
    found.pop(MANIFEST)
    if damaged := sorted(
        name for name in found.keys() | named if found.get(name) != named.get(name)
    ):
        raise BackupRefused(f"{source} is damaged: {damaged[0]} does not match its checksum.")
    return manifest


def _unpack_one(tar, entry, folder):
    """Returns the checksum. Only ordinary files under known names are taken."""
    parts = PurePosixPath(entry.name).parts
    known = entry.name in (MANIFEST, DATABASE, KEY) or (len(parts) > 1 and parts[0] in FOLDERS)
    if not entry.isfile() or not known or ".." in parts:
        raise tarfile.TarError(entry.name)
    path = folder / entry.name
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tar.extractfile(entry) as packed, path.open("xb") as file:
        while piece := packed.read(PIECE):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()
