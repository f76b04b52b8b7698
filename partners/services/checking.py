from django.core.exceptions import ValidationError

from publishing.editorial.exceptions import Refused


def checked(row, *, exclude=()):
    """The row, when every rule of its model holds; else Refused with the model's sentences."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        raise Refused(*error.messages) from error
    return row
