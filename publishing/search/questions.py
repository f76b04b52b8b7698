"""Answers a reader's question to the site search.

Strict matching first, then the last word as a beginning, then corrected words, then any word. The
database gives a window of the newest matches; the order inside it is made here, so that both
databases answer alike and no ranking function ever walks all matches.
"""

import datetime
from dataclasses import dataclass, fields

from django.db import connections, router
from django.db.models.functions import Substr
from django.utils import timezone

from publishing.search.analyzer import fold, query_text
from publishing.search.judging import Candidate, Judge, Judged
from publishing.search.matches import COUNTED, Matches, Scope
from publishing.search.models import SearchDocument
from publishing.search.registry import Registration
from publishing.search.snippets import Segment, highlight, snippet
from publishing.search.steps import ANY, CORRECTED, STRICT, steps

KINDS: dict[str, Registration] = {}

# A window need not be full.
WINDOW, ENOUGH = 300, 120
PAGE_SIZE = 20
READ_CLOSELY = 60
CLOSE_CHARACTERS = 2_000


@dataclass(frozen=True)
class Hit:
    """One thing found, in the language in which it is shown."""

    kind: str
    object_id: int
    language: str
    date: datetime.date | None
    url_name: str
    url_kwargs: dict
    title: list[Segment]
    snippet: list[Segment]


@dataclass(frozen=True)
class Results:
    """A page of hits. ``corrected`` is the text that was searched instead of the typed one;
    ``capped`` says that there are more than ``total``. Counts ignore the filter by kind.
    """

    hits: tuple[Hit, ...] = ()
    counts_by_kind: dict[str, int] | None = None
    total: int = 0
    capped: bool = False
    step: str = STRICT
    corrected: str = ""
    page: int = 1
    pages: int = 0


def search_documents(
    text, *, language, kind=None, year=None, only_language=None, page=1, now=None
) -> Results:
    """What is public and matches ``text``; ``language`` is the reader's.

    ``kind`` and ``only_language`` are keys that the caller has checked, ``year`` a year of the
    calendar. Any text gives an answer; work is bounded whatever the text.
    """
    connection = connections[router.db_for_read(SearchDocument)]
    scope = Scope(now or timezone.now(), None, year, only_language)
    for step in steps(text):
        matches = Matches(step.expression, scope, connection)
        counts, capped = matches.counts(KINDS)
        if counts:
            break
    else:
        return Results(counts_by_kind={}, page=page)
    if kind:
        matches = Matches(step.expression, scope.of_kind(kind), connection)
    found = _ranked(step, matches, language)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        hits=_hits(shown, step),
        counts_by_kind=counts,
        total=counts.get(kind, 0) if kind else min(sum(counts.values()), COUNTED),
        capped=kind in capped if kind else bool(capped) or sum(counts.values()) > COUNTED,
        step=step.name,
        corrected=step.text if step.name == CORRECTED else "",
        page=page,
        pages=-(-len(found) // PAGE_SIZE),
    )


def ranked_keys(text, *, kind, language, now=None) -> list[int]:
    """Keys of what is public and matches all of ``text``, the likest first, as far as proposed."""
    connection = connections[router.db_for_read(SearchDocument)]
    scope = Scope(now or timezone.now(), kind)
    for step in steps(text):
        matches = Matches(step.expression, scope, connection)
        if step.name != ANY and (pks := _ranked(step, matches, language)):
            rows = SearchDocument.objects.in_bulk(pks)
            return [rows[pk].object_id for pk in pks if pk in rows]
    return []


def ranked_titles(step, scope, language) -> tuple[Hit, ...]:
    """The newest matches in titles, the likest first."""
    connection = connections[router.db_for_read(SearchDocument)]
    judge = Judge(step, language, scope.now.date())
    matches = Matches(step.expression, scope, connection)
    judged = sorted(map(judge.by_title, _window(matches, "titles")), key=Judged.order)
    pks = _once_each([each.candidate for each in judged], language)
    return _hits(pks[:PAGE_SIZE], step)


def _ranked(step, matches, language):
    """Keys of the best matches of the window, one for each thing, in order."""
    judge = Judge(step, language, matches.scope.now.date())
    candidates = _window(matches, "titles", "everything")
    judged = sorted(map(judge.by_title, candidates), key=Judged.order)
    closely = [each.candidate.pk for each in judged if each.open_share][:READ_CLOSELY]
    beginnings = SearchDocument.objects.filter(pk__in=closely).values_list(
        "pk", Substr("body", 1, CLOSE_CHARACTERS)
    )
    texts = {pk: fold(body) for pk, body in beginnings}
    judged = [judge.by_text(each, texts.get(each.candidate.pk)) for each in judged]
    return _once_each([each.candidate for each in sorted(judged, key=Judged.order)], language)


def _window(matches, *groups):
    """The newest matches of each of these groups of columns."""
    found = (matches.newest(group, WINDOW, ENOUGH) for group in groups)
    positions = {position for rows in found for position, _kind, _thing in rows}
    rows = SearchDocument.objects.filter(position__in=positions)
    return [Candidate(*row) for row in rows.values_list(*(f.name for f in fields(Candidate)))]


def _once_each(candidates, language):
    """Each thing at its best place, in the reader's language where that matches too."""
    best = {}
    for candidate in candidates:
        thing = (candidate.kind, candidate.object_id)
        if thing not in best or candidate.language == language:
            best[thing] = candidate.pk
    return list(best.values())


def _hits(pks, step):
    query, any_pair = query_text(step.text), step.name == ANY
    rows = SearchDocument.objects.in_bulk(pks)
    return tuple(
        Hit(
            kind=row.kind,
            object_id=row.object_id,
            language=row.language,
            date=row.date,
            url_name=row.url_name,
            url_kwargs=row.url_kwargs,
            title=highlight(row.title, query, any_pair=any_pair),
            snippet=snippet(row.body, query, any_pair=any_pair),
        )
        for pk in pks
        if (row := rows.get(pk))
    )
