"""The way in for files that are no pictures: which are accepted, told from their content."""

import hashlib
import zipfile
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from publishing.media.uploads import size_within

MAX_BYTES = 100 * 1024 * 1024
# What an archive may hold once unpacked, and how much smaller it may have been packed.
MAX_UNPACKED = 500 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 10_000
CHUNK = 1024 * 1024

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}
# What must lie in an archive that calls itself a document.
_PARTS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/", "odt": "content.xml", "zip": ""}


class FileRefused(ValidationError):
    """The library does not keep this file; the message says why, to an editor."""


@dataclass(frozen=True)
class Facts:
    extension: str
    size: int
    sha256: str


def examine(file) -> Facts:
    """What ``file`` (named, seekable, binary) is, or ``FileRefused``. Ends at its beginning."""
    extension = (file.name or "").rpartition(".")[2].lower()
    if extension not in CONTENT_TYPES:
        raise FileRefused(
            _("Files of this type are not accepted. Accepted are: %(types)s."),
            code="type",
            params={"types": ", ".join(CONTENT_TYPES)},
        )
    size = size_within(MAX_BYTES, file, FileRefused)
    if not _is_what_it_says(file, extension):
        raise FileRefused(
            _("This file is damaged, or it is no %(type)s file."),
            code="content",
            params={"type": extension.upper()},
        )
    return Facts(extension, size, _digest(file))


def _digest(file):
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def _is_what_it_says(file, extension):
    head = file.read(16)
    file.seek(0)
    if extension in _PARTS:
        return any(name.startswith(_PARTS[extension]) for name in open_archive(file).namelist())
    if extension == "pdf":
        return head.startswith(b"%PDF-")
    if extension == "mp4":
        return head[4:8] == b"ftyp"
    if extension == "mp3":
        return head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1] & 0xE0 == 0xE0)
    return _is_text(file)


def _is_text(file):
    try:
        text = file.read(CHUNK)[: CHUNK - 4].decode("utf-8-sig", "strict")
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return "\0" not in text


def open_archive(file, *, limit=MAX_UNPACKED) -> zipfile.ZipFile:
    """An archive that can be unpacked without harm, or ``FileRefused``; ``limit`` in bytes.

    Size, number and ratio of its entries are those of its directory; reading an entry stops by
    itself at the size that the directory gives.
    """
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefused(_("This file is damaged."), code="damaged") from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if len(entries) > MAX_ENTRIES or unpacked > limit or unpacked > MAX_RATIO * packed:
        raise FileRefused(
            _("This file would grow far too large when opened. It was not read."), code="bomb"
        )
    return archive
