"""What `make licences` does: write docs/licences.md from what the packages say of themselves.

Runs with the packages installed. `tests/test_supply.py` holds the page to requirements.txt.
"""

import re
import sys
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
LOCKED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
# What these say of themselves is no name of a licence; read from their licence files.
READ_BY_HAND = {"crawler-user-agents": "MIT", "fido2": "BSD-2-Clause (parts Apache-2.0, MPL-2.0)"}

INTRODUCTION = """# Licences

What the portal is installed with, made by `make licences` from the packages' own metadata. All may
be used, changed and passed on together; psycopg2 (LGPL) and certifi (MPL) are used unchanged.

"""
ENCLOSED = """
## Enclosed in the repository

| What | Where | Licence |
|---|---|---|
| Figtree | `static/fonts/` | SIL Open Font License 1.1 |
| Baskervville | `static/fonts/` | SIL Open Font License 1.1 |
| htmx | `static/vendor/` | Zero-Clause BSD |
| Outlines of countries (Natural Earth) | `partners/data/` | public domain |
| Variants of Chinese characters, made with OpenCC | `publishing/search/` | Apache-2.0 |
"""


def locked(name="requirements.txt"):
    """[(package, version)] of a lock, in its order."""
    return LOCKED.findall((ROOT / name).read_text())


def page():
    rows = [f"| {name} | {version} | {licence(name)} |" for name, version in locked()]
    table = "\n".join(["| Package | Version | Licence |", "|---|---|---|", *rows])
    return f"{INTRODUCTION}{table}\n{ENCLOSED}"


def licence(name):
    """As an SPDX expression where the package gives one, else in its own words."""
    said = metadata(name)
    classes = [
        line.split(" :: ")[-1]
        for line in said.get_all("Classifier", [])
        if line.startswith("License ::")
    ]
    # Old packages put the whole text there.
    short = (said["License"] or "").strip()
    short = short if "\n" not in short and len(short) < 40 else ""
    found = READ_BY_HAND.get(name) or said["License-Expression"] or short or "; ".join(classes)
    if not found:
        raise SystemExit(f"{name} does not say its licence: read it and add it by hand.")
    return found


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.exit(0)
