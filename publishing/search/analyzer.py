"""Turns text into the tokens that both databases store and match.

The rules are numbered in docs/search.md. Raise ANALYZER_VERSION with every change that gives
other tokens for the same text, and rebuild the index.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, normalize

from snowballstemmer import stemmer

from publishing.search.han import SIMPLIFIED

ANALYZER_VERSION = 1

QUERY_CHARACTERS = 120
QUERY_PARTS = 16
TOKEN_CHARACTERS = 64

APOSTROPHES = "‘’‛ʹʻʼʽʾʿˈ`´＇"
# The dot inside foreign names, as in 圣·安德鲁斯: readers leave it out.
INTERPUNCTS = "·‧・･"
LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"ħ": "h", "ŋ": "n", "ƶ": "z"}
    | dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(INTERPUNCTS, "")
)
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})

# Typing this letter gives z (rule 2), so no reader can ask for a token that starts with it.
MARKER = "ƶ"

# What joins the character before it: vowels and finals of Korean, voicing marks of kana.
JOINING = "\u1160-\u11ff\u3131-\u318e\ud7b0-\ud7fb\uffa0-\uffdc\u3099\u309a\uff9e\uff9f"
CLUSTER = re.compile(f".[{JOINING}]*", re.DOTALL)
JOINED = re.compile(f".[{JOINING}]+", re.DOTALL)

# Han, kana, bopomofo and hangul, extensions included: scripts written without spaces between words.
DENSE = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\U00020000-\U0003ffff"
)
RUN = re.compile(rf"([{DENSE}]+)|[^\W_{DENSE}]+(?:'[^\W_{DENSE}]+)*")

# fmt: off
STOP_WORDS = frozenset([
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "of", "on", "or",
    "that", "the", "to", "was", "were", "with",
])
# fmt: on
NAME_CONNECTORS = frozenset(["and", "at", "de", "for", "in", "la", "of", "the"])


@dataclass(frozen=True)
class Run:
    """A stretch of folded text in one script: a word, or characters written without spaces."""

    text: str
    dense: bool
    start: int
    end: int


def _fold_cluster(cluster):
    """Rules 1 to 4 for one character with what joins it; the same again changes nothing."""
    text = normalize("NFKC", normalize("NFKC", cluster).casefold())
    text = normalize("NFKC", text.translate(LETTERS).casefold())
    return "".join(map(_fold_character, text)).translate(LETTERS)


def _fold_character(character):
    kind = category(character)
    if kind in ("Cc", "Cf", "Cs"):
        return " " if character.isspace() else ""
    if "\u00c0" <= character <= "\u1fff":
        bare = "".join(c for c in normalize("NFD", character) if category(c)[0] != "M")
        return normalize("NFC", bare)
    return "" if kind[0] == "M" else character.translate(SIMPLIFIED)


class _FoldedCharacters(dict):
    """Remembers the folding of each character met, within a bound."""

    def __missing__(self, code):
        folded = _fold_cluster(chr(code))
        if len(self) < 50_000:
            self[code] = folded
        return folded


_folded = _FoldedCharacters()


def storable(text):
    """Without NUL, which is no text to PostgreSQL, and lone surrogates, none to any database."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def fold(text):
    """The text as it is compared: case, accents, width and variant characters levelled out."""
    return JOINED.sub(lambda match: normalize("NFKC", match[0]), text).translate(_folded)


def fold_with_origins(text):
    """The folded text, and for each of its characters the place in ``text`` it came from."""
    if JOINED.search(text) is None and all(len(_folded[ord(each)]) == 1 for each in set(text)):
        # Nearly every text: each character folds by itself, and to one.
        return text.translate(_folded), list(range(len(text)))
    pieces, origins = [], []
    for cluster in CLUSTER.finditer(text):
        piece = fold(cluster[0])
        pieces.append(piece)
        origins.extend([cluster.start()] * len(piece))
    return "".join(pieces), origins


def runs(folded):
    """The runs of a folded text, in order. A change of script ends a run."""
    for match in RUN.finditer(folded):
        yield Run(match[0], match[1] is not None, match.start(), match.end())


def words_with(folded, initials):
    """The words among its runs that begin with one of these letters."""
    for match in RUN.finditer(folded):
        if match[0][0] in initials and match[1] is None:
            yield Run(match[0], False, match.start(), match.end())


def key(text):
    """What two spellings of the same name share: no separators, no leading "the"."""
    words = [word.replace("'", "") for word in (run.text for run in runs(fold(text)))]
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return "".join(words)


def acronym(text):
    """The initials of a Latin name of three words or more, without its connectors."""
    words = [plain_word(run.text) for run in runs(fold(text)) if not run.dense]
    initials = "".join(word[0] for word in words if word and word not in NAME_CONNECTORS)
    return initials if 3 <= len(initials) <= 12 else ""


def pairs(text):
    """The overlapping pairs of a dense run: two characters find what contains them."""
    return [_short(text[i : i + 2]) for i in range(len(text) - 1)]


def dense_tokens(text):
    """Rule 6: pairs and the last character, so that every character begins some token."""
    return [*pairs(text), text[-1]]


def plain_word(word):
    """Rule 5: no possessive ending, no apostrophes."""
    return _short(word.removesuffix("'s").replace("'", ""))


@lru_cache(maxsize=65_536)
def stem(word):
    """The English stem of an ASCII word of more than three letters; other words as they are."""
    if len(word) > 3 and word.isascii() and word.isalpha():
        # A stemmer keeps the word it works on: one that threads share would mix their words.
        return stemmer("english").stemWord(word)
    return word


def _short(token):
    return token[:TOKEN_CHARACTERS]


def document_tokens(text):
    """The tokens of running text, in order, with repetitions."""
    tokens = []
    for run in runs(fold(text)):
        if run.dense:
            tokens += dense_tokens(run.text)
        elif (word := plain_word(run.text)) not in STOP_WORDS:
            tokens.append(stem(word))
    return tokens


def name_tokens(text):
    """The tokens of a name: no stems, every connector kept, other spellings added."""
    tokens = []
    spellings = {text, normalize("NFC", text).casefold().translate(UMLAUTS)}
    for spelling in sorted(spellings, key=lambda spelling: spelling != text):
        folded = fold(spelling)
        words = list(runs(folded))
        for run in words:
            tokens += dense_tokens(run.text) if run.dense else _word_spellings(run.text)
        tokens += _hyphenated(folded, words)
    return list(dict.fromkeys(tokens)) if len(spellings) > 1 else tokens


def _word_spellings(word):
    """Xi'an is also "xian", King's is also "kings", l'Aquila is also "aquila"."""
    spellings = [plain_word(word)]
    if "'" in word:
        spellings += [_short(word.replace("'", ""))]
        spellings += [_short(part) for part in word.split("'") if len(part) > 2]
    return list(dict.fromkeys(spellings))


def _hyphenated(folded, words):
    """Words joined by a hyphen, written as one."""
    for left, right in zip(words, words[1:], strict=False):
        if folded[left.end : right.start] in ("-", "\u2010") and not left.dense | right.dense:
            yield _short(plain_word(left.text) + plain_word(right.text))


@dataclass(frozen=True)
class QueryText:
    """What a reader typed, cut to a size that is quick to answer, as runs."""

    folded: str
    runs: tuple[Run, ...]

    @property
    def words(self):
        return [plain_word(run.text) for run in self.runs if not run.dense]

    def __bool__(self):
        return bool(self.runs)


def query_text(text):
    """Any text at all, as a query."""
    folded = fold(text[:QUERY_CHARACTERS])
    return QueryText(folded, tuple(runs(folded))[:QUERY_PARTS])


def content_runs(query, connectors):
    """The runs that carry meaning: without connectors, unless there is nothing else."""
    carrying = [run for run in query.runs if run.dense or plain_word(run.text) not in connectors]
    return carrying or list(query.runs)
