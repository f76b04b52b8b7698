"""What `make test-next` does: the tests with the next Django, on a newer Python, SQLite.

`make test-next PYTHON=python3.13` makes `.venv-next`, installs what pyproject.toml asks for with
Django replaced by the newest 6.x, and runs the suite there. The locks are not touched and nothing
is promised: the last lines say what breaks. Arguments are handed to pytest.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from portal import launch  # noqa: E402
from tests import suite  # noqa: E402

NEXT_DJANGO = "django>=6.0,<7"
OLDEST_PYTHON = (3, 12)
VENV = ROOT / ".venv-next"
# The launcher makes and uses `.venv`, with the locked versions.
NEEDS_VENV = "tests/portal/test_commands.py"


def main(arguments):
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise launch.Refusal(
                f"Django 6 needs Python 3.12 or newer and this is {sys.version.split()[0]}: "
                "name one with PYTHON=, as in `make test-next PYTHON=python3.13`."
            )
        install()
        return run(arguments)
    except launch.Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


def install():
    if not (VENV / "bin" / "python").exists():
        launch.run_quietly([sys.executable, "-m", "venv", "--clear", str(VENV)], "made")
    print(f"Installing the packages of pyproject.toml with {NEXT_DJANGO} …", flush=True)
    launch.run_quietly(
        [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
        + ["--disable-pip-version-check", "--upgrade", *requirements()],
        "filled",
    )


def requirements():
    import tomllib

    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    asked = [line for line in groups["runtime"] + groups["test"] if not line.startswith("django==")]
    return [NEXT_DJANGO, *asked]


def run(arguments):
    python = VENV / "bin" / "python"
    show = "import django, sys; print('Django', django.__version__, 'on Python', sys.version)"
    subprocess.call([python, "-c", show])
    command = [python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]
    command += ["--deselect", NEEDS_VENV, *arguments]
    return subprocess.call(command, cwd=ROOT, env=suite.clean_environment())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
