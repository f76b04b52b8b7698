import contextlib
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import salted_hmac

from portal.backup import archive, databases
from portal.backup.exceptions import BackupRefused
from publishing.exchange import uploads

FORMAT = 2
# Renditions are made again when they are asked for; an upload is imported within a day or never.
LEFT_OUT = {"media": "renditions", "private": uploads.FOLDER}


def back_up(*, target: Path) -> dict:
    """Write the archive; returns its manifest. The portal may go on running.

    The database comes first: journals that are newer than it are counted after a restore.
    """
    target = Path(target)
    if target.exists():
        raise BackupRefused(f"{target} exists already; choose another name.")
    if not target.parent.is_dir():
        raise BackupRefused(f"There is no folder {target.parent}.")
    tool = databases.of()
    missing = _known_migrations() - _applied_migrations()
    if missing:
        raise BackupRefused("The database is not up to date: run `manage.py migrate` first.")
    facts = _facts(tool)
    with (
        _one_sentence(f"The backup {target} could not be written"),
        tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder,
        archive.written_whole(target) as writer,
    ):
        dump = Path(folder, "dump")
        tool.dump(dump)
        writer.add(archive.DATABASE, dump)
        for name, root in _folders().items():
            for path in _files(root, name):
                # A journal that has been counted may go at any moment.
                with contextlib.suppress(FileNotFoundError):
                    writer.add(f"{name}/{path.relative_to(root).as_posix()}", path)
        if _key_file().is_file():
            writer.add(archive.KEY, _key_file())
        writer.close(facts)
    return facts | {"members": writer.members}


def restore(*, source: Path, replace: bool = False) -> tuple[dict, list[str]]:
    """Bring back what an archive holds; returns its manifest and what to look after.

    All of it is unpacked and checked before anything here is touched. The database follows in
    one transaction, then the folders, by renaming.
    """
    source = Path(source)
    if not source.is_file():
        raise BackupRefused(f"There is no file {source}.")
    tool = databases.of()
    if not replace:
        _refuse_content(tool)
    settings.VAR.mkdir(mode=0o750, parents=True, exist_ok=True)
    with (
        _one_sentence("The backup could not be restored"),
        tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.VAR) as name,
    ):
        folder = Path(name)
        manifest = archive.unpack(source, folder)
        _refuse_other_version(manifest, tool)
        tool.restore(folder / archive.DATABASE)
        same_installation = manifest["key"] == _key_mark(_key_now())
        for name, root in _folders().items():
            if name == "pageviews" and same_installation:
                _add_journals(folder / name, root)
            else:
                _exchange(folder / name, root, folder / f"old-{name}")
        if (folder / archive.KEY).is_file():
            shutil.move(folder / archive.KEY, _key_file())
    return manifest, _differences(manifest)


@contextlib.contextmanager
def _one_sentence(beginning):
    try:
        yield
    except OSError as error:
        raise BackupRefused(f"{beginning}: {error.strerror or error}.") from error


def _folders():
    journals = settings.PORTAL_PAGEVIEWS_JOURNAL
    folders = {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}
    return folders | ({"pageviews": Path(journals)} if journals else {})


def _files(root, name):
    wanted = "*.jnl" if name == "pageviews" else "*"
    for path in sorted(root.rglob(wanted)):
        left_out = path.relative_to(root).parts[0] == LEFT_OUT.get(name)
        if path.is_file() and not path.is_symlink() and not left_out:
            yield path


def _key_file():
    return settings.VAR / "secret-key"


def _facts(tool):
    return {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": tool.kind,
        "migrations": sorted(_applied_migrations()),
        "address": settings.PORTAL_BASE_URL,
        "time_zone": settings.TIME_ZONE,
        "variables": settings.PORTAL_VARIABLES,
        "key": _key_mark(settings.SECRET_KEY),
    }


def _key_mark(key):
    """Tells whether two keys are the same, and not what they are."""
    return salted_hmac("portal.backup", "key", secret=key, algorithm="sha256").hexdigest()[:16]


def _known_migrations():
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _applied_migrations():
    return {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}


def _refuse_content(tool):
    if not tool.is_empty():
        raise BackupRefused(
            "The database is not empty. Nothing was restored; to replace what is there, "
            "stop the portal and add --replace."
        )
    for name, root in _folders().items():
        if next(_files(root, name), None):
            raise BackupRefused(
                f"The folder {root} is not empty. Nothing was restored; to replace what is there, "
                "stop the portal and add --replace."
            )


def _refuse_other_version(manifest, tool):
    if manifest.get("format") != FORMAT:
        raise BackupRefused("The backup has a format that this version does not know.")
    theirs, ours = set(manifest["migrations"]), _known_migrations()
    if theirs != ours:
        odd = min(theirs ^ ours)
        age = "a newer" if theirs - ours else "an older"
        raise BackupRefused(
            f"The backup was made by {age} version of the portal (they differ in {odd}): "
            "check out that version, restore with it, then upgrade."
        )
    if manifest["database"] != tool.kind:
        raise BackupRefused(
            f"The backup holds a database of the kind {manifest['database']} and DATABASE_URL "
            f"names one of the kind {tool.kind}."
        )


def _exchange(new, root, old):
    """Put ``new`` in the place of ``root``; what was there goes when all is done."""
    new.mkdir(exist_ok=True)
    if root.exists():
        shutil.move(root, old)
    root.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(new, root)
    root.chmod(0o750)


def _add_journals(new, root):
    """Those of the backup, beside those here: they hold what was seen since, to be counted again.

    A journal only grows, so of two with one name the longer holds both.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in _files(new, "pageviews"):
        here = root / path.name
        if not here.exists() or here.stat().st_size < path.stat().st_size:
            shutil.move(path, here)


def _differences(manifest):
    """What is set otherwise here than where the backup was made."""
    notes = []
    if unset := sorted(set(manifest["variables"]) - set(settings.PORTAL_VARIABLES)):
        notes.append(f"Set where the backup was made, and not here: {', '.join(unset)}.")
    for name, ours in (("address", settings.PORTAL_BASE_URL), ("time_zone", settings.TIME_ZONE)):
        if manifest[name] != ours:
            notes.append(f"The {name.replace('_', ' ')} was {manifest[name]} and is {ours}.")
    if manifest["key"] != _key_mark(_key_now()):
        notes.append(
            "PORTAL_SECRET_KEY is another one: links in letters to readers and partners no longer "
            "work unless the former key stands in PORTAL_OLD_SECRET_KEYS."
        )
    return notes


def _key_now():
    """The restored key counts where the environment names none."""
    if "PORTAL_SECRET_KEY" in settings.PORTAL_VARIABLES or not _key_file().is_file():
        return settings.SECRET_KEY
    return _key_file().read_text().strip()
