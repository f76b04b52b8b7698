"""Where agreements stand on the register: what its table is sorted, filtered and counted by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement


class RegisterEntry(models.Model):
    """An agreement that the register shows; ``partners.registerindex`` keeps it in step.

    The status is no truth of its own: it holds until the day before ``stale_from``.
    """

    agreement = models.OneToOneField(
        Agreement,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="register_entry",
        verbose_name=_("agreement"),
    )
    number = models.CharField(max_length=20)
    urgency = models.SmallIntegerField()
    # Far away where there is none, so that both databases sort it last; so too long ago.
    ends = models.DateField()
    signed = models.DateField()
    partner_en = models.CharField(max_length=200)
    partner_zh_hans = models.CharField(max_length=200)
    field_order = models.PositiveIntegerField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    stale_from = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("register entry")
        verbose_name_plural = _("register entries")
        indexes = [
            models.Index(fields=["urgency", "ends", "number"], name="partners_entry_urgency"),
            models.Index(fields=["ends", "number"], name="partners_entry_ends"),
            models.Index(fields=["-signed", "number"], name="partners_entry_signed"),
            models.Index(fields=["partner_en", "number"], name="partners_entry_en"),
            models.Index(fields=["partner_zh_hans", "number"], name="partners_entry_zh"),
            models.Index(fields=["field_order", "number"], name="partners_entry_field"),
            models.Index(fields=["number"], name="partners_entry_number"),
            models.Index(fields=["first_day"], name="partners_entry_first"),
            models.Index(fields=["last_day"], name="partners_entry_last"),
            models.Index(fields=["stale_from"], name="partners_entry_stale"),
        ]

    def __str__(self):
        return self.number
