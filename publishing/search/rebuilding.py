"""Brings the whole index in step with the content, and tells whether it is."""

import random
from collections.abc import Callable

from django.db.models import Max

from publishing.search import names, questions, registry, vocabulary
from publishing.search.models import (
    DOCUMENT_TEXT,
    ENTRY_TEXT,
    SearchDocument,
    SearchEntry,
    SearchName,
    SearchTerm,
)
from publishing.search.readings import joined
from publishing.search.registry import BATCH

# A check reads all of a small office and a sample of a large one.
CHECKED_AT_LEAST = 2_000
CHECKED_SHARE = 100

INDEXES = (
    (questions.KINDS, SearchDocument, "position", DOCUMENT_TEXT),
    (names.KINDS, SearchEntry, "pk", ENTRY_TEXT),
)


def rebuild(progress: Callable[[str, int, int], None]):
    """Replaces every row of the index, a batch in each transaction: readers always find the old
    or the new one. ``progress(kind, done, of)`` is called after each batch.
    """
    before = SearchTerm.objects.aggregate(last=Max("pk"))["last"] or 0
    for registrations, rows, _rowid, _text in INDEXES:
        for key, registration in registrations.items():
            _rebuild_kind(registration, progress)
            _forget_gone(registration, rows.objects.filter(kind=key))
    for registration in registry.FURTHER.values():
        _rebuild_kind(registration, progress)
    for scope, texts in _texts().items():
        vocabulary.forget_unused(scope, texts, before)


def _rebuild_kind(registration, progress):
    pks = list(registration.model._base_manager.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        registration.reindex(pks[start : start + BATCH])
        progress(registration.key, min(start + BATCH, len(pks)), len(pks))


def _forget_gone(registration, rows):
    existing = registration.model._base_manager.values("pk")
    gone = rows.exclude(object_id__in=existing).values_list("object_id", flat=True)
    for pk in set(gone):
        registration.forget(pk)


def _texts():
    found = SearchDocument.objects.values_list("title", "body").iterator()
    named = SearchName.objects.values_list("text", flat=True).iterator()
    places = SearchEntry.objects.exclude(places="").values_list("places", flat=True).iterator()
    readings = SearchName.objects.exclude(reading="").values_list("reading", flat=True).iterator()
    return {
        SearchTerm.Scope.DOCUMENTS: (text for pair in found for text in pair),
        SearchTerm.Scope.NAMES: (text for texts in (named, places) for text in texts),
        SearchTerm.Scope.READINGS: map(joined, readings),
    }


def differences() -> dict[str, list]:
    """What the index knows otherwise than it is, as keys by kind; a sample where there is much."""
    found = {}
    for registrations, rows, rowid, text in INDEXES:
        for key, registration in registrations.items():
            wrong = set()
            for pks in _batches(_sample(registration)):
                wrong |= registration.different(pks)
                known = rows.objects.filter(kind=key, object_id__in=pks)
                rowids = dict(known.values_list(rowid, "object_id"))
                wrong |= {rowids[missing] for missing in text.missing(rowids)}
            if wrong:
                found.setdefault(key, []).extend(sorted(wrong))
    for key, registration in registry.FURTHER.items():
        wrong = set().union(*map(registration.different, _batches(_sample(registration))))
        if wrong:
            found[key] = sorted(wrong)
    return found


def _sample(registration):
    pks = list(registration.model._base_manager.values_list("pk", flat=True))
    count = max(CHECKED_AT_LEAST, len(pks) // CHECKED_SHARE)
    return sorted(random.sample(pks, count)) if len(pks) > count else sorted(pks)


def _batches(pks):
    for start in range(0, len(pks), BATCH):
        yield pks[start : start + BATCH]
