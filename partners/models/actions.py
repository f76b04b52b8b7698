"""The dated acts in the life of an agreement. Services create them, and nobody changes them."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement
from partners.models.parties import AgreementParty
from partners.models.parts import AgreementDocument
from publishing.cache.models import PublicModel, PublicQuerySet

# Allowed, but rarely meant: staff confirm it, and the record says that they did.
DOUBTS = {
    "before_signature": _("It takes effect before the first signature."),
    "back_dated": _("It is dated back: to before the day it was done, or before another act."),
    "short_notice": _("The notice is shorter than agreed."),
}


class AgreementAction(PublicModel):
    """Something the parties did about a concluded agreement, on a day, with its document."""

    class Kind(models.TextChoices):
        AMENDMENT = "amendment", _("Amendment")
        EXTENSION = "extension", _("Extension")
        RENEWAL = "renewal", _("Renewal")
        SUSPENSION = "suspension", _("Suspension")
        RESUMPTION = "resumption", _("Resumption")
        NOTICE = "notice", _("Notice of termination")
        TERMINATION = "termination", _("Termination")
        SUPERSESSION = "supersession", _("Supersession")
        CORRECTION = "correction", _("Correction of the record")
        CONFIRMATION = "confirmation", _("Confirmation by a party")
        ACCESSION = "accession", _("Accession of a party")
        LEAVING = "leaving", _("Withdrawal of a party")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    date = models.DateField(_("done on"))
    effective = models.DateField(_("takes effect on"))
    text = models.TextField(_("what was agreed"), blank=True)
    document = models.ForeignKey(
        AgreementDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("document"),
    )
    by_party = models.ForeignKey(
        AgreementParty,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("by"),
    )
    # Term to [before, after]; dates as their text, areas as plain values.
    changes = models.JSONField(default=dict, editable=False)
    # Codes of DOUBTS that staff confirmed.
    accepted_doubts = models.JSONField(default=list, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["effective", "pk"]
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind"],
                condition=Q(kind__in=["termination", "supersession"]),
                name="partners_action_ends_once",
                violation_error_message=_("This is on record already."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "effective"],
                condition=Q(kind="renewal"),
                name="partners_action_renewal_once",
                violation_error_message=_("The renewal of this term is on record already."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.effective}"

    @property
    def effective_from_start(self) -> datetime.date:
        """From when the changed terms count; a correction says what had been true all along."""
        return datetime.date.min if self.kind == self.Kind.CORRECTION else self.effective

    @property
    def counts_from(self) -> datetime.date:
        """From when it decides the status: a longer term does as soon as it is agreed."""
        agreed = (self.Kind.EXTENSION, self.Kind.RENEWAL)
        return self.date if self.kind in agreed else self.effective_from_start


class AgreementState(PublicModel):
    """The dates that decide the status, as they stood for a time; for agreements with acts.

    Follows from the acts and is rebuilt with each: a query for a day of the past reads it.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="states")
    valid_from = models.DateField()
    valid_until = models.DateField()
    starts = models.DateField(null=True)
    signed_last = models.DateField(null=True)
    ends_last = models.DateField(null=True)
    notice_from = models.DateField(null=True)
    is_evergreen = models.BooleanField()
    confirmed_on = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    resumed_on = models.DateField(null=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "valid_from"], name="partners_state_once"),
        ]

    def __str__(self):
        return f"{self.agreement_id} {self.valid_from}"
