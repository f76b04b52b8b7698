"""Where something is used: by foreign keys and relations, and by links inside texts.

The library of pictures and files asks whether a use is public (``publishing.media.usage``);
``library`` answers it by the same relations and texts.

Drafts and working copies count. Each relation and each model with texts costs one query.
"""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, prefetch_related_objects
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from publishing.editorial import languages, markup, targets
from publishing.editorial.exceptions import Refused
from publishing.editorial.models import Publishable
from publishing.editorial.records import FormerAddress

# A list longer than this is cut: whoever deletes must begin with the first in any case.
MOST = 200


@dataclass(frozen=True)
class Use:
    """``how``: the field that points here, or the text that links here."""

    row: models.Model
    how: str

    @property
    def kind(self) -> str:
        return str(self.row._meta.verbose_name)

    @property
    def title(self) -> str:
        return str(self.row)

    @property
    def url(self) -> str:
        meta = self.row._meta
        try:
            return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[self.row.pk])
        except NoReverseMatch:
            return ""

    @property
    def is_copy(self) -> bool:
        return bool(getattr(self.row, "is_copy", False))

    def __str__(self):
        kind = f"{self.kind} ({_('working copy')})" if self.is_copy else self.kind
        named = pgettext("between the parts of a title", ": ").join((str(kind), str(self.title)))
        return f"{named} – {self.how}"


def uses(target: models.Model) -> list[Use]:
    """Everything that would lose something if ``target`` were deleted, each row and way once."""
    found = [*_by_relation(target), *_by_link(target)]
    return list(dict.fromkeys(use for use in found if not _is_itself(use.row, target)))


def refuse_if_used(target: models.Model) -> None:
    """Raises Refused with the list."""
    if found := uses(target):
        listed = "; ".join(map(str, found[:20]))
        raise Refused(
            _("%(title)s is in use and cannot be deleted: %(uses)s")
            % {"title": str(target), "uses": listed}
        )


def _is_itself(row, target):
    """The item, or its own working copy."""
    if type(row) is not type(target):
        return False
    return target.pk in (row.pk, getattr(row, "live_id", None))


def _has_form(model):
    return model in admin.site._registry


def rows_pointing_to(target):
    """``(field, rows)`` for each relation that is no part of ``target``."""
    for relation in target._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not relation.is_relation:
            continue
        field, model = relation.field, relation.related_model
        if model._meta.auto_created or field.name == "live":
            continue
        if field.many_to_many:
            # A relation with a table of its own is told by that table's rows.
            if not field.remote_field.through._meta.auto_created:
                continue
        elif _is_part(relation):
            continue
        yield field, model._base_manager.filter(**{field.name: target.pk}).order_by("pk")


def rows_naming(pieces, columns_of):
    """For each model with texts, the rows that hold one of ``pieces`` in these columns."""
    for model in apps.get_models():
        if not markup.rich_columns(model) or model._meta.proxy:
            continue
        condition = Q()
        for name in columns_of(model):
            for piece in pieces:
                condition |= Q((f"{name}__contains", piece))
        yield model._base_manager.filter(condition).order_by("pk")


def _by_relation(target):
    for field, rows in rows_pointing_to(target):
        label = str(field.verbose_name)
        owners = _owners(rows.model, rows[:MOST])
        for model in set(map(type, owners)):
            alike = [row for row in owners if type(row) is model]
            prefetch_related_objects(alike, *getattr(model, "named_with", ()))
        for row in owners:
            yield Use(row, label)


def _is_part(relation):
    """Rows that belong to the target and go with it, such as an institution's other names."""
    counts = getattr(relation.related_model, "counts_as_use", False)
    return relation.on_delete is models.CASCADE and not counts


def _owners(model, rows):
    """The rows themselves, or what they are a part of where they have no form of their own."""
    if _has_form(model):
        return list(rows)
    generic = next(
        (f for f in model._meta.private_fields if isinstance(f, GenericForeignKey)), None
    )
    if generic is not None:
        owners = [getattr(row, generic.name) for row in rows.prefetch_related(generic.name)]
        return [owner for owner in owners if owner is not None]
    path = way_up(model)
    if not path:
        return list(rows)
    owners = list(rows.select_related("__".join(path)))
    for name in path:
        owners = [getattr(row, name) for row in owners]
    return owners


def way_up(model) -> list[str]:
    """Foreign keys from a part to the record whose form shows it."""
    path = []
    while not _has_form(model):
        owner = next((f for f in model._meta.concrete_fields if _owns(f)), None)
        if owner is None or owner.related_model is model:
            break
        path.append(owner.name)
        model = owner.related_model
    return path


def _owns(field):
    return field.is_relation and field.remote_field.on_delete is models.CASCADE


def needles(target) -> list[str]:
    """Pieces of text that stand in every link to ``target``."""
    found = []
    for url_name, page in targets.pages().items():
        if isinstance(target, page.model):
            found.append(targets.reference(page.kind, target.pk))
            values = [str(getattr(target, page.lookup)), *_former_slugs(target, page)]
            found += [_path(url_name, page.lookup, value) for value in values if value]
    return found


def _former_slugs(target, page):
    if page.lookup != "slug":
        return []
    kind = ContentType.objects.get_for_model(target)
    former = FormerAddress.objects.filter(content_type=kind, object_id=target.pk)
    return former.values_list("slug", flat=True)


def _path(url_name, lookup, value):
    """Without the language, which stands first in every address."""
    path = reverse(url_name, kwargs={lookup: value})
    return path.removeprefix(f"/{languages.active()}")


def _by_link(target):
    wanted = needles(target)
    if not wanted:
        return
    for rows in rows_naming(wanted, _columns_with_links):
        columns = markup.rich_columns(rows.model)
        for row in rows[:MOST]:
            yield from _links_in(row, columns, wanted)


def _columns_with_links(model):
    return [*markup.rich_columns(model), *_replacements(model)]


def _replacements(model):
    return languages.columns("replacement") if issubclass(model, Publishable) else ()


def _links_in(row, columns, wanted):
    for name in columns:
        hrefs = [link.href for link in markup.outline(getattr(row, name)).links]
        if any(_leads_to(href, needle) for href in hrefs for needle in wanted):
            yield Use(row, str(row._meta.get_field(name).verbose_name))
    for name in _replacements(type(row)):
        if any(_leads_to(getattr(row, name), needle) for needle in wanted):
            yield Use(row, str(row._meta.get_field(name).verbose_name))


def _leads_to(href, needle):
    """The path ends here: ``/pages/a/`` is not found in a link to ``/pages/a/b/``."""
    if not href or not targets.is_internal(href):
        return False
    path = href.partition("#")[0].partition("?")[0]
    if targets.read_reference(needle):
        return path == needle
    path = path.removeprefix(settings.PORTAL_BASE_URL).rstrip("/")
    return any(path == f"/{code}{needle}".rstrip("/") for code in languages.CODES)
