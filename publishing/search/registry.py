"""Which models the site search knows, and how their rows read."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import models


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


@dataclass(frozen=True)
class Registration:
    key: str
    model: type[models.Model]
    document: Callable[[models.Model], Document | None]
    queryset: Callable[[], models.QuerySet]
    related: dict[type[models.Model], Callable]


registrations: dict[str, Registration] = {}


def register(key, model, document, *, queryset=None, related=None):
    """Makes the rows of ``model`` searchable as ``key``, a short word of letters.

    ``document(row)`` returns a Document, or None for a row that is never public.
    ``queryset()`` gives all rows with what ``document`` reads of their relations, for rebuilding.
    ``related`` maps models whose rows the document quotes to a function from such a row to the keys
    of the rows of ``model`` that quote it; for a many-to-many relation of ``model`` itself, the
    through model to None.
    """
    if not (key.isascii() and key.isalpha()):
        raise ValueError(f"The key of a searchable kind is letters only: {key}")
    rows = queryset or model._default_manager.all
    registrations[key] = Registration(key, model, document, rows, related or {})


def registration_of(model):
    return next((r for r in registrations.values() if r.model is model), None)
