"""Writes the table of Han variants that the analyzer folds by; run when OpenCC is raised.

OpenCC stands in tests/requirements.txt: a portal that runs only reads the table.
"""

from unicodedata import normalize

import opencc
from django.core.management.base import BaseCommand

from publishing.search.han import TABLE_FILE

HAN_BLOCKS = [
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2EBEF),
    (0x30000, 0x323AF),
]
# Traditional first; then the regional standards and Japanese forms, each by way of traditional.
STEPS = [("t2s",), ("tw2t", "t2s"), ("hk2t", "t2s"), ("jp2t", "t2s")]


def build_table():
    """Every Han character that is not its own simplified form, with that form."""
    converters = {name: opencc.OpenCC(name) for step in STEPS for name in step}

    def simplified(character):
        for step in STEPS:
            result = character
            for name in step:
                result = normalize("NFKC", converters[name].convert(result))
            if result != character and len(result) == 1:
                return result
        return character

    def settled(character):
        """Follows the conversions to their end; characters in a ring share the smallest."""
        seen = [character]
        while (following := simplified(seen[-1])) != seen[-1]:
            if following in seen:
                return min(seen[seen.index(following) :])
            seen.append(following)
        return seen[-1]

    every = (chr(code) for first, last in HAN_BLOCKS for code in range(first, last + 1))
    table = {character: settled(character) for character in every}
    return {character: target for character, target in table.items() if character != target}


class Command(BaseCommand):
    help = "Rebuild the table of traditional, regional and Japanese forms of Han characters."

    def handle(self, **options):
        table = build_table()
        TABLE_FILE.write_text(f"{''.join(table)}\n{''.join(table.values())}\n", encoding="utf-8")
        self.stdout.write(f"{len(table)} characters")
