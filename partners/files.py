"""Files of agreements: which are taken, and whether they are what their name says."""

import hashlib
import zipfile
from pathlib import PurePath

from django.utils.translation import gettext as _

MAX_MEGABYTES = 50
_MEGABYTE = 1 << 20


def suffix(filename: str) -> str:
    return PurePath(filename).suffix.lower()


def _starts_with(*marks):
    def check(file):
        return file.read(max(map(len, marks))).startswith(marks)

    return check


def _is_zip_with(*members):
    """A zip archive with one of these parts: office formats are told apart by them."""

    def check(file):
        try:
            with zipfile.ZipFile(file) as archive:
                return not {*members}.isdisjoint(archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError):
            return False

    return check


_CHECKS = {
    ".pdf": _starts_with(b"%PDF-"),
    ".jpg": _starts_with(b"\xff\xd8\xff"),
    ".jpeg": _starts_with(b"\xff\xd8\xff"),
    ".png": _starts_with(b"\x89PNG\r\n\x1a\n"),
    ".tif": _starts_with(b"II*\x00", b"MM\x00*"),
    ".tiff": _starts_with(b"II*\x00", b"MM\x00*"),
    ".doc": _starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ".docx": _is_zip_with("word/document.xml"),
    ".xlsx": _is_zip_with("xl/workbook.xml"),
    ".odt": _is_zip_with("content.xml"),
    ".ofd": _is_zip_with("OFD.xml"),
}


def problem(file, filename: str) -> str:
    """What is wrong with an uploaded file, as a sentence; empty where nothing is."""
    check = _CHECKS.get(suffix(filename))
    if check is None:
        known = ", ".join(sorted(name.removeprefix(".").upper() for name in _CHECKS))
        return _("This kind of file is not taken. Taken are: %(kinds)s.") % {"kinds": known}
    if file.size > MAX_MEGABYTES * _MEGABYTE:
        return _("The file is larger than %(limit)s MB.") % {"limit": MAX_MEGABYTES}
    file.seek(0)
    right = check(file)
    file.seek(0)
    if right:
        return ""
    return _("This is no %(kind)s file, whatever its name says.") % {
        "kind": suffix(filename).removeprefix(".").upper()
    }


def sha256(file) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest
