"""Answers what a reader types into a directory: names first, then places, then near misses.

The strictest reading of a text that finds a few answers it. The entries that ``entries`` proposes
for it come first, and what lies behind them follows by name.
"""

import itertools
from array import array
from dataclasses import dataclass

from publishing.search import vocabulary
from publishing.search.analyzer import (
    NAME_CONNECTORS,
    content_runs,
    dense_tokens,
    key,
    pairs,
    plain_word,
    query_text,
)
from publishing.search.entries import NAMED, Entries, Match, Reading
from publishing.search.facets import Counts
from publishing.search.fulltext import All, Any, Term
from publishing.search.likeness import WHOLE_WORDS, Likeness, spellings_of
from publishing.search.models import SearchTerm
from publishing.search.readings import key_mark, looks_read, reading_mark

# What matches so often is met by walking the keys, and far more is proposed by name than shown.
BROAD = 5_000
FEW = 3
ANY_TERMS = 32
TERMS = SearchTerm.Scope.NAMES
NOTHING = Counts(0, ({}, {}))


@dataclass(frozen=True)
class Answer:
    """A page of matches. ``counts`` tell how many the text matches under the filters, by facet;
    ``corrected`` is the text meant where the typed one found nothing.
    """

    matches: tuple[Match, ...]
    total: int
    counts: Counts
    corrected: str = ""


def ask(
    kind,
    text,
    *,
    filters=None,
    language="en",
    start=0,
    count=20,
    public_only=True,
    orders_only=False,
    everything=None,
) -> Answer:
    """The entries of ``kind`` that match ``text``, from number ``start`` on.

    ``filters`` gives the wanted values of each facet: any of them, in every facet. An empty text
    matches everything; a text of which nothing can be searched matches nothing. With
    ``orders_only`` the text selects nothing, because it has become a filter; it still puts first
    what it names. ``everything`` is what ``counts_of_all`` gives, where the caller has it.
    """
    found = _find(
        kind, text, filters, language, public_only, orders_only=orders_only, everything=everything
    )
    if found is None:
        return Answer((), 0, NOTHING)
    total, best = found.counts.passing, found.best
    matches = best[start : start + count]
    if start + len(matches) < total and len(matches) < count:
        behind = max(0, start - len(best))
        pks = found.behind(f"LIMIT {count - len(matches)} OFFSET {behind}")
        matches += map(Match, pks)
    return Answer(tuple(matches), total, found.counts, found.reading.corrected)


def keys(kind, text, *, filters=None, language="en", orders_only=False) -> array:
    """The keys of all public entries that match, in the order of ``ask``: eight bytes for each."""
    found = _find(kind, text, filters, language, public_only=True, orders_only=orders_only)
    if found is None:
        return array("q")
    return array("q", [*(match.object_id for match in found.best), *found.behind()])


@dataclass(frozen=True)
class _Found:
    """What answers a question: the entries proposed, the likest first, and all others by name."""

    entries: Entries
    reading: Reading
    filters: dict
    counts: Counts
    best: list[Match]

    def behind(self, part=""):
        known = [match.object_id for match in self.best]
        return self.entries.by_name(self.reading, self.filters, known, part)


def _find(kind, text, filters, language, public_only, *, orders_only=False, everything=None):
    """None for a text of which nothing can be searched."""
    query = query_text(text)
    if text.strip() and not query:
        return None
    entries = Entries(kind, language, public_only, everything and everything.values)
    if orders_only or not query:
        reading = Reading(_strict(query).names if query else None, None)
        counts = entries.counts(None) if everything is None else everything
    else:
        reading, counts = _read(entries, query)
    filters = {facet: values for facet, values in (filters or {}).items() if values}
    counts = entries.under(filters, counts, reading.everywhere)
    best = []
    if query and counts.passing:
        best = entries.best(reading, query, filters, is_broad=counts.total > BROAD)
    return _Found(entries, reading, filters, counts, best)


def counts_of_all(kind) -> Counts:
    """Of everything public of this kind."""
    return Entries(kind, "en", public_only=True).counts(None)


def named(kind, text, *, filters=None, language="en"):
    """The public entries whose own names contain ``text``, the likest first, as far as proposed."""
    query = query_text(text)
    if not query:
        return []
    best = Entries(kind, language, public_only=True).best(
        Reading(_strict(query).names, None), query, filters or {}
    )
    return [match for match in best if match.name and match.score >= NAMED]


def _read(entries, query):
    """The strictest reading that finds a few, with the counts of what it finds."""
    strict = _strict(query)
    counts = entries.counts(strict.everywhere)
    if counts.total >= FEW:
        return strict, counts
    near = _near(query, strict, counts.total)
    counts = entries.counts(near.everywhere) if near != strict else counts
    if counts.total or not (terms := _any_terms(query)):
        return near, counts
    return Reading(None, Any(terms)), entries.counts(Any(terms))


def _strict(query):
    runs = content_runs(query, NAME_CONNECTORS)
    clauses = list(_clauses(runs))
    keys = _shortest(Likeness(query).keys)
    whole = [Term((key_mark(typed),), prefix=len(typed) > 1) for typed in keys]
    if joined := _joined_latin(query):
        whole.append(Term((reading_mark(joined),), prefix=True))
    expression = Any((All(tuple(clauses)), *whole))
    return Reading(expression, expression)


def _clauses(runs):
    """One for each run; syllables that are typed apart also count as the reading they make."""
    for is_read, block in itertools.groupby(runs, _is_read):
        block = list(block)
        single = [_clause(run, is_last=run is runs[-1]) for run in block]
        if is_read and 1 < len(block) < len(runs):
            reading = "".join(plain_word(run.text) for run in block)
            yield Any((All(tuple(single)), Term((reading_mark(reading),), prefix=True)))
        else:
            yield from single


def _is_read(run):
    return not run.dense and looks_read(plain_word(run.text))


def _clause(run, *, is_last):
    if run.dense:
        return _dense_term(run.text)
    word = plain_word(run.text)
    spellings = spellings_of(word)
    if is_last and word not in WHOLE_WORDS:
        others = (spelling for spelling in spellings if not spelling.startswith(word))
        terms = [Term((word,), prefix=True), *(Term((other,)) for other in others)]
    else:
        terms = [Term((spelling,)) for spelling in spellings]
    if len(word) > 3:
        terms.append(Term((reading_mark(word),), prefix=True))
    return Any(tuple(terms))


def _shortest(keys):
    """Without keys that begin with another one: what begins with them begins with that."""
    return [each for each in keys if not any(each.startswith(k) and each != k for k in keys)]


def _dense_term(text):
    """All pairs of a name, wherever they stand: likeness tells what is written side by side."""
    if len(text) == 1:
        return Term((text,), prefix=True)
    return All(tuple(Term((pair,)) for pair in dict.fromkeys(pairs(text))))


def _joined_latin(query):
    joined = "" if any(run.dense for run in query.runs) else key(query.folded)
    return joined if len(joined) >= 3 else ""


def _near(query, strict, found):
    """Also corrected words, words only begun, and Chinese characters in any order."""
    runs = content_runs(query, NAME_CONNECTORS)
    meant, clauses = {}, []
    for run in runs:
        if run.dense:
            clauses.append(All(tuple(Term((c,), prefix=True) for c in dict.fromkeys(run.text))))
            continue
        word = plain_word(run.text)
        near = vocabulary.suggestions(TERMS, word)
        meant[run] = near
        terms = [Term((spelling,)) for spelling in (*spellings_of(word), *near)]
        if len(word) > 2:
            terms.append(Term((word,), prefix=True))
        clauses.append(Any(tuple(terms)))
    loose = All(tuple(clauses))
    readings = _near_readings(query)
    corrected = readings[0] if readings and not found else ""
    if not found and any(meant.values()):
        corrected = " ".join((meant.get(run) or [run.text])[0] for run in runs)
    meant_readings = (Term((reading_mark(each),), prefix=True) for each in readings)
    either = Any((strict.everywhere, loose, *meant_readings))
    return Reading(either, either, corrected)


def _near_readings(query):
    """Readings of whole names that the reader may have meant to type."""
    typed = _joined_latin(query)
    return vocabulary.suggestions(SearchTerm.Scope.READINGS, typed) if typed.isascii() else []


def _any_terms(query):
    terms = []
    for run in content_runs(query, NAME_CONNECTORS):
        if run.dense:
            terms += [Term((token,)) for token in dense_tokens(run.text)[:-1]]
        else:
            word = plain_word(run.text)
            terms += [Term((each,)) for each in (word, *vocabulary.suggestions(TERMS, word))]
    return tuple(dict.fromkeys(terms))[:ANY_TERMS]
