"""Copies of a running database, and the way back, for both kinds.

What only serves to recognise a visitor of the last two days is left out (the key of their hashes,
their last clicks), and so are sessions: a backup in wrong hands opens none.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from django.db import connections

from portal.backup.exceptions import BackupRefused

LEFT_OUT = ("pageviews_salt", "pageviews_seen", "django_session", "usersessions_usersession")


def of(connection=None):
    """The tool for the portal's database."""
    connection = connection or connections["default"]
    kinds = {"sqlite": Sqlite, "postgresql": Postgres}
    return kinds[connection.vendor](connection)


class Sqlite:
    kind = "sqlite"

    def __init__(self, connection):
        self.path = Path(connection.settings_dict["NAME"])

    def is_empty(self):
        return not self.path.exists() or not self.path.stat().st_size

    def dump(self, target: Path):
        """SQLite's own copy of a running database, in one piece."""
        with _opened(f"file:{_quoted(self.path)}?mode=ro") as live, _opened(target) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
            for table in tables.intersection(LEFT_OUT):
                copy.execute(f"DELETE FROM {table}")
            copy.commit()
            # What was deleted would still lie in free pages.
            copy.execute("VACUUM")

    def restore(self, source: Path):
        with _opened(f"file:{_quoted(source)}?mode=ro") as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupRefused("The database in the backup is damaged.")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            made = not self.path.exists()
            with _opened(self.path) as live:
                copy.backup(live)
            if made:
                self.path.chmod(0o640)


def _quoted(path):
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


@contextlib.contextmanager
def _opened(name):
    connection = sqlite3.connect(str(name), timeout=20, uri=str(name).startswith("file:"))
    try:
        yield connection
    finally:
        connection.close()


class Postgres:
    kind = "postgresql"

    def __init__(self, connection):
        self.connection = connection

    def is_empty(self):
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace "
                "WHERE relkind IN ('r', 'p') AND nspname = current_schema()"
            )
            return cursor.fetchone()[0] == 0

    def dump(self, target: Path):
        data = [f"--exclude-table-data={table}" for table in LEFT_OUT]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
        self._run("pg_dump", *options, *data)

    def restore(self, source: Path):
        options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        if not self.is_empty():
            options += ["--clean", "--if-exists"]
        # A connection of ours that still reads would make it wait for ever.
        self.connection.close()
        self._run("pg_restore", *options, str(source))

    def _run(self, program, *options):
        path = shutil.which(program)
        if path is None:
            raise BackupRefused(
                f"{program} is missing: apt-get install postgresql-client, of the server's "
                "version or newer."
            )
        with self._address() as address:
            command = [path, f"--dbname={address}", "--no-password", *options]
            result = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
            )
        if result.returncode:
            said = result.stderr.strip().splitlines() or ["no reason given"]
            raise BackupRefused(said[0])

    @contextlib.contextmanager
    def _address(self):
        """A connection string. The password goes through a file that only we can read."""
        known = self.connection.get_connection_params()
        names = ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "connect_timeout")
        parts = {name: str(known[name]) for name in names if known.get(name)}
        with tempfile.NamedTemporaryFile("w", prefix="portal-") as file:
            if password := known.get("password"):
                file.write("*:*:*:*:" + password.replace("\\", r"\\").replace(":", r"\:") + "\n")
                file.flush()
                os.chmod(file.name, 0o600)
                parts["passfile"] = file.name
            yield " ".join(f"{name}='{_escaped(text)}'" for name, text in parts.items())


def _escaped(text):
    return text.replace("\\", r"\\").replace("'", r"\'")
