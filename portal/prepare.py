"""The second half of `make run`: what needs the installed packages, in one process.

Brings the database, the collected static files and the first login to the state that this
version of the portal expects. Every step looks first, so that a second start takes seconds.
Run it as ``python -m portal.prepare``; it ends with one sentence where it cannot go on.
"""

import hashlib
import os
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

# How long libpq may wait for a server that does not answer.
os.environ.setdefault("PGCONNECT_TIMEOUT", "10")


def say(text):
    print(text, flush=True)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018  reading one setting loads them all
    except (ImproperlyConfigured, ValueError) as error:
        sys.exit(f"The settings cannot be used: {one_line(error)}")
    try:
        django.setup()
        connection.ensure_connection()
        migrate()
        collect_static()
        load_demonstration()
        call_command("ensure_admin")
    except DatabaseError as error:
        name = "named by DATABASE_URL" if os.environ.get("DATABASE_URL") else "in the data folder"
        sys.exit(f"The database {name} cannot be used: {one_line(error)}")
    except (CommandError, OSError) as error:
        sys.exit(one_line(error))


def one_line(error):
    """The first line of an error; PostgreSQL adds hints below it."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def migrate():
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if steps:
        say(f"Preparing the database ({steps} steps) …")
        call_command("migrate", interactive=False, verbosity=0)


def collect_static():
    """Collect, fingerprint and compress; skipped while no source file has changed."""
    stamp = settings.VAR / "static.stamp"
    state = static_state()
    if settings.STATIC_ROOT.is_dir() and stamp.is_file() and stamp.read_text() == state:
        return
    say("Collecting and compressing static files …")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def static_state():
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            file = os.stat(storage.path(path))
            digest.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_demonstration():
    """Only before the first login exists: an office that was emptied on purpose stays empty."""
    from django.contrib.auth import get_user_model

    if os.environ.get("DEMO", "1") == "0" or get_user_model().objects.exists():
        return
    say("Loading the demonstration content …")
    call_command("load_demo")


if __name__ == "__main__":
    main()
