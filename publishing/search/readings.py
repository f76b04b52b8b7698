"""Pinyin of Chinese names, so that a reader without a Chinese keyboard finds them."""

import re

from publishing.search.analyzer import MARKER, fold, runs

READ_SYLLABLES = 40


def syllables(text, override=""):
    """The reading of the Han characters of a name, toneless, ü as v: ``["nan", "jing"]``.

    ``override`` is the reading as an editor typed it, syllables apart.
    """
    if override:
        # Folding would make u of ü; here the two are different sounds.
        typed = override.casefold().replace("ü", "v").replace("u\u0308", "v")
        return re.findall(r"[a-z]+", fold(typed))[:READ_SYLLABLES]
    dense = "".join(run.text for run in runs(fold(text)) if run.dense)
    if not dense:
        return []
    # Readings cost 50 MB and half a second: only processes that write to the index pay for them.
    from pypinyin import lazy_pinyin

    return lazy_pinyin(dense, errors="ignore")[:READ_SYLLABLES]


def joined(reading):
    """A stored reading, syllables apart, as one word."""
    return reading.replace(" ", "")


# Any syllable of Mandarin, and some that look like one; it only decides what is also tried.
SYLLABLE = re.compile(
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:i?ang|i?ong|i?an|i?ao|u?ang|u?an|u?ai|van|eng|ing|en|in|un|vn|ei|er|ai|ou|ui|iu"
    "|i?a|i?e|u?a|uo|ue|ve|[aoeiuv])"
)


def looks_read(word):
    """Whether a Latin word may be one or more syllables of a reading."""
    return re.fullmatch(f"(?:{SYLLABLE.pattern})+", word) is not None


def spellings(reading):
    """A joined reading as readers type it: ü as v and as u."""
    return dict.fromkeys([reading, reading.replace("v", "u")])


def reading_tokens(parts):
    """The rest of the reading from every syllable on, and the initials of the whole."""
    rests = ["".join(parts[start:]) for start in range(len(parts))]
    initials = "".join(part[0] for part in parts)
    tokens = [spelling for rest in [*rests, initials] for spelling in spellings(rest)]
    return [reading_mark(token) for token in dict.fromkeys(tokens) if len(token) > 1]


def reading_mark(letters):
    """Marked, so that a word of a name never matches a reading by accident."""
    return f"{MARKER}p{letters}"


def key_mark(key):
    return f"{MARKER}k{key}"
