"""Time zones by the names that rows bear: a name may be wrong, a page must not fail by it."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    # Names of folders, of files that are no zone, and of nothing.
    except (KeyError, ValueError, OSError):
        return None


def check(row) -> None:
    """ValidationError where the ``time_zone`` of a row is given and not known."""
    if row.time_zone and zone_of(row.time_zone) is None:
        raise ValidationError({"time_zone": _("This time zone is not known.")})
