"""What all uploads are asked first."""

import io

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _


def size_within(limit: int, file, refusal: type[ValidationError]) -> int:
    """The bytes of ``file``, or ``refusal`` where they are more than ``limit``."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size > limit:
        raise refusal(
            _("This file is too large (%(size)s). The limit is %(limit)s."),
            code="too_large",
            params={"size": filesizeformat(size), "limit": filesizeformat(limit)},
        )
    return size
