"""Takes the demonstration content away, and nothing else.

A row to which the office has since tied something of its own stays, with all that it needs:
taking it would change what the office wrote.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import translation

from news.models import Release
from partners.models import InstitutionLink, RegisterEntry
from portal.demo.loading import settings_values
from portal.models import DemonstrationRow, SiteSettings
from publishing.editorial import services as editorial
from publishing.editorial.models import Publishable
from publishing.pageviews import services as pageviews
from publishing.pageviews.models import Correction


@dataclass
class Removal:
    removed: int
    # Rows that stay because something of the office's own points to them.
    kept: list[models.Model]
    # The office has made the site settings its own.
    settings_kept: bool


@transaction.atomic
def remove() -> Removal:
    with translation.override("en"):
        settings_kept = _hand_over_settings()
        loaded = _loaded()
        leaving = defaultdict(set, {model: set(pks) for model, pks in loaded.items()})
        kept = _keep_what_is_used(leaving, loaded)
        removed = _delete({model: pks - leaving[model] for model, pks in loaded.items()})
    return Removal(removed, kept, settings_kept)


def _hand_over_settings():
    """Settings that staff have changed are no demonstration any more. True if it is so."""
    kind = ContentType.objects.get_for_model(SiteSettings)
    record = DemonstrationRow.objects.filter(content_type=kind).first()
    settings = SiteSettings.objects.filter(pk=record.object_id).first() if record else None
    if settings is None or _is_as_loaded(settings):
        return False
    record.delete()
    settings.is_demonstration = False
    settings.save()
    return True


def _is_as_loaded(settings):
    loaded = SiteSettings(pk=settings.pk, **settings_values())
    columns = [field.attname for field in SiteSettings._meta.concrete_fields]
    return all((getattr(settings, c) or "") == (getattr(loaded, c) or "") for c in columns)


def _loaded() -> dict[type, set[int]]:
    """The ids of what was loaded, by model."""
    rows = defaultdict(set)
    for kind, pk in DemonstrationRow.objects.values_list("content_type", "object_id"):
        if model := ContentType.objects.get_for_id(kind).model_class():
            rows[model].add(pk)
    return rows


def _keep_what_is_used(leaving, loaded):
    """Take out of ``leaving`` what other rows point to, and again what that needs."""
    first = None
    while used := {model: pks for model in leaving if (pks := _used(model, leaving, loaded))}:
        first = first or used
        for model, pks in used.items():
            leaving[model] -= pks
        for model, pks in used.items():
            _keep_parts(model, pks, leaving)
    return [
        row
        for model, pks in (first or {}).items()
        for row in model._base_manager.filter(pk__in=pks)
    ]


def _used(model, leaving, loaded):
    """Ids of rows of ``model`` to which a row points that is not about to leave.

    A loose tie, one that may be cut, holds only where the office made it.
    """
    used = set()
    for relation in _pointing_to(model):
        name, owner = relation.field.name, relation.related_model
        going = loaded if relation.on_delete is models.SET_NULL else leaving
        others = owner._base_manager.exclude(pk__in=going.get(owner, ()))
        used.update(others.filter(**{f"{name}__in": leaving[model]}).values_list(name, flat=True))
    return used & leaving[model]


def _keep_parts(model, pks, leaving):
    """The names of an institution, the parties of an agreement and their signatures stay with it.

    A tie between two institutions is part of neither: it stays only where both do.
    """
    for relation in _pointing_to(model):
        part = relation.related_model
        if relation.on_delete is models.CASCADE and part is not InstitutionLink:
            found = part._base_manager.filter(**{f"{relation.field.name}__in": pks})
            kept = leaving[part] & set(found.values_list("pk", flat=True))
            leaving[part] -= kept
            if kept:
                _keep_parts(part, kept, leaving)


def _pointing_to(model):
    """All relations to ``model``; a table between two models is seen as the relation it makes."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel)
        and not relation.related_model._meta.auto_created
        # It only follows the agreement.
        and relation.related_model is not RegisterEntry
    ]


def _delete(staying):
    """In the reverse order of loading, so that nothing goes before what depends on it."""
    removed, gone = 0, []
    for record in DemonstrationRow.objects.order_by("-pk"):
        model = ContentType.objects.get_for_id(record.content_type_id).model_class()
        if record.object_id in staying.get(model, ()):
            continue
        gone.append(record.pk)
        row = model and model._base_manager.filter(pk=record.object_id).first()
        if row:
            if isinstance(row, Publishable):
                editorial.forget(row)
            row.delete()
            removed += 1
        if model is Release:
            _forget_pageviews(record.object_id)
    DemonstrationRow.objects.filter(pk__in=gone).delete()
    return removed


def _forget_pageviews(pk):
    """The note of the number that was loaded goes too; notes of what staff corrected stay."""
    pageviews.forget("release", pk)
    Correction.objects.filter(kind="release", object_id=pk, user=None).delete()
