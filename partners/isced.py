"""Subjects by ISCED-F 2013 (UNESCO Institute for Statistics): broad, narrow, detailed fields."""

from pathlib import Path

from publishing.editorial import languages

_FILE = Path(__file__).parent / "data" / "isced.tsv"

# Code to its names by language.
FIELDS = {
    code: dict(zip(languages.CODES, names, strict=True))
    for code, *names in (line.split("\t") for line in _FILE.read_text("utf-8").splitlines())
}


def name(code: str, language: str) -> str:
    return FIELDS[code][language] if code in FIELDS else ""
