"""Who a view comes from, as far as it must be known to count it once.

Nothing that could name a person is stored. A visitor is a hash of address, browser and languages,
keyed with a random salt that exists for one day and is deleted two days later.
"""

import os
import secrets
from contextlib import suppress
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from django.contrib import auth
from django.db import Error
from django.http import parse_cookie

from . import clock, conf
from .connecting import connected, impatient
from .models import Salt

# Salts of the next day are made this many seconds before it begins, so that an outage of the
# database at midnight does not matter.
AHEAD = 2 * 3600
# Milliseconds that a visitor's request may wait for somebody else's lock.
PATIENCE = 100


def address(environ) -> str:
    """The visitor's address: the last one that a trusted proxy did not write itself."""
    remote = environ.get("REMOTE_ADDR", "")
    forwarded = environ.get("HTTP_X_FORWARDED_FOR")
    if not forwarded or not conf.is_trusted_proxy(remote):
        return remote
    for hop in reversed([part.strip() for part in forwarded.split(",")]):
        if not conf.is_trusted_proxy(hop):
            return hop
    return remote


def key(environ, client: str, salt: bytes) -> str:
    return blake2b(
        f"{client}\n{environ.get('HTTP_USER_AGENT', '')}\n"
        f"{environ.get('HTTP_ACCEPT_LANGUAGE', '')}".encode(),
        digest_size=8,
        key=salt,
    ).hexdigest()


def is_staff(environ) -> bool:
    """Whether the session cookie belongs to staff. Asks the database only if there is a cookie.

    Only staff have sessions here: while the database cannot answer, a cookie is taken for theirs.
    """
    cookies = environ.get("HTTP_COOKIE", "")
    if settings.SESSION_COOKIE_NAME not in cookies:
        return False
    session_key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    if not session_key:
        return False
    engine = import_module(settings.SESSION_ENGINE)
    try:
        with connected():
            user = auth.get_user(SimpleNamespace(session=engine.SessionStore(session_key)))
    except Error:
        return True
    return user.is_active and user.is_staff


class Salts:
    """Salts of this process: from memory, else from the host's file, else from the database."""

    def __init__(self):
        self._salts = {}

    def of(self, day) -> bytes:
        return self._salts.get(day) or self._load(day)

    def prepare(self, now: float) -> None:
        today = clock.day_of(now)
        self.of(today.date)
        if today.end - now < AHEAD:
            self.of(clock.date_of(today.end))

    def forget(self) -> None:
        self._salts.clear()

    def _load(self, day):
        folder = conf.journal_folder()
        path = folder / f"{day}.salt" if folder else None
        salt = (path and _read(path)) or _agree(day, may_differ=path is not None)
        if path:
            salt = _keep(path, salt)
        self._salts = {kept: old for kept, old in self._salts.items() if abs(kept - day).days < 2}
        self._salts[day] = salt
        return salt


def _agree(day, *, may_differ):
    """The salt all hosts share. While the database is away or locked, a host may use its own."""
    own = secrets.token_hex(16)
    try:
        with connected(), impatient(PATIENCE):
            Salt.objects.bulk_create([Salt(day=day, salt=own)], ignore_conflicts=True)
            return bytes.fromhex(Salt.objects.values_list("salt", flat=True).get(day=day))
    except Error:
        if not may_differ:
            raise
        return bytes.fromhex(own)


def _read(path: Path) -> bytes | None:
    try:
        salt = path.read_bytes()
    except OSError:
        return None
    return salt if len(salt) == 16 else None


def _keep(path: Path, salt: bytes) -> bytes:
    """Leaves the salt for the other processes of the host; the first to write decides."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(salt)
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    except OSError:
        return salt
    return _read(path) or salt


salts = Salts()
