"""How well a name answers what a reader typed, from 0 to 100.

The database only proposes; the order of the directory is made here, the same on both databases.
"""

import itertools

from rapidfuzz import fuzz

from publishing.search.analyzer import NAME_CONNECTORS, content_runs, key, plain_word

# How readers shorten words of names, and the two spellings of one word.
WRITTEN_OUT = {
    "univ": ("university", "universitat", "universite", "universidad"),
    "uni": ("university", "universitat", "universite", "universidad"),
    "inst": ("institute", "institution"),
    "tech": ("technology", "technological", "technical"),
    "lab": ("laboratory",),
    "labs": ("laboratories",),
    "coll": ("college",),
    "acad": ("academy",),
    "sci": ("science", "sciences"),
    "natl": ("national",),
    "intl": ("international",),
    "dept": ("department",),
    "gov": ("government",),
    "govt": ("government",),
    "corp": ("corporation",),
    "co": ("company",),
    "centre": ("center",),
    "center": ("centre",),
}

# Words that begin no other: asking for them as beginnings would walk half the directory twice.
WHOLE_WORDS = frozenset(word for words in WRITTEN_OUT.values() for word in words)

ROLE_WEIGHTS = {"abbreviation": 0.985, "alias": 0.98, "as_signed": 0.96, "former": 0.94}


def spellings_of(word):
    """A word of the query, what it may be short for, and its singular."""
    singular = ()
    if word.isascii() and word.isalpha() and len(word) > 4 and word.endswith("s"):
        singular = (word[:-3] + "y" if word.endswith("ies") else word[:-1],)
    return (word, *WRITTEN_OUT.get(word, ()), *singular)


class Likeness:
    """Judges names against one query."""

    def __init__(self, query):
        runs = content_runs(query, NAME_CONNECTORS)
        self.parts = [
            (run.text,) if run.dense else spellings_of(plain_word(run.text)) for run in runs
        ]
        self.keys = self._keys(query)
        self.latin = "" if any(run.dense for run in query.runs) else key(query.folded)
        self.dense = "".join(run.text for run in query.runs if run.dense)

    @staticmethod
    def _keys(query):
        """The typed name and, word for word, the ways to write it out."""
        choices = [
            (run.text,) if run.dense else spellings_of(plain_word(run.text))[:3]
            for run in query.runs
        ]
        written = itertools.islice(itertools.product(*choices), 9)
        return tuple(dict.fromkeys(key(" ".join(words)) for words in written))

    def of(self, name, places):
        """The likeness of one SearchName, with its role weighed in."""
        best = max(self._spelling(name, typed) for typed in self.keys)
        best = max(best, self._reading(name), self._parts(name, places))
        return best * ROLE_WEIGHTS.get(name.role, 1)

    def together(self, names):
        """Parts that stand in different names of one entry, as in "dong nan university"."""
        if len(self.parts) < 2:
            return 0
        texts = [text for name in names for text in (name.key, name.reading.replace(" ", ""))]
        length = whole = 0
        for choices in self.parts:
            found = [(len(text), len(c)) for c in choices for text in texts if c in text]
            if not found:
                return 0
            shortest = min(found)
            whole, length = whole + shortest[0], length + shortest[1]
        return 60 + 6 * length / whole

    def is_place(self, places):
        return any(typed in places for typed in self.keys)

    def _spelling(self, name, typed):
        if not typed:
            return 0
        if name.key == typed:
            return 100
        share = min(1, len(typed) / len(name.key))
        if name.key.startswith(typed):
            return 78 + 14 * share
        if name.acronym == typed:
            return 90
        if typed in name.key:
            return 66 + 12 * share
        alike = max(fuzz.ratio(typed, name.key), fuzz.partial_ratio(typed, name.key) - 8)
        return max(0.62 * alike, self._in_order(name.key, typed))

    def _in_order(self, name, typed):
        """南理工 for 南京理工大学: the characters in this order, others between them."""
        if len(self.dense) < 2 or typed != self.dense:
            return 0
        rest = iter(name)
        return 50 + 16 * len(typed) / len(name) if all(c in rest for c in typed) else 0

    def _reading(self, name):
        if len(self.latin) < 3 or not name.reading:
            return 0
        syllables = name.reading.split()
        best = 0
        for spelled in {name.reading, name.reading.replace("v", "u")}:
            joined = spelled.replace(" ", "")
            share = min(1, len(self.latin) / len(joined))
            if joined == self.latin:
                return 95
            if joined.startswith(self.latin):
                best = max(best, 74 + 14 * share)
            elif any(rest.startswith(self.latin) for rest in _rests(spelled)):
                best = max(best, 60 + 12 * share)
        initials = "".join(syllable[0] for syllable in syllables)
        if initials == self.latin:
            return max(best, 93)
        if initials.startswith(self.latin):
            return max(best, 72 + 14 * len(self.latin) / len(initials))
        return best

    def _parts(self, name, places):
        """Every part of the query in the name, or some of them only in its place."""
        reading = name.reading.replace(" ", "")
        length = in_names = 0
        for choices in self.parts:
            if part := next((c for c in choices if c in name.key or c in reading), None):
                in_names += 1
            elif not (part := next((c for c in choices if any(c in p for p in places)), None)):
                return 0
            length += len(part)
        share = min(1, length / len(name.key))
        if in_names == len(self.parts):
            return 64 + 12 * share
        return 56 + 12 * in_names / len(self.parts)


def _rests(reading):
    syllables = reading.split()
    return ("".join(syllables[start:]) for start in range(1, len(syllables)))
