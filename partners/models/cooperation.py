"""The office's own lists: its fields of cooperation, and the kinds of its agreements."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.named import NamedModel, code_form, unique_names
from publishing.cache.models import PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.slugs import slug_form


class CooperationField(NamedModel):
    """One of the office's fields of cooperation: a colour, a name, a place in the order."""

    # No SlugField, here and below: its own sentence would stand beside ours.
    slug = models.CharField(_("address"), max_length=40, validators=[slug_form])
    name = models.CharField(_("name"), max_length=80)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    slot = models.PositiveSmallIntegerField(
        _("colour"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1 green, 2 ochre, 3 red, 4 blue, 5 violet."),
    )

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("field of cooperation")
        verbose_name_plural = _("fields of cooperation")
        constraints = [
            *unique_names("partners_field", _("Another field has this name already.")),
            models.UniqueConstraint(
                fields=["slug"],
                name="partners_field_slug",
                violation_error_code="unique",
                violation_error_message=_("Another field has this address already."),
            ),
            models.CheckConstraint(
                condition=Q(slot__range=(1, 5)),
                name="partners_field_slot",
                violation_error_message=_("Choose a colour from 1 to 5."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name")


class AgreementKind(NamedModel):
    """What an agreement is, such as a memorandum; offices add kinds of their own."""

    # Addresses, files and agreements name a kind by it.
    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[code_form],
        error_messages={"unique": _("Another kind has this code already.")},
    )
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("kind of agreement")
        verbose_name_plural = _("kinds of agreement")
        constraints = unique_names("partners_kind", _("Another kind has this name already."))

    def __str__(self):
        return languages.first_text(self, "name") or self.code
