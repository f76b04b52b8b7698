"""The site search: whatever is registered, in both languages, in one index.

A registered model says how one of its rows reads as a ``Document``. The index follows every save
and deletion in the same transaction; when something is visible is a condition of the question.
"""

from django.db import transaction

from publishing.search import vocabulary
from publishing.search.analyzer import ANALYZER_VERSION, document_tokens
from publishing.search.models import (
    DOCUMENT_TEXT,
    SearchDocument,
    SearchTerm,
    kind_mark,
    language_mark,
    position_of,
)
from publishing.search.questions import Hit, Results, search_documents
from publishing.search.registry import Document, register, registration_of

__all__ = [
    "Document",
    "Hit",
    "Results",
    "register",
    "reindex",
    "reindex_queryset",
    "remove",
    "search_documents",
]


def reindex(obj):
    """Brings the index in step with ``obj``, in the caller's transaction."""
    registration = registration_of(type(obj))
    with transaction.atomic(savepoint=False):
        _write(registration.key, obj.pk, registration.document(obj))


def reindex_queryset(queryset):
    """The same for many rows: what bulk changes must call, for they send no signal."""
    registration = registration_of(queryset.model)
    with transaction.atomic(savepoint=False):
        for obj in queryset.iterator(chunk_size=500):
            _write(registration.key, obj.pk, registration.document(obj))


def remove(obj):
    _forget(registration_of(type(obj)).key, obj.pk)


def _forget(kind, pk, *, keep=()):
    rows = SearchDocument.objects.filter(kind=kind, object_id=pk).exclude(language__in=keep)
    with transaction.atomic(savepoint=False):
        DOCUMENT_TEXT.erase(rows.values_list("position", flat=True))
        rows.delete()


def _write(kind, pk, document):
    shown = _shown_languages(document) if document else []
    _forget(kind, pk, keep=shown)
    for language in shown:
        _write_language(kind, pk, language, document)


def _shown_languages(document):
    return [
        language
        for language, (first, _last) in document.visible.items()
        if first is not None and document.titles.get(language)
    ]


def _write_language(kind, pk, language, document):
    # NUL is no text to PostgreSQL, a lone surrogate none to either database.
    title, body = (
        _storable(texts.get(language) or "") for texts in (document.titles, document.bodies)
    )
    first, last = document.visible[language]
    row, _created = SearchDocument.objects.update_or_create(
        kind=kind,
        object_id=pk,
        language=language,
        defaults={
            "date": document.date,
            "visible_from": first,
            "visible_until": last,
            "url_name": document.url_name,
            "url_kwargs": document.url_kwargs,
            "analyzer_version": ANALYZER_VERSION,
            "title": title,
            "body": body,
        },
    )
    position = position_of(document.date, row.pk)
    if row.position != position:
        DOCUMENT_TEXT.erase([row.position] if row.position is not None else [])
        SearchDocument.objects.filter(pk=row.pk).update(position=position)
    DOCUMENT_TEXT.write(
        position,
        {
            "title": document_tokens(title) + document_tokens(document.keywords),
            "body": document_tokens(body),
            "marks": [kind_mark(kind), language_mark(language)],
        },
    )
    vocabulary.learn(SearchTerm.Scope.DOCUMENTS, [title, body])


def _storable(text):
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
