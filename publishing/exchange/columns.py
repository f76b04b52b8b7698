"""Columns of a file: how a cell or a JSON value is read, and how it is written again.

``read`` raises ValueError with a translated sentence. What it gives compares equal to what the
record on file gives wherever nothing would change.
"""

import difflib
from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from publishing.editorial.dates import PartialDate
from publishing.editorial.languages import CODES
from publishing.exchange.cells import joined, split

_YES = {"yes", "true", "1", "y", "x", "是"}
_NO = {"no", "false", "0", "n", "", "否"}


def likely(word: str, known: Iterable[str]) -> str:
    """The sentence that asks whether another word was meant, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return _("Did you mean “%(word)s”?") % {"word": close[0]} if close else ""


def unknown(word: str, known: Iterable[str]) -> ValueError:
    sentence = _("“%(word)s” is not known here.") % {"word": word[:80]}
    return ValueError(" ".join(filter(None, [sentence, likely(word, known)])))


class Text:
    default = ""

    def __init__(self, name):
        self.name = name

    def read(self, given):
        if given is None:
            return self.default
        if isinstance(given, bool | list | dict):
            raise ValueError(_("A text belongs here."))
        return tidy(str(given))

    def text(self, value) -> str:
        return value

    def json(self, value):
        return value


def tidy(text) -> str:
    """As records are compared: without space around, with plain line breaks."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class Date(Text):
    """A date known in full or in part; ``full`` asks for the day."""

    def __init__(self, name, *, full=False):
        super().__init__(name)
        self.full = full

    def read(self, given):
        text = super().read(given)
        if not text:
            return ""
        try:
            date = PartialDate.parse(text)
        except ValueError:
            date = None
        if date is None or (self.full and not date.day):
            example = "2020-09-25" if self.full else _("2020-09-25, 2020-09 or 2020")
            wanted = _("“%(date)s” is no date that can be read here: write %(example)s.")
            raise ValueError(wanted % {"date": text[:40], "example": example})
        return str(date)


class Flag(Text):
    def __init__(self, name, *, default=False):
        super().__init__(name)
        self.default = default

    def read(self, given):
        if given is None or given == "":
            return self.default
        word = str(given).strip().casefold()
        if word not in _YES | _NO:
            raise ValueError(_("“%(word)s”: write yes or no.") % {"word": word[:40]})
        return word in _YES

    def text(self, value):
        return "yes" if value else "no"


class Number(Text):
    default = None

    def read(self, given):
        text = super().read(given)
        if text in ("", None):
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValueError(_("“%(word)s” is no number.") % {"word": text[:40]})
        return int(text)

    def text(self, value):
        return "" if value is None else str(value)


class Choice(Text):
    """One of a model's choices, by its value or by its name in either language."""

    def __init__(self, name, choices, *, default=""):
        super().__init__(name)
        self.choices, self.default = choices, default

    def read(self, given):
        text = super().read(given)
        if not text:
            return self.default
        values = {str(value): value for value, _label in self.choices}
        found = values.get(text) or self._named().get(text.casefold())
        if found is None:
            raise unknown(text, values)
        return str(found)

    def _named(self):
        named = {}
        for code in CODES:
            with translation.override(code):
                named |= {str(label).casefold(): str(value) for value, label in self.choices}
        return named


class Words(Text):
    """Several codes, of those ``known`` where they are; their order says nothing."""

    def __init__(self, name, known=None):
        super().__init__(name)
        self.known = known

    @property
    def default(self):
        return []

    def read(self, given):
        if isinstance(given, list):
            words = {tidy(str(word)) for word in given} - {""}
        else:
            words = {tidy(word) for word in (given or "").split(";")} - {""}
        if self.known is not None and (strange := sorted(words - set(self.known))):
            raise unknown(strange[0], self.known)
        return sorted(words)

    def text(self, value):
        return "; ".join(value)


class Rows(Text):
    """A list of records. ``ordered``: their order says something."""

    def __init__(self, name, *parts, ordered=False):
        super().__init__(name)
        self.parts, self.ordered = parts, ordered

    @property
    def default(self):
        return []

    def read(self, given):
        if given in (None, ""):
            return []
        if isinstance(given, str):
            records = [self._named(record) for record in split(given)]
        elif isinstance(given, list) and all(isinstance(one, dict) for one in given):
            records = given
        else:
            raise ValueError(_("A list of records belongs here."))
        return self.arranged([self._read(number, one) for number, one in enumerate(records, 1)])

    def arranged(self, records):
        if self.ordered:
            return records
        return sorted(records, key=lambda one: [str(one[part.name]) for part in self.parts])

    def _named(self, record):
        if len(record) > len(self.parts):
            names = "|".join(part.name for part in self.parts)
            raise ValueError(_("More parts than there are: %(parts)s.") % {"parts": names})
        return {part.name: text for part, text in zip(self.parts, record, strict=False)}

    def _read(self, number, record):
        known = {part.name: part for part in self.parts}
        if strange := [name for name in record if name not in known]:
            raise unknown(strange[0], known)
        found = {}
        for name, part in known.items():
            try:
                found[name] = part.read(record.get(name))
            except ValueError as error:
                place = _("%(number)d. entry, %(part)s: %(sentence)s")
                raise ValueError(
                    place % {"number": number, "part": name, "sentence": error}
                ) from None
        return found

    def text(self, value):
        return joined(
            ["" if one[p.name] == p.default else p.text(one[p.name]) for p in self.parts]
            for one in value
        )

    def json(self, value):
        return [
            {p.name: p.json(one[p.name]) for p in self.parts if one[p.name] != p.default}
            for one in value
        ]
