"""What an item owns beside its own row."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial.models.publishable import Publishable


class OwnedRow(PublicModel):
    """A part of an item that has a table of its own: a quote, a note, a session.

    Its ``key`` is the same in the live row's part and in the working copy's; the owner names the
    relation in ``owned``.
    """

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PublicQuerySet.as_manager()

    kept_apart = ("key",)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    @classmethod
    def owner_field(cls):
        for field in cls._meta.concrete_fields:
            if field.is_relation and issubclass(field.related_model, Publishable):
                return field
        return None

    def owner(self):
        """The publishable item that this is a part of, if it is one's."""
        field = self.owner_field()
        return getattr(self, field.name) if field else None

    def affects_public_pages(self) -> bool:
        """Nobody sees the parts of a working copy."""
        return not getattr(self.owner(), "is_copy", False)
