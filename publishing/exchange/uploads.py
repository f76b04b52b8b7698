"""Uploads between the page that shows what they would change and the click that confirms it."""

import uuid
from datetime import timedelta
from pathlib import Path

from django.core import signing
from django.core.files.storage import storages
from django.utils import timezone

# Their folder in the private storage.
FOLDER = "imports"
KEPT_FOR = timedelta(days=1)
SALT = "publishing.exchange"


def keep(file, user, options) -> str:
    """Keep an upload until it is confirmed; gives the signed word by which it is found again."""
    drop_old(now=timezone.now())
    suffix = Path(file.name).suffix.lower()
    suffix = suffix if suffix[1:].isalnum() and len(suffix) < 8 else ""
    file.seek(0)
    name = storages["private"].save(f"{FOLDER}/{uuid.uuid4()}{suffix}", file)
    return signing.dumps([name, file.name, options, user.pk], salt=SALT)


def found(word, user):
    """Where the upload is kept, what it was called, and the options; None where there is none."""
    try:
        name, title, options, owner = signing.loads(word, salt=SALT, max_age=KEPT_FOR)
    except (signing.BadSignature, ValueError):
        return None
    if owner != user.pk or not storages["private"].exists(name):
        return None
    return name, title, options


def drop_old(*, now) -> int:
    """Delete what nobody has confirmed in time; returns how many files."""
    storage = storages["private"]
    names = storage.listdir(FOLDER)[1] if storage.exists(FOLDER) else []
    paths = [f"{FOLDER}/{name}" for name in names]
    old = [path for path in paths if storage.get_modified_time(path) < now - KEPT_FOR]
    for path in old:
        storage.delete(path)
    return len(old)
