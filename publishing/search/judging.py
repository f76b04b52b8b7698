"""The order of what the site search finds; it is made here, the same on both databases."""

from dataclasses import dataclass
from typing import NamedTuple

from publishing.search.analyzer import (
    STOP_WORDS,
    content_runs,
    fold,
    key,
    pairs,
    plain_word,
    query_text,
    stem,
)
from publishing.search.steps import ANY


@dataclass(frozen=True)
class Candidate:
    pk: int
    kind: str
    object_id: int
    language: str
    title: str
    position: int


class Judged(NamedTuple):
    """A candidate with its score, and the share of the question that its title does not answer."""

    candidate: Candidate
    score: float
    open_share: float

    def order(self):
        return (-self.score, -self.candidate.position)


class Judge:
    """Orders candidates by what matches where, with a little for being recent."""

    def __init__(self, step, language, today):
        self.language, self.today = language, today.toordinal()
        query = query_text(step.text)
        self.key = key(step.text)
        self.phrase = " ".join(query.folded.split())
        runs = content_runs(query, STOP_WORDS)
        if step.name == ANY:
            dense = [pair for run in runs if run.dense for pair in (pairs(run.text) or [run.text])]
            self.parts = dense + [stem(plain_word(run.text)) for run in runs if not run.dense]
        else:
            self.parts = [run.text if run.dense else stem(plain_word(run.text)) for run in runs]

    def by_title(self, candidate):
        title = fold(candidate.title)
        share = self._share(title)
        score = 60 * share
        if self.phrase in title:
            # A short title that is nearly what was typed is a name: before texts that mention it.
            score += 20 + 20 * len(self.phrase) / len(title)
        # Only a title of about this length can be what was typed, and a key costs time.
        if share == 1 and len(title) < 3 * len(self.key) + 8:
            score += 40 * (key(candidate.title) == self.key)
        score += 2 * (candidate.language == self.language)
        day = candidate.position >> 32
        years = abs(self.today - day) / 365
        score += 5 * 0.5 ** (years / 4) if day else 0
        return Judged(candidate, score, 1 - share)

    def by_text(self, judged, text):
        """The text counts for what the title leaves open: a title that says all needs no more."""
        if not text:
            return judged
        more = judged.open_share * (25 * self._share(text) + 8 * (self.phrase in text))
        return judged._replace(score=judged.score + more)

    def _share(self, folded):
        return sum(part in folded for part in self.parts) / len(self.parts)
