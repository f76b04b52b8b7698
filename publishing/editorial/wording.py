"""What changed between two texts: by paragraph, sentence, then word; Chinese by character.

Every stage compares only what the stage above found changed, and gives up on a stretch too long
to compare quickly: it is then shown as replaced. Fifty thousand characters take well under a
second whatever they say.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_SENTENCE = re.compile(r"[^.!?;。！？；\n]*[.!?;。！？；\n]+\s*|[^.!?;。！？；\n]+$")
# A Latin word with the space after it, or one character of any other script or punctuation.
_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u024f'’_-]+\s*|\s+|.", re.DOTALL)
# Pairs of units beyond which a stretch is not compared any further.
_LIMIT = 250_000

SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True)
class Segment:
    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph with its changes; ``skipped`` counts unchanged ones that are not shown."""

    segments: tuple[Segment, ...] = ()
    skipped: int = 0


def blocks(before: str, after: str) -> list[Block]:
    """The changed paragraphs in order, each with one unchanged neighbour on both sides."""
    old, new = before.splitlines(), after.splitlines()
    rows: list[tuple[bool, tuple[Segment, ...]]] = []
    for same, gone, added in _stretches(old, new):
        if same:
            rows += [(False, (Segment(SAME, line),)) for line in gone]
        else:
            rows += [(True, tuple(pair)) for pair in _paired(gone, added)]
    return _shortened(rows)


def _paired(gone, added):
    """Changed paragraphs one beneath the other where their number is the same."""
    if len(gone) == len(added):
        return [segments(old, new) for old, new in zip(gone, added, strict=True)]
    if not gone or not added:
        return [[Segment(GONE, line)] for line in gone] + [[Segment(NEW, line)] for line in added]
    return [segments("\n".join(gone), "\n".join(added))]


def _shortened(rows):
    near = {i + step for i, (changed, _s) in enumerate(rows) if changed for step in (-1, 0, 1)}
    shown, skipped = [], 0
    for index, (_changed, parts) in enumerate(rows):
        if index not in near:
            skipped += 1
            continue
        if skipped:
            shown.append(Block(skipped=skipped))
            skipped = 0
        shown.append(Block(parts))
    if skipped:
        shown.append(Block(skipped=skipped))
    return shown


def segments(before: str, after: str) -> list[Segment]:
    """Sentences that changed, word by word; neighbours of one kind are joined."""
    found: list[Segment] = []
    for same, gone, added in _stretches(_SENTENCE.findall(before), _SENTENCE.findall(after)):
        if same:
            _add(found, SAME, "".join(gone))
            continue
        pairs = (
            zip(gone, added, strict=True)
            if len(gone) == len(added)
            else [("".join(gone), "".join(added))]
        )
        for old, new in pairs:
            _add_words(found, old, new)
    return found


def _add_words(found, before, after):
    for same, gone, added in _stretches(_WORD.findall(before), _WORD.findall(after)):
        if same:
            _add(found, SAME, "".join(gone))
        else:
            _add(found, GONE, "".join(gone))
            _add(found, NEW, "".join(added))


def _add(found, kind, text):
    if not text:
        return
    if found and found[-1].kind == kind:
        found[-1] = Segment(kind, found[-1].text + text)
    else:
        found.append(Segment(kind, text))


def _stretches(old, new):
    """``(same, units before, units after)``: what both share at either end needs no comparing."""
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield True, old[:start], new[:start]
    if len(middle_old) * len(middle_new) > _LIMIT:
        yield False, middle_old, middle_new
    elif middle_old or middle_new:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        for kind, i, j, k, m in matcher.get_opcodes():
            yield kind == "equal", middle_old[i:j], middle_new[k:m]
    if end:
        yield True, old[len(old) - end :], new[len(new) - end :]


def _shared(old, new):
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count
