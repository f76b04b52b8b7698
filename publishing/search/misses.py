"""What readers searched without result: for staff, who may add the name that was missing.

Only the folded words are kept, once for each language, with the last day and a count: nothing
about who asked. What may be about a person, as an address or a telephone number, is left out.
"""

import datetime
import logging
import re

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from publishing.search.analyzer import QUERY_CHARACTERS, fold
from publishing.search.models import SearchMiss

logger = logging.getLogger(__name__)

SHORTEST = 2
LONGEST = SearchMiss._meta.get_field("text").max_length
KEPT = 2_000
KEPT_DAYS = 180
# Mail addresses, telephone and passport numbers.
PERSONAL = re.compile(r"@|\d[\d\s().+-]{4,}\d")


def note(text, *, language):
    """Counts a question without result. A page answers also where this cannot be written.

    It is called when a page is made, not when one is served from memory: a count says "at least".
    """
    words = _words(text)
    if len(words) < SHORTEST or PERSONAL.search(words):
        return
    try:
        with transaction.atomic():
            _write(words, language, timezone.localdate())
    except DatabaseError:
        logger.warning("A search without result could not be noted.", exc_info=True)


def answer(text, names):
    """Forgets words that one of these names answers from now on, in whatever language asked."""
    words = _words(text)
    if words in map(_words, names):
        SearchMiss.objects.filter(text=words).delete()


def _words(text):
    # Folding may make one character many.
    return " ".join(fold(text[:QUERY_CHARACTERS]).split())[:LONGEST]


def _write(words, language, today):
    misses = SearchMiss.objects.filter(language=language)
    if misses.filter(text=words).update(count=F("count") + 1, day=today):
        return
    # Search as you type asks for every beginning: it is the word as far as it came.
    beginnings = [words[:length] for length in range(SHORTEST, len(words))]
    misses.filter(text__in=beginnings, day=today, count=1).delete()
    SearchMiss.objects.create(text=words, language=language, day=today, count=1)
    _forget_old(today)


def _forget_old(today):
    SearchMiss.objects.filter(day__lt=today - datetime.timedelta(days=KEPT_DAYS)).delete()
    if SearchMiss.objects.count() > KEPT:
        keep = SearchMiss.objects.order_by("-day", "-count", "-pk").values_list("pk", flat=True)
        SearchMiss.objects.exclude(pk__in=list(keep[: KEPT // 2])).delete()
