"""The person who restores the portal at night: one archive, one command, the same portal."""

import hashlib
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from portal.backup import databases, services
from tests.portal.test_commands import KEY, ROOT, environment

# What an office has, in a form that two portals can be compared by.
PORTRAIT = """
import hashlib, json
from django.apps import apps
from django.test import Client
left_out = {"pageviews.Salt", "pageviews.Seen", "sessions.Session"}
models = [m for m in apps.get_models() if m._meta.label not in left_out]
paths = ["", "news/", "events/", "partners/", "agreements/", "search/?q=Nanjing"]
pages = {
    f"/{code}/{path}": Client(SERVER_NAME="127.0.0.1").get(f"/{code}/{path}")
    for code in ("en", "zh-hans") for path in paths
}
assert all(answer.status_code == 200 for answer in pages.values())
print(json.dumps({
    "rows": {m._meta.label: m._base_manager.count() for m in models},
    "pages": {path: hashlib.sha256(a.content).hexdigest() for path, a in pages.items()},
}, sort_keys=True))
"""

ADDRESS = {"PORTAL_BASE_URL": "http://127.0.0.1:8000"}


def manage(environment, *arguments):
    # The language-neutral static addresses: nothing is collected here.
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment | {"PORTAL_DEBUG": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def portrait(environment):
    return json.loads(manage(environment, "shell", "-v0", "-c", PORTRAIT).splitlines()[-1])


def files(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def another_database(name):
    """Variables that name an empty database of the kind under test."""
    if connection.vendor == "sqlite":
        yield {}
        return
    known = connection.settings_dict
    address = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"]}
    server = psycopg2.connect(**address, password=known["PASSWORD"], dbname="postgres")
    server.autocommit = True
    with closing(server), server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        try:
            login = f"{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}"
            yield {"DATABASE_URL": f"postgresql://{login}/{name}"}
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def archive(db, tmp_path, settings):
    """A backup of the portal under test, which holds no content but one picture."""
    settings.VAR = tmp_path / "var"
    settings.MEDIA_ROOT = settings.VAR / "media"
    settings.PRIVATE_ROOT = settings.VAR / "private"
    settings.PORTAL_PAGEVIEWS_JOURNAL = settings.VAR / "pageviews"
    picture = settings.MEDIA_ROOT / "originals" / "a.jpg"
    picture.parent.mkdir(parents=True)
    # Cannot be compressed away.
    picture.write_bytes(os.urandom(200_000))
    return tmp_path / "backup.tar.gz"


@pytest.fixture
def without_database(monkeypatch):
    """The test's own database stays as it is: only the files are the question."""
    monkeypatch.setattr(databases.Sqlite, "dump", lambda self, target: target.write_bytes(b"rows"))
    monkeypatch.setattr(databases.Postgres, "dump", databases.Sqlite.dump)
    restored = []
    for tool in (databases.Sqlite, databases.Postgres):
        monkeypatch.setattr(tool, "restore", lambda self, source: restored.append(source))
        monkeypatch.setattr(tool, "is_empty", lambda self: True)
    return restored


@pytest.mark.django_db
def test_drill_an_empty_machine_and_one_command_give_the_same_portal(tmp_path):
    with another_database("drill_lost") as lost, another_database("drill_new") as new:
        (tmp_path / "old").mkdir()
        old_machine = environment(tmp_path / "old", **KEY, **ADDRESS, **lost)
        manage(old_machine, "migrate", "-v0")
        manage(old_machine, "load_demo")
        names = ("media/originals/a.jpg", "private/agreements/a.pdf", "pageviews/2026010100-00.jnl")
        for name in names:
            path = tmp_path / "old" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        (tmp_path / "old" / "secret-key").write_text(KEY["PORTAL_SECRET_KEY"])
        before = portrait(old_machine)
        archive = str(tmp_path / "office.tar.gz")
        manage(old_machine, "backup", archive)

        # No key in the environment: the backup brings it.
        new_machine = environment(tmp_path / "new", **ADDRESS, **new)
        said = manage(new_machine, "restore", archive)

        assert "Restored the backup" in said
        assert portrait(new_machine) == before
    kept = {*names, "secret-key"}
    old_files, new_files = files(tmp_path / "old"), files(tmp_path / "new")
    assert {name: old_files[name] for name in kept} == {name: new_files[name] for name in kept}
    assert before["rows"]["news.Release"] > 0
    assert (tmp_path / "office.tar.gz").stat().st_mode & 0o777 == 0o600


def test_nothing_in_a_backup_recognises_a_visitor_or_opens_a_session(tmp_path):
    live = tmp_path / "live.sqlite3"
    with closing(sqlite3.connect(live)) as database:
        for table in databases.LEFT_OUT:
            database.execute(f"CREATE TABLE {table} (secret)")
            database.execute(f"INSERT INTO {table} VALUES ('recognisable')")
        database.execute("CREATE TABLE kept (text)")
        database.execute("INSERT INTO kept VALUES ('a release')")
        database.commit()

    class Connection:
        vendor = "sqlite"
        settings_dict = {"NAME": str(live)}

    copy = tmp_path / "copy"
    databases.of(Connection).dump(copy)
    assert b"a release" in copy.read_bytes()
    assert b"recognisable" not in copy.read_bytes()


def test_a_full_disk_leaves_nothing_behind(archive, without_database):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limit[1]))
    try:
        with pytest.raises(CommandError, match="could not be written"):
            call_command("backup", archive)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert [path.name for path in archive.parent.iterdir()] == ["var"]


def test_an_existing_file_is_not_overwritten(archive, without_database):
    archive.write_text("yesterday's backup")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", archive)
    assert archive.read_text() == "yesterday's backup"


def test_what_is_made_again_or_waits_to_be_imported_is_not_in_it(archive, without_database):
    for path in (
        settings.MEDIA_ROOT / "renditions" / "a" / "b.avif",
        settings.PRIVATE_ROOT / "imports" / "a.csv",
    ):
        path.parent.mkdir(parents=True)
        path.write_text("small")
    services.back_up(target=archive)
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["database", "media/originals/a.jpg", "manifest.json"]


def test_content_that_is_there_is_replaced_only_when_told(archive, without_database):
    services.back_up(target=archive)
    wanted = (settings.MEDIA_ROOT / "originals" / "a.jpg").read_bytes()
    (settings.MEDIA_ROOT / "originals" / "a.jpg").write_bytes(b"newer")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", archive)
    assert not without_database
    call_command("restore", archive, replace=True)
    assert (settings.MEDIA_ROOT / "originals" / "a.jpg").read_bytes() == wanted
    assert len(without_database) == 1
    assert not list(settings.VAR.glob(".restore-*"))


def changed(archive, change):
    """The archive again, with its manifest changed."""
    with tarfile.open(archive) as tar:
        contents = {entry.name: tar.extractfile(entry).read() for entry in tar}
    manifest = json.loads(contents["manifest.json"])
    change(manifest, contents)
    contents["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in contents.items():
            path = archive.with_name("member")
            path.write_bytes(content)
            tar.add(path, name)


def a_newer_version(manifest, contents):
    manifest["migrations"].append("news.9999_from_the_future")


def an_older_version(manifest, contents):
    manifest["migrations"].pop()


def another_kind(manifest, contents):
    manifest["database"] = "papyrus"


def another_format(manifest, contents):
    manifest["format"] = 99


def a_flipped_bit(manifest, contents):
    contents["media/originals/a.jpg"] += b"x"


def a_missing_picture(manifest, contents):
    del contents["media/originals/a.jpg"]


def a_way_out(manifest, contents):
    contents["media/../../../escaped"] = b""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (a_newer_version, "made by a newer version"),
        (an_older_version, "made by an older version"),
        (another_kind, "of the kind papyrus"),
        (another_format, "a format that this version does not know"),
        (a_flipped_bit, "damaged"),
        (a_missing_picture, "damaged"),
        (a_way_out, "not a whole backup"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_touched(
    archive, without_database, change, sentence
):
    services.back_up(target=archive)
    changed(archive, change)
    kept = (settings.MEDIA_ROOT / "originals" / "a.jpg").read_bytes()
    with pytest.raises(CommandError, match=sentence):
        call_command("restore", archive, replace=True)
    assert not without_database
    assert (settings.MEDIA_ROOT / "originals" / "a.jpg").read_bytes() == kept
    assert not list(settings.VAR.glob(".restore-*"))


@pytest.mark.parametrize("content", [b"", b"not an archive"])
def test_a_file_that_is_no_backup_is_refused(archive, without_database, content):
    archive.write_bytes(content)
    with pytest.raises(CommandError, match="not a whole backup"):
        call_command("restore", archive, replace=True)


def test_an_archive_that_was_cut_off_is_refused(archive, without_database):
    services.back_up(target=archive)
    archive.write_bytes(archive.read_bytes()[:-5000])
    with pytest.raises(CommandError, match="not a whole backup"):
        call_command("restore", archive, replace=True)


def test_an_archive_that_was_damaged_within_is_refused(archive, without_database):
    services.back_up(target=archive)
    content = bytearray(archive.read_bytes())
    content[50_000:150_000] = b"\xff" * 100_000
    archive.write_bytes(content)
    with pytest.raises(CommandError, match="not a whole backup"):
        call_command("restore", archive, replace=True)


def test_documents_of_agreements_come_back(archive, without_database):
    """They lie apart from what the web server shows, so apart from the pictures."""
    path = settings.PRIVATE_ROOT / "agreements" / "a.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF signed")
    services.back_up(target=archive)
    path.write_bytes(b"something else")
    call_command("restore", archive, replace=True)
    assert path.read_bytes() == b"%PDF signed"


def test_missing_programs_of_postgresql_are_named(monkeypatch):
    monkeypatch.setattr(databases.shutil, "which", lambda name: None)
    with pytest.raises(databases.BackupRefused, match="apt-get install postgresql-client"):
        databases.Postgres(connection)._run("pg_dump")


def test_a_password_with_every_odd_character_reaches_postgresql(tmp_path):
    class Connection:
        def get_connection_params(self):
            return {"host": "h", "dbname": "it's", "password": r"a:b\c"}

    with databases.Postgres(Connection())._address() as address:
        parts = dict(part.split("=", 1) for part in address.split(" "))
        assert parts["dbname"] == r"'it\'s'"
        assert Path(parts["passfile"].strip("'")).read_text() == "*:*:*:*:" + r"a\:b\\c" + "\n"
