"""Links to other sites in what the public can read: in texts and in fields for addresses.

Drafts are left out: to ask another site for an address would tell it of them.
"""

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urldefrag

from django.apps import apps
from django.db import models
from django.db.models import Q

from publishing.editorial import languages, markup, references, targets
from publishing.editorial.models import Publishable
from publishing.editorial.references import Use


def links() -> dict[str, list[Use]]:
    """Every address, without its fragment, with the places where it stands."""
    found = defaultdict(list)
    for model, columns in _places():
        for row in _public(model).iterator(chunk_size=500):
            for address, use in _links_of(row, columns):
                found[address].append(use)
    return found


def uses(address: str) -> list[Use]:
    """Where one address stands now; one query for each model."""
    # As it stands in an address field, and in the markup of a text.
    needles = {address, address.replace("&", "&amp;")}
    found = []
    for model, columns in _places():
        condition = Q()
        for name in columns:
            for needle in needles:
                condition |= Q((f"{name}__contains", needle))
        for row in _public(model).filter(condition)[: references.MOST]:
            found += [use for link, use in _links_of(row, columns) if link == address]
    return list(dict.fromkeys(found))


def _places() -> Iterator[tuple[type[models.Model], dict[str, str]]]:
    """Models with the columns that may hold links, and the language of each column."""
    for model in apps.get_models():
        columns = {
            languages.column(name, code): code
            for name in markup.rich_fields(model)
            for code in languages.CODES
        } | _address_columns(model)
        if columns and not model._meta.proxy and _public(model) is not None:
            yield model, columns


def _address_columns(model):
    fields = [f for f in model._meta.concrete_fields if isinstance(f, models.URLField)]
    translated = {f.translated_field.name for f in fields if hasattr(f, "translated_field")}
    closed = {*translated, *getattr(model, "closed_addresses", ())}
    return {f.name: getattr(f, "language", "") for f in fields if f.name not in closed}


def _public(model):
    """The rows that anyone can read, themselves or with what they belong to; None: no such rule."""
    if issubclass(model, Publishable):
        return model.objects.public_anywhere(withdrawn=True)
    if hasattr(model._default_manager, "public"):
        return model._default_manager.public()
    path = references.way_up(model)
    if not path:
        return None
    owner = model
    for name in path:
        owner = owner._meta.get_field(name).related_model
    rows = _public(owner)
    return (
        None if rows is None else model._default_manager.filter(**{"__".join(path) + "__in": rows})
    )


def _links_of(row, columns):
    public = row.public_languages(withdrawn=True) if isinstance(row, Publishable) else None
    rich = set(markup.rich_columns(type(row)))
    for name, code in columns.items():
        if code and public is not None and code not in public:
            continue
        text = getattr(row, name) or ""
        hrefs = [link.href for link in markup.outline(text).links] if name in rich else [text]
        for href in hrefs:
            if href.startswith(("http://", "https://")) and not targets.is_internal(href):
                yield urldefrag(href).url, Use(row, str(row._meta.get_field(name).verbose_name))
