"""Whom the press may ask, and under which numbers."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from news.telephones import dialable
from partners.models import Institution
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages


class PressContactQuerySet(PublicQuerySet):
    def of_office(self):
        """Those of the office who can be asked today."""
        own = Q(institution=None) | Q(institution__is_own=True)
        return self.filter(own, has_left=False)

    def for_page(self):
        return self.select_related("institution", "successor").prefetch_related(
            "telephones", "successor__telephones"
        )


class PressContact(PublicModel):
    """Whom the press may ask. Who has left keeps the printed name; the successor's numbers show."""

    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=160)
    role = models.CharField(_("job title"), max_length=200, blank=True)
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    has_left = models.BooleanField(
        _("has left"),
        default=False,
        help_text=_("Old releases keep the name, without number and e-mail."),
    )
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("successor"),
    )

    objects = PressContactQuerySet.as_manager()

    class Meta:
        ordering = ["name_en", "pk"]
        verbose_name = _("press contact")
        verbose_name_plural = _("press contacts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(successor=models.F("pk")),
                name="news_presscontact_not_own_successor",
                violation_error_message=_("Nobody is their own successor."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name")

    @property
    def name_here(self):
        return languages.first_text(self, "name")

    @property
    def reachable(self):
        """Who answers now: the contact itself or its successor; None where nobody does."""
        if not self.has_left:
            return self
        return self.successor if self.successor and not self.successor.has_left else None


class PressTelephone(PublicModel):
    """A number as it is printed, and as a telephone dials it."""

    contact = models.ForeignKey(PressContact, on_delete=models.CASCADE, related_name="telephones")
    printed = models.CharField(
        _("telephone number"),
        max_length=60,
        help_text=_("With its country code: +44 (0)121 414 8254."),
    )
    dialled = models.CharField(max_length=40, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("telephone number")
        verbose_name_plural = _("telephone numbers")

    def __str__(self):
        return self.printed

    def save(self, *args, **kwargs):
        self.dialled = dialable(self.printed)
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        try:
            dialable(self.printed)
        except ValueError as error:
            raise ValidationError(
                {
                    "printed": _(
                        "This number cannot be dialled. Write it with its country code: "
                        "+86 25 1234 5678."
                    )
                }
            ) from error
