"""The ways to read a reader's question to the site search, the strictest first."""

from collections.abc import Iterator
from dataclasses import dataclass

from publishing.search import vocabulary
from publishing.search.analyzer import (
    STOP_WORDS,
    content_runs,
    pairs,
    plain_word,
    query_text,
    stem,
)
from publishing.search.fulltext import All, Any, Term
from publishing.search.models import SearchTerm

ANY_TERMS = 32
STRICT, PREFIX, CORRECTED, ANY = "strict", "prefix", "corrected", "any"
TERMS = SearchTerm.Scope.DOCUMENTS


@dataclass(frozen=True)
class Step:
    """One way to read the question: what the database is asked, and what is marked and shown."""

    name: str
    text: str
    expression: All | Any


def steps(text) -> Iterator[Step]:
    query = query_text(text)
    runs = [run for run in query.runs if run.dense or plain_word(run.text) not in STOP_WORDS]
    if not runs:
        return
    strict = tuple(map(_term, runs))
    yield Step(STRICT, text, All(strict))
    if not runs[-1].dense:
        beginning = plain_word(runs[-1].text)
        yield Step(PREFIX, text, All((*strict[:-1], _beginning(beginning))))
    yield from _corrected_steps(text, runs)
    if len(parts := _parts(runs)) > 1:
        yield Step(ANY, text, Any(parts))


def beginning_step(query):
    """The whole question as the beginning of a title, or None where nothing can be searched."""
    runs = content_runs(query, STOP_WORDS)
    if not runs:
        return None
    terms = list(map(_term, runs))
    if not runs[-1].dense:
        terms[-1] = _beginning(plain_word(runs[-1].text))
    return Step(PREFIX, query.folded, All(tuple(terms)))


def _term(run):
    if not run.dense:
        return Term((stem(plain_word(run.text)),))
    if len(run.text) == 1:
        return Term((run.text,), prefix=True)
    return Term(tuple(pairs(run.text)))


def _beginning(word):
    """A word as typed so far: itself as a beginning, and the stems of the words it may become."""
    stems = dict.fromkeys(map(stem, [word, *vocabulary.completions(TERMS, word)]))
    return Any((Term((word,), prefix=True), *(Term((each,)) for each in stems)))


def _corrected_steps(text, runs):
    """The words that occur nowhere replaced by near ones, the nearest first."""
    words = [plain_word(run.text) for run in runs if not run.dense]
    unknown = vocabulary.unknown(TERMS, words)
    choices = {word: vocabulary.suggestions(TERMS, word) for word in unknown}
    choices = {word: near for word, near in choices.items() if near}
    for rank in range(max(map(len, choices.values()), default=0)):
        meant = {word: near[min(rank, len(near) - 1)] for word, near in choices.items()}
        texts = [meant.get(plain_word(run.text), run.text) for run in runs]
        terms = [
            Term((stem(meant[word]),)) if (word := plain_word(run.text)) in meant else _term(run)
            for run in runs
        ]
        yield Step(CORRECTED, " ".join(texts), All(tuple(terms)))


def _parts(runs):
    terms = []
    for run in runs:
        parts = pairs(run.text) if run.dense and len(run.text) > 1 else ()
        terms += [Term((pair,)) for pair in parts] or [_term(run)]
    return tuple(dict.fromkeys(terms[:ANY_TERMS]))
