from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Minutes until the next attempt, by the number of attempts that failed; the last one repeats.
PAUSES = (1, 5, 15, 60, 240)
# A letter that is older is given up: a link in it would no longer work.
KEPT = timedelta(days=3)


class LetterQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(sent=None, given_up=False)

    def due(self, at=None):
        return self.waiting().filter(next_attempt__lte=at or timezone.now()).order_by("pk")

    def stuck(self):
        """What an administrator should know of: it failed once, or was given up."""
        return self.filter(sent=None).filter(Q(given_up=True) | Q(attempts__gt=0))


class Letter(models.Model):
    """One mail. Its text is emptied when it has been sent: it may hold a link that opens."""

    recipient = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300)
    # The whole message as it is handed to the server.
    message = models.BinaryField(editable=False)
    # The part of the portal that wrote it and may take it back; empty: accounts of staff.
    purpose = models.CharField(max_length=20, blank=True, editable=False)
    made = models.DateTimeField(_("written"), default=timezone.now)
    sent = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt = models.DateTimeField(_("next attempt"), default=timezone.now)
    error = models.CharField(_("reason"), max_length=300, blank=True)
    given_up = models.BooleanField(_("given up"), default=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        default_permissions = ("view", "delete")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt"], condition=Q(sent=None), name="outbox_letter_waiting"
            )
        ]

    def __str__(self):
        return f"{self.recipient}: {self.subject}"

    def succeed(self):
        self._note(sent=timezone.now(), message=b"", error="")

    def fail(self, reason: str):
        now = timezone.now()
        pause = PAUSES[min(self.attempts, len(PAUSES) - 1)]
        self._note(
            attempts=self.attempts + 1,
            error=reason[:300],
            next_attempt=now + timedelta(minutes=pause),
            given_up=now - self.made > KEPT,
        )

    def _note(self, **values):
        """No ``save``: the letter may have been taken back while the server had it."""
        for name, value in values.items():
            setattr(self, name, value)
        Letter.objects.filter(pk=self.pk).update(**values)
