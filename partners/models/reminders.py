"""How staff hear of what is due: by mail, once for each stage, and in their calendars."""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.agreements import Agreement


def digest(key: str) -> str:
    """What is kept of a secret: enough to know it again."""
    return hashlib.sha256(key.encode()).hexdigest()


class DueSettingsQuerySet(models.QuerySet):
    def of_calendar(self, key: str):
        """Whose calendar is read under this key, while the account may sign in."""
        open_accounts = self.filter(user__is_active=True, user__is_staff=True)
        return open_accounts.filter(calendar_key=digest(key)).select_related("user")


class DueSettings(models.Model):
    """What one of the staff chose: the language of reminders, a calendar with a secret key."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="due_settings"
    )
    language = models.CharField(
        _("reminders in"),
        max_length=7,
        choices=[("en", _("English")), ("zh-hans", _("Simplified Chinese"))],
        blank=True,
    )
    calendar_key = models.CharField(max_length=64, blank=True, editable=False)
    calendar_is_mine = models.BooleanField(
        _("only agreements that I look after"), default=False, editable=False
    )
    calendar_made = models.DateTimeField(null=True, editable=False)
    calendar_fetched = models.DateTimeField(null=True, editable=False)

    objects = DueSettingsQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("choices about what is due")
        verbose_name_plural = _("choices about what is due")
        constraints = [
            models.UniqueConstraint(
                fields=["calendar_key"],
                condition=~Q(calendar_key=""),
                name="partners_duesettings_key_once",
            ),
        ]

    def __str__(self):
        return str(self.user)

    def open_calendar(self, *, only_mine: bool) -> str:
        """Make a new key and give it back: it is not kept, and the one before is void."""
        key = secrets.token_urlsafe(32)
        self.calendar_key, self.calendar_is_mine = digest(key), only_mine
        self.calendar_made, self.calendar_fetched = timezone.now(), None
        self.save()
        return key

    def close_calendar(self):
        self.calendar_key, self.calendar_made, self.calendar_fetched = "", None, None
        self.save()


class SentReminder(models.Model):
    """One stage before one deadline of one agreement, of which its owner was told."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="reminders")
    # The notice day or, where no notice is agreed, the end: a later one is told of anew.
    day = models.DateField()
    stage = models.CharField(max_length=8)
    sent_to = models.CharField(max_length=300)
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "day", "stage"], name="partners_sentreminder_once"
            ),
        ]

    def __str__(self):
        return f"{self.agreement_id} {self.day} {self.stage}"
