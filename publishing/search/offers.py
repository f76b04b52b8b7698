"""What the search page offers beside answers: titles while one types, and years to choose from."""

import datetime

from django.db import connections, router
from django.db.models import Max, Min, Q
from django.utils import timezone

from publishing.search.analyzer import query_text
from publishing.search.calendar import begin_of
from publishing.search.matches import Scope
from publishing.search.models import SearchDocument
from publishing.search.questions import Hit, ranked_titles
from publishing.search.steps import beginning_step

# Nobody looks for a year in a longer list.
YEARS = 60


def suggest_titles(text, *, language, count, without=(), now=None) -> tuple[Hit, ...]:
    """What is public and whose title the text may become; ``without`` names kinds left out."""
    step = beginning_step(query_text(text))
    if step is None:
        return ()
    scope = Scope(now or timezone.now())
    hits = ranked_titles(step, scope, language)
    return tuple(hit for hit in hits if hit.kind not in without)[:count]


def years(now=None) -> list[int]:
    """The years in which something public is dated, the newest first, from two questions."""
    now = now or timezone.now()
    dated = SearchDocument.objects.filter(position__gte=begin_of(1))
    span = dated.aggregate(first=Min("position"), last=Max("position"))
    if span["first"] is None:
        return []
    first, last = (datetime.date.fromordinal(span[name] >> 32).year for name in ("first", "last"))
    shown = Q(visible_from__lte=now) & (Q(visible_until=None) | Q(visible_until__gt=now))
    wanted = range(last, max(first - 1, last - YEARS), -1)
    questions = [
        dated.filter(shown, position__gte=begin_of(year), position__lt=begin_of(year + 1))
        .order_by()
        .values_list("date__year")[:1]
        for year in wanted
    ]
    connection = connections[router.db_for_read(SearchDocument)]
    parts, params = [], []
    for question in questions:
        sql, values = question.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) year{len(parts)}")
        params += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return sorted((int(year) for (year,) in cursor.fetchall()), reverse=True)
