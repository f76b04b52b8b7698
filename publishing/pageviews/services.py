"""What changes public numbers by hand, and leaves a trace."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from .models import Correction, Day, Referrer, Seen, Total


@transaction.atomic
def set_base(*, key: str, object_id: int, base: int, user=None, force: bool = False) -> bool:
    """Sets what an old site had counted. Absolute: twice changes nothing. True if it changed.

    Raises ValidationError where the number would become smaller, unless forced.
    """
    if base < 0:
        raise ValidationError(_("The number of pageviews cannot be below zero."), code="negative")
    total = _locked(key, object_id)
    if base == total.base:
        return False
    if base < total.base and not force:
        raise ValidationError(
            _("The imported number is %(before)s already; %(after)s would lower it."),
            code="lower",
            params={"before": total.base, "after": base},
        )
    before, total.base = total.base, base
    _refuse_below_zero(total)
    total.save(update_fields=["base"])
    _note(total, Correction.Figure.BASE, before, base, "", user)
    return True


@transaction.atomic
def correct(*, key: str, object_id: int, shown: int, reason: str, user=None) -> bool:
    """Sets the public number, for instance after forged views. True if it changed.

    What was counted stays as it is; the difference is kept beside it, so a later import does
    not undo the correction. Raises ValidationError without a reason or below zero.
    """
    if not reason.strip():
        raise ValidationError(_("Say why the number is corrected."), code="reason")
    total = _locked(key, object_id)
    before = total.shown
    if shown == before:
        return False
    total.correction += shown - before
    _refuse_below_zero(total)
    total.save(update_fields=["correction"])
    _note(total, Correction.Figure.SHOWN, before, shown, reason.strip(), user)
    return True


@transaction.atomic
def forget(key: str, object_id: int) -> None:
    """For the service that deletes an item. Corrections stay, as the record of who did what."""
    item = {"kind": key, "object_id": object_id}
    Seen.objects.filter(key__contains=f".{key}-{object_id}.").delete()
    for model in (Total, Day, Referrer):
        model.objects.filter(**item).delete()


def _locked(key, object_id):
    Total.objects.bulk_create([Total(kind=key, object_id=object_id)], ignore_conflicts=True)
    return Total.objects.select_for_update().get(kind=key, object_id=object_id)


def _refuse_below_zero(total):
    if total.base + total.views + total.correction < 0:
        raise ValidationError(_("The number of pageviews cannot be below zero."), code="negative")


def _note(total, figure, before, after, reason, user):
    Correction.objects.create(
        kind=total.kind,
        object_id=total.object_id,
        figure=figure,
        before=before,
        after=after,
        reason=reason,
        user=user,
    )
