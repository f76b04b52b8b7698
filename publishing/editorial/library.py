"""Where items of the library are used, in whatever model: by relation, or named in a text."""

from django.apps import apps
from django.db import models
from django.db.models import Q

from publishing.editorial.languages import columns
from publishing.editorial.models import OwnedRow, Publishable
from publishing.media.usage import Use


def in_relations(item):
    """The rows that point to ``item``; for a part of a release or event, that item itself."""
    for relation in item._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.related_model is None:
            continue
        owner, name = relation.related_model, relation.field.name
        if owner._meta.auto_created or owner is type(item) or owner._meta.app_label == "media":
            continue
        if relation.on_delete is models.CASCADE:
            # It belongs to the item and goes with it: who is in a picture does not show it.
            continue
        rows = owner._base_manager.filter(**{name: item})
        if issubclass(owner, OwnedRow):
            rows = _owners(owner, rows)
        yield from _uses(rows)


def in_texts(item):
    """Texts name the item by its uid, which is long enough to mean nothing else."""
    for model in apps.get_models():
        if issubclass(model, Publishable) and hasattr(model, "body"):
            named = Q()
            for column in columns("body"):
                named |= Q((f"{column}__contains", item.uid))
            yield from _uses(model._base_manager.filter(named))


def _owners(part, rows):
    """The items that own ``rows`` of a model of parts."""
    field = next(
        field
        for field in part._meta.concrete_fields
        if field.is_relation and issubclass(field.related_model, Publishable)
    )
    return field.related_model._base_manager.filter(pk__in=rows.values(field.name))


def _uses(rows):
    public = _public(rows)
    yield from (Use(row, row.pk in public) for row in rows)


def _public(rows):
    """Keys of the rows that anyone may see. A model without such a rule is public as a whole."""
    manager = rows.model._default_manager
    if issubclass(rows.model, Publishable):
        public = manager.public_anywhere(withdrawn=True)
    elif hasattr(manager, "public"):
        public = manager.public()
    else:
        public = manager.all()
    return set(public.filter(pk__in=rows.values("pk")).values_list("pk", flat=True))
