"""The server that the launcher starts, and the one that the handbook tells to set up."""

import re
from pathlib import Path

from django.conf import settings

from portal import launch


def test_the_unit_of_the_handbook_starts_the_server_as_the_launcher_does():
    text = Path(settings.BASE_DIR, "docs", "operation.md").read_text(encoding="utf-8")
    command = re.search(r"ExecStart=((?:.*\\\n)*.*)", text)[1].replace("\\\n", " ").split()
    assert command[1:4] == ["-m", "granian", "portal.wsgi:application"]
    wanted = launch.granian_options("127.0.0.1", 8000)
    assert options(command[4:]) == options(wanted)


def test_a_new_worker_has_time_to_start_before_the_old_one_stops():
    given = options(launch.granian_options("127.0.0.1", 8000))
    assert int(given["--respawn-interval"]) >= 10


def options(words):
    """Each option with its value, "" where it has none."""
    found, name = {}, ""
    for word in words:
        if word.startswith("--"):
            name = word
        found[name] = "" if word == name else word
    return found
