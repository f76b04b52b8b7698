"""What every step of a publishable item does: lock the row, set one language's columns, save."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from publishing.editorial import policy
from publishing.editorial.exceptions import Refused
from publishing.editorial.languages import column


def locked(item):
    """The row as it is now, held until the transaction ends. A copy is held after its live row."""
    rows = type(item).with_copies.select_for_update(of=("self",))
    if item.live_id:
        live = rows.filter(pk=item.live_id).first()
        copy = rows.filter(pk=item.pk, live=live).first() if live else None
        if copy is None:
            raise Refused(_("This working copy is no longer there: it was published or discarded."))
        copy.live = live
        return copy
    row = rows.filter(pk=item.pk).first()
    if row is None:
        raise Refused(_("This item is no longer there: it was deleted."))
    return row


def current(item):
    """The row itself, or the live one where the working copy was closed a moment ago."""
    model = type(item)
    if item.is_copy and not model.with_copies.filter(pk=item.pk).exists():
        return model.objects.get(pk=item.live_id)
    return item


def allowed(row, language, user, step):
    if user is not None and step not in policy.possible_steps(user, row, language):
        raise Refused(_("This step is not open to you now; reload the page to see the state."))


def set_columns(row, language, **values):
    for name, value in values.items():
        setattr(row, column(name, language), value)


def save(row):
    try:
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        raise Refused(*error.messages) from error
    row.save()
