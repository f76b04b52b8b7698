"""What the bench needs and the portal does not, installed once under var/bench."""

import subprocess
import sys
from pathlib import Path

from bench.servers import BIN, ROOT
from portal import launch

FOLDER = ROOT / "var" / "bench"
GUNICORN = ["gunicorn==27.0.1"]
WAGTAIL = ["wagtail==8.0.1", "granian==2.8.7", "psycopg2-binary==2.9.13", "redis==8.1.0", *GUNICORN]
# It names an older Wagtail than it runs with.
WAGTAIL_CACHE = ["wagtail-cache==3.0.0"]


def gunicorn() -> dict:
    """The environment in which the portal's Python knows gunicorn."""
    folder = FOLDER / "gunicorn"
    if not folder.is_dir():
        pip([BIN / "python"], "--target", folder, *GUNICORN)
    return {"PYTHONPATH": str(folder)}


def wagtail() -> Path:
    """The programs of a virtual environment with Wagtail and its page cache."""
    programs = FOLDER / "wagtail" / "bin"
    stamp = FOLDER / "wagtail" / "installed"
    wanted = "\n".join([*WAGTAIL, *WAGTAIL_CACHE])
    if not stamp.is_file() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", FOLDER / "wagtail"], check=True)
        pip([programs / "python"], *WAGTAIL)
        pip([programs / "python"], "--no-deps", *WAGTAIL_CACHE)
        stamp.write_text(wanted)
    return programs


def pip(python, *arguments):
    command = [*python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    result = subprocess.run([*map(str, [*command, *arguments])], capture_output=True, text=True)
    if result.returncode:
        raise launch.Refusal(f"{arguments[-1]} could not be installed: {result.stderr[-300:]}")
