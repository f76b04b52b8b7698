"""What `make raise` does: every exact pin of pyproject.toml becomes the newest version that fits.

Pins with a star (`django==5.2.*`) are decisions and stay. Run by the interpreter of `.venv/lock`,
in which pip-compile is installed; `make raise` then rewrites the locks and the list of licences.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
PIN = re.compile(r"(?P<name>[\w.-]+)(?P<extras>\[[\w,]+\])?==(?P<version>[\w.]+)")
COMPILE = ["--quiet", "--strip-extras", "--no-header", "--no-annotate", "--upgrade"]
COMPILE += ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-options"]


def main():
    text = PYPROJECT.read_text()
    groups = tomllib.loads(text)["dependency-groups"]
    newest = resolve([free(line) for group in groups.values() for line in group])
    for line in (line for group in groups.values() for line in group):
        pin = PIN.fullmatch(line)
        if pin and newest[canonical(pin["name"])] != pin["version"]:
            raised = f"{pin['name']}{pin['extras'] or ''}=={newest[canonical(pin['name'])]}"
            print(f"{line} -> {raised}")
            text = text.replace(f'"{line}"', f'"{raised}"')
    PYPROJECT.write_text(text)


def free(line):
    """The requirement without its exact version; a pin with a star as it is."""
    pin = PIN.fullmatch(line)
    return f"{pin['name']}{pin['extras'] or ''}" if pin else line


def resolve(requirements):
    """Newest versions that fit together, by canonical name."""
    done = subprocess.run(
        [sys.executable, "-m", "piptools", "compile", *COMPILE, "-o", "-", "-"],
        input="\n".join(requirements),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    pairs = (line.split("==") for line in done.stdout.splitlines() if "==" in line)
    return {canonical(name): version.strip() for name, version in pairs}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
