"""What a partner says about its own entry: an invitation by link, its answer, each correction."""

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.institutions import Institution
from partners.models.relations import ContactPoint

SALT = "partners.confirmation"
LONGEST = 5000


class ConfirmationLinkQuerySet(models.QuerySet):
    def of_token(self, token: str):
        """The link that a token was made for; nothing for any other text."""
        try:
            pk = signing.Signer(salt=SALT).unsign_object(token)
        except (signing.BadSignature, ValueError):
            return self.none()
        return self.filter(pk=pk) if isinstance(pk, int) else self.none()

    def open(self):
        shown = ~Q(institution__status=Institution.Status.WITHDRAWN)
        return self.filter(shown, answered_at=None, revoked_at=None, expires_at__gt=timezone.now())


class ConfirmationLink(models.Model):
    """The right to answer once about one institution, by an address that nobody can guess."""

    institution = models.ForeignKey(
        Institution,
        on_delete=models.CASCADE,
        related_name="confirmation_links",
        verbose_name=_("institution"),
    )
    contact = models.ForeignKey(
        ContactPoint,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = ConfirmationLinkQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        verbose_name = _("confirmation link")
        verbose_name_plural = _("confirmation links")

    def __str__(self):
        return f"{self.institution} {self.made_at:%Y-%m-%d}"

    def get_absolute_url(self):
        # Without a time in it: until when it is valid, the row says.
        token = signing.Signer(salt=SALT).sign_object(self.pk)
        return reverse("partners:confirmation", kwargs={"token": token})

    @property
    def is_open(self) -> bool:
        """The rule of ``open()``, told of a row that is in memory."""
        shown = self.institution.status != Institution.Status.WITHDRAWN
        return shown and not (self.answered_at or self.revoked_at or self.has_expired)

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class ProposalQuerySet(models.QuerySet):
    def waiting(self):
        """Answers on which staff have not decided yet, the oldest first."""
        return self.filter(decided_at=None).order_by("pk")


class Proposal(models.Model):
    """The partner's answer. It changes nothing by itself: staff decide on each correction."""

    institution = models.ForeignKey(
        Institution,
        on_delete=models.CASCADE,
        related_name="proposals",
        verbose_name=_("institution"),
    )
    link = models.OneToOneField(
        ConfirmationLink, on_delete=models.CASCADE, related_name="proposal", editable=False
    )
    confirms = models.BooleanField(_("confirmed as it is"), default=False, editable=False)
    sender = models.CharField(_("answered by"), max_length=160, blank=True)
    note = models.TextField(_("remark"), max_length=LONGEST, blank=True)
    sent_at = models.DateTimeField(_("received"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("decided by"),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        default_permissions = ("view", "change")
        ordering = ["-pk"]
        verbose_name = _("partner's answer")
        verbose_name_plural = _("partners' answers")

    def __str__(self):
        return f"{self.institution} {timezone.localtime(self.sent_at):%Y-%m-%d}"


class ProposedChange(models.Model):
    """One field as the partner saw it and as it should be; what staff made of that."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        BY_HAND = "by_hand", _("settled by hand")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="changes")
    # Which field of the entry: see partners.confirming.
    field = models.CharField(max_length=60)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        verbose_name = _("proposed correction")
        verbose_name_plural = _("proposed corrections")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "field"], name="partners_proposedchange_once"
            ),
        ]

    def __str__(self):
        return f"{self.proposal_id} {self.field}"
