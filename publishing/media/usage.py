"""Where the items of the library are used. The floors above tell; nothing here knows their models.

An item is public while something public uses it, and only then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models

from publishing.media.models import Image, Video

_finders = []


@dataclass(frozen=True)
class Use:
    """One row that shows an item of the library."""

    row: models.Model
    is_public: bool


def register(find: Callable[[models.Model], Iterable[Use]]):
    """Register ``find(item)``: the uses of an Image, File or Video in one app's rows."""
    _finders.append(find)
    return find


def uses(item: models.Model) -> Iterable[Use]:
    for find in _finders:
        yield from find(item)
    if isinstance(item, Image):
        for film in Video.objects.filter(poster=item):
            yield from uses(film)


def is_public(item: models.Model) -> bool:
    return any(use.is_public for use in uses(item))


def may_read(user, item: models.Model) -> bool:
    """Anyone reads what a public page shows; staff who may see the library, everything in it."""
    meta = item._meta
    return is_public(item) or user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
