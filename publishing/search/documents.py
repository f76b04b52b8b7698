"""The site search: whatever is registered, in both languages, in one index.

A registered model says how one of its rows reads as a ``Document``. The index follows every save
and deletion in the same transaction; when something is visible is a condition of the question.
"""

import datetime
from dataclasses import dataclass, field

from django.db import transaction

from publishing.search import registry, vocabulary
from publishing.search.analyzer import ANALYZER_VERSION, document_tokens
from publishing.search.models import (
    DOCUMENT_TEXT,
    SearchDocument,
    SearchTerm,
    kind_mark,
    language_mark,
    position_of,
)
from publishing.search.questions import KINDS, Hit, Results, search_documents

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


@dataclass(frozen=True)
class Document:
    """What the search knows of one thing, by language. A language without a title is left out.

    ``visible`` gives the instants (from, until) of each language; a language that it does not
    name, or whose first instant is None, is not public and not indexed. ``keywords`` are found
    like words of the title, in every language, and never shown.
    """

    titles: dict[str, str]
    bodies: dict[str, str]
    visible: dict[str, tuple[datetime.datetime | None, datetime.datetime | None]]
    url_name: str
    url_kwargs: dict = field(default_factory=dict)
    date: datetime.date | None = None
    keywords: str = ""


def register(key, model, document, *, queryset=None, related=None):
    """Makes the rows of ``model`` searchable as ``key``; see Registration for the rest.

    ``document(row)`` returns a Document, or None for a row that is never public.
    """
    registry.register(KINDS, key, model, document, _write, queryset, related)


def reindex(obj):
    """Brings the index in step with ``obj``, in the caller's transaction."""
    registry.registration_of(KINDS, type(obj)).reindex([obj.pk])


def reindex_queryset(queryset):
    """The same for many rows: what bulk changes must call, for they send no signal."""
    pks = queryset.values_list("pk", flat=True)
    registry.registration_of(KINDS, queryset.model).reindex(pks)


def remove(obj):
    registry.registration_of(KINDS, type(obj)).forget(obj.pk)


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
