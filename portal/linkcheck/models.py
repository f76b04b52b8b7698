import hashlib
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    UNCHECKED = "unchecked", _("not checked yet")
    WORKS = "works", _("works")
    MOVED = "moved", _("moved for good")
    UNCLEAR = "unclear", _("unclear")
    BROKEN = "broken", _("broken")


class Reason(models.TextChoices):
    """Why there was no answer at all."""

    ADDRESS = "address", _("this is no web address")
    CLOSED = "closed", _("leads into a closed network, or to an unusual port")
    NO_HOST = "no_host", _("there is no such host")
    NO_CONNECTION = "no_connection", _("the host does not answer")
    TIMEOUT = "timeout", _("the answer takes too long")
    CERTIFICATE = "certificate", _("the certificate is not valid")
    LOOP = "loop", _("is redirected again and again")


# When a link is looked at again.
PAUSES = {
    State.WORKS: timedelta(days=30),
    State.MOVED: timedelta(days=30),
    State.UNCLEAR: timedelta(days=1),
    State.BROKEN: timedelta(days=3),
}
# A host that is away once or twice is not gone.
PATIENCE = 3
# For so long nobody else checks a link that somebody has taken.
CLAIM = timedelta(minutes=10)


class ExternalLinkQuerySet(models.QuerySet):
    def due(self, now):
        return self.filter(next_check__lte=now).order_by("next_check", "pk")

    def broken(self):
        return self.filter(state=State.BROKEN)


def fingerprint(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


class ExternalLink(models.Model):
    """An address elsewhere to which public texts or records lead, and what became of it."""

    address = models.TextField(_("address"))
    # Addresses may be longer than an index takes.
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    uses = models.PositiveIntegerField(_("places"), default=1)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.UNCHECKED
    )
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=15, choices=Reason.choices, blank=True)
    final_address = models.TextField(_("leads to"), blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    next_check = models.DateTimeField(_("next check"), default=timezone.now, db_index=True)

    objects = ExternalLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to another site")
        verbose_name_plural = _("links to other sites")
        default_permissions = ("view",)
        ordering = ["state", "address"]

    def __str__(self):
        return self.address

    def note(self, answer, now):
        """What the check found. Passing troubles count as broken when they last."""
        self.failures = 0 if answer.works else self.failures + 1
        self.state = self._judged(answer)
        self.status, self.reason = answer.status, answer.reason
        self.final_address = answer.final if answer.moved else ""
        self.checked_at, self.next_check = now, now + PAUSES[self.state]
        self.save()

    def _judged(self, answer):
        if answer.works:
            return State.MOVED if answer.moved else State.WORKS
        if answer.is_final or (answer.may_pass and self.failures >= PATIENCE):
            return State.BROKEN
        return State.UNCLEAR
