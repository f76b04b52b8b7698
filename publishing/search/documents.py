"""The site search: whatever is registered, in both languages, in one index.

A registered model says how one of its rows reads as a ``Document``. The index follows every save
and deletion in the same transaction; when something is visible is a condition of the question.
"""

import datetime
from dataclasses import dataclass, field

from publishing.search import registry, vocabulary
from publishing.search.analyzer import ANALYZER_VERSION, document_tokens, storable
from publishing.search.calendar import day_marks
from publishing.search.models import (
    DOCUMENT_TEXT,
    POSITION,
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
    registry.register(
        KINDS,
        key,
        model,
        read=document,
        write=_write,
        differences=_differences,
        queryset=queryset,
        related=related,
    )


def reindex(obj):
    """Brings the index in step with ``obj``, in the caller's transaction."""
    registry.registration_of(KINDS, type(obj)).reindex([obj.pk])


def reindex_queryset(queryset):
    """The same for many rows: what bulk changes must call, for they send no signal."""
    pks = queryset.values_list("pk", flat=True)
    registry.registration_of(KINDS, queryset.model).reindex(pks)


def remove(obj):
    registry.registration_of(KINDS, type(obj)).forget(obj.pk)


def _write(kind, documents):
    """Replaces what is known of these rows; ``documents`` by key, None for what is not public.

    A row keeps its key, so that a reader who is just being answered misses nothing.
    """
    rows = [
        _row(kind, pk, language, document)
        for pk, document in documents.items()
        for language in _shown_languages(document)
    ]
    known = SearchDocument.objects.filter(kind=kind, object_id__in=list(documents))
    before = {
        (row.object_id, row.language): row
        for row in known.only("position", "day", "object_id", "language")
    }
    days = {(row.object_id, row.language): row.day for row in rows}
    _erase(row for thing, row in before.items() if days.get(thing) != row.day)
    known.filter(pk__in=[row.pk for thing, row in before.items() if thing not in days]).delete()
    SearchDocument.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=IDENTITY, update_fields=CONTENT
    )
    for row in rows:
        row.position = position_of(row.day, row.pk)
    SearchDocument.objects.filter(pk__in=[row.pk for row in rows]).update(position=POSITION)
    DOCUMENT_TEXT.write(
        (row.position, _tokens(row, documents[row.object_id].keywords)) for row in rows
    )
    texts = (text for row in rows for text in (row.title, row.body))
    vocabulary.learn(SearchTerm.Scope.DOCUMENTS, texts)


def _erase(rows):
    DOCUMENT_TEXT.erase(row.position for row in rows if row.position is not None)


def _shown_languages(document):
    return [
        language
        for language, (first, _last) in (document.visible.items() if document else ())
        if first is not None and document.titles.get(language)
    ]


def _row(kind, pk, language, document):
    first, last = document.visible[language]
    return SearchDocument(
        kind=kind,
        object_id=pk,
        language=language,
        date=document.date,
        day=document.date.toordinal() if document.date else 0,
        visible_from=first,
        visible_until=last,
        url_name=document.url_name,
        url_kwargs=document.url_kwargs,
        analyzer_version=ANALYZER_VERSION,
        title=storable(document.titles[language]),
        body=storable(document.bodies.get(language) or ""),
    )


IDENTITY = ("kind", "object_id", "language")
CONTENT = [
    field.name
    for field in SearchDocument._meta.concrete_fields
    if field.name not in ("id", "position", *IDENTITY)
]
COMPARED = ("language", "day", "visible_from", "visible_until", "title", "body", "url_name")
COMPARED += ("url_kwargs", "analyzer_version")


def _differences(kind, documents):
    stored = {pk: [] for pk in documents}
    for row in SearchDocument.objects.filter(kind=kind, object_id__in=list(documents)):
        stored[row.object_id].append([getattr(row, name) for name in COMPARED])
    wanted = {
        pk: [
            [getattr(_row(kind, pk, language, document), name) for name in COMPARED]
            for language in _shown_languages(document)
        ]
        for pk, document in documents.items()
    }
    return {pk for pk in documents if sorted(stored[pk], key=str) != sorted(wanted[pk], key=str)}


def _tokens(row, keywords):
    return {
        "title": document_tokens(row.title) + document_tokens(keywords),
        "body": document_tokens(row.body),
        "marks": [kind_mark(row.kind), language_mark(row.language), *day_marks(row.date)],
    } | {name: getattr(row, name) for name in DOCUMENT_TEXT.beside}
