"""What a page depends on besides the database and the clock: the code and the settings."""

import hashlib
import json
import os
from functools import cache
from pathlib import Path

from django.conf import settings

# Written while the portal runs, or by Python.
_NOT_CODE = {"var", "__pycache__"}


@cache
def build():
    """A digest that differs where this code or these settings could make other pages.

    By content, not by date: some ways of deploying give all files one date.
    """
    digest = hashlib.blake2b(digest_size=16)
    for path in _files(settings.BASE_DIR):
        digest.update(path.encode())
        with open(path, "rb") as file:
            digest.update(file.read())
    for name in sorted(filter(str.isupper, set(dir(settings)))):
        value = json.dumps(getattr(settings, name), default=_text, skipkeys=True)
        digest.update(f"{name}={value}".encode())
    return digest.hexdigest()


def _text(value):
    # Other objects, as translated texts, are written in the code, and their repr may differ
    # between processes.
    return str(value) if isinstance(value, Path) else type(value).__name__


def _files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name not in _NOT_CODE and not name.startswith(".")
        )
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.R_OK):
                yield path
