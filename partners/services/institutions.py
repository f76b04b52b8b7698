"""Institutions: saving one whose address changes, relating two, merging duplicates."""

from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import (
    FormerAddress,
    Institution,
    InstitutionLink,
    InstitutionMerge,
    InstitutionName,
)
from partners.services.checking import checked
from publishing.cache.models import bump
from publishing.editorial import audit, languages
from publishing.editorial.exceptions import Refused


@transaction.atomic
def save_institution(*, institution: Institution) -> None:
    """Save it; under an address that it had before it is still found."""
    before = Institution.objects.filter(pk=institution.pk).values_list("slug", flat=True).first()
    institution.save()
    # Back at an old address of its own: that is no former one any more.
    institution.former_addresses.filter(slug=institution.slug).delete()
    if before and before != institution.slug:
        FormerAddress.objects.create(slug=before, institution=institution)


@transaction.atomic
def relate(
    *, institution: Institution, kind: str, other: Institution, since="", until="", source=""
) -> InstitutionLink:
    """``institution`` is, say, a founder of ``other``; readable from both ends."""
    # Whoever else relates institutions waits: two relations at once could close a circle.
    list(Institution.objects.select_for_update().filter(pk__in=[institution.pk, other.pk]))
    link = InstitutionLink(
        institution=institution, kind=kind, other=other, since=since, until=until, source=source
    )
    checked(link).save()
    return link


@transaction.atomic
def merge_institutions(*, keep: Institution, duplicate: Institution, user=None) -> InstitutionMerge:
    """Give everything that points to ``duplicate`` to ``keep``.

    The duplicate stays as a withdrawn record, its address leads to the one kept, its names become
    aliases. What the kept one has already is removed. The record takes all of it back.
    """
    if keep.pk == duplicate.pk:
        raise Refused(_("An institution cannot be merged with itself."))
    both = Institution.objects.select_for_update(of=("self",)).order_by("pk")
    rows = {row.pk: row for row in both.filter(pk__in=[keep.pk, duplicate.pk])}
    keep_row, gone = rows[keep.pk], rows[duplicate.pk]
    if gone.merged_into_id or keep_row.merged_into_id:
        raise Refused(_("One of the two was merged before."))
    if gone.is_own:
        raise Refused(_("The office itself cannot be merged into another institution."))
    record = {"moved": [], "removed": [], "added": [], "before": _standing(gone)}
    for model, field in _pointing_here():
        _move(model, field, gone, keep_row, record)
    _keep_names(gone, keep_row, record)
    address = FormerAddress.objects.create(slug=gone.slug, institution=keep_row)
    record["added"].append([address._meta.label, address.pk])
    gone.status, gone.is_public, gone.merged_into = Institution.Status.WITHDRAWN, False, keep_row
    gone.save()
    keep_row.save()
    bump()
    audit.record(audit.Action.MERGE, user=user, item=keep_row, detail=f"{gone} ({gone.pk})")
    keep.refresh_from_db()
    duplicate.refresh_from_db()
    return InstitutionMerge.objects.create(
        kept=keep_row, duplicate=gone, record=record, merged_by=user
    )


@transaction.atomic
def undo_merge(*, merge: InstitutionMerge, user=None) -> Institution:
    """Take a merge back: what was moved returns, what was removed is there again."""
    row = InstitutionMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if row.undone_at:
        raise Refused(_("This merge was taken back before."))
    record, gone = row.record, row.duplicate
    for label, pk in reversed(record["added"]):
        for added in apps.get_model(label)._base_manager.filter(pk=pk):
            added.delete()
    try:
        with transaction.atomic():
            _give_back(row, gone)
    except IntegrityError as error:
        raise Refused(
            _("It cannot be taken back: what was merged has been changed since.")
        ) from error
    for name, value in record["before"].items():
        setattr(gone, name, value)
    gone.merged_into = None
    gone.save()
    row.kept.save()
    row.undone_at = timezone.now()
    row.save()
    bump()
    audit.record(audit.Action.UNMERGE, user=user, item=row.kept, detail=f"{gone} ({gone.pk})")
    merge.refresh_from_db()
    return gone


def _give_back(merge, gone):
    for label, field, pk in merge.record["moved"]:
        for row in apps.get_model(label)._base_manager.filter(pk=pk, **{field: merge.kept_id}):
            setattr(row, f"{field}_id", gone.pk)
            row.save()
    for removed in serializers.deserialize("python", merge.record["removed"]):
        removed.save()
        # What it belonged to may be gone; the database would ask only at the commit.
        connection.check_constraints(table_names=[removed.object._meta.db_table])


def _standing(institution):
    return {"status": institution.status, "is_public": institution.is_public}


def _pointing_here():
    """Every foreign key to an institution, of whatever floor; those of merges stay as they are."""
    for model in apps.get_models(include_auto_created=True):
        if model is InstitutionMerge or model._meta.proxy:
            continue
        for field in model._meta.concrete_fields:
            points_here = field.remote_field and field.remote_field.model is Institution
            if points_here and field.name != "merged_into":
                yield model, field


def _move(model, field, gone, keep, record):
    for row in model._base_manager.filter(**{field.name: gone.pk}).order_by("pk"):
        if model is Institution and row.pk == keep.pk:
            continue
        before = serializers.serialize("python", [row])
        setattr(row, field.attname, keep.pk)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            # The kept one has this already, or it would be tied to itself.
            _nothing_hangs_on(row)
            record["removed"] += before
            model._base_manager.get(pk=row.pk).delete()
        else:
            record["moved"].append([model._meta.label, field.name, row.pk])


def _nothing_hangs_on(row):
    """Refuse to remove a row that has rows of its own, such as a party with its signatures."""
    for relation in row._meta.related_objects:
        if relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).exists():
            raise Refused(
                _("Both institutions stand in “%(row)s”: settle this first.") % {"row": row}
            )


def _keep_names(gone, keep, record):
    known = {languages.text(keep, "name", code) for code in languages.CODES}
    known |= set(keep.names.values_list("text", flat=True))
    for code in languages.CODES:
        text = languages.text(gone, "name", code)
        if text and text not in known:
            name = InstitutionName.objects.create(
                institution=keep, text=text, lang=languages.TAGS[code]
            )
            record["added"].append([name._meta.label, name.pk])
