"""Reads the files of the demonstration content."""

import re
import tomllib
from functools import cache
from pathlib import Path

from partners.basics import bilingual

DATA = Path(__file__).parent / "data"

_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def read(name: str) -> dict:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def rows(kind: str) -> list[dict]:
    """The entries of one kind: ``institution`` is kept in ``institutions.toml``."""
    return read(f"{kind}s")[kind]


def values(entry: dict, *names: str) -> dict:
    """Columns for ``names``, as far as the entry has them; a table of texts fills one each."""
    columns = {}
    for name in names:
        if isinstance(entry.get(name), dict):
            columns |= bilingual(name, entry[name])
        elif name in entry:
            columns[name] = entry[name]
    return columns


def body(slug: str) -> dict:
    """The long text of an item in both languages."""
    return bilingual(
        "body",
        {
            key: (DATA / "texts" / f"{slug}.{language}.html").read_text(encoding="utf-8")
            for key, language in (("en", "en"), ("zh", "zh-hans"))
        },
    )


def other_names(entry: dict) -> list[dict]:
    """Abbreviations and aliases of an institution, each with its language."""
    return [
        {"text": text, "kind": kind, "lang": "zh-Hans" if _HAN.search(text) else "en"}
        for key, kind in (("abbreviations", "abbreviation"), ("aliases", "alias"))
        for text in entry.get(key, [])
    ]


def settings() -> dict:
    """Columns of the site settings, without the two cities."""
    entry = read("site")["settings"]
    return values(entry, "since", "name", "tagline", "hero_title", "hero_text", "footer_line")
