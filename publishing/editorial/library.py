"""Where items of the library are used, in whatever model: by relation, or named in a text."""

from publishing.editorial import markup, references
from publishing.editorial.models import OwnedRow, Publishable
from publishing.media.usage import Use


def in_relations(item):
    """The rows that point to ``item``; for a part of a release or event, that item itself."""
    for _field, rows in references.rows_pointing_to(item):
        # What the library keeps for itself, such as the poster of a film, it follows itself.
        if rows.model._meta.app_label != "media":
            yield from _uses(_owners(rows) if issubclass(rows.model, OwnedRow) else rows)


def in_texts(item):
    """Texts name the item by its uid, which is long enough to mean nothing else."""
    for rows in references.rows_naming([item.uid], markup.rich_columns):
        yield from _uses(rows)


def _owners(rows):
    """The items that own ``rows`` of a model of parts."""
    field = rows.model.owner_field()
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
