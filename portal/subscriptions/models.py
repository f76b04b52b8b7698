import uuid
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import CooperationField, Institution
from publishing.editorial import languages
from publishing.editorial.languages import column
from publishing.editorial.records import LANGUAGE_CHOICES

# Who has not confirmed by then never asked, or never got the letter.
UNCONFIRMED = timedelta(hours=48)
# What is older is no news: it is in no digest, however long none was sent.
WINDOW = timedelta(days=35)


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def never_confirmed(self, now):
        """Those whose time to confirm is over."""
        return self.filter(confirmed_at=None, made__lt=now - UNCONFIRMED)

    def asked_since(self, instant):
        return self.filter(asked_at__gt=instant)


class Subscriber(models.Model):
    """An address and what its owner wants to hear of. Nothing else is known of them.

    Confirmed by a link that only the owner of the address gets. ``str()`` does not tell the
    address, because logs and the audit keep what it says.
    """

    class Rhythm(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DAILY = "daily", _("once a day")
        WEEKLY = "weekly", _("once a week")

    # Stands in links; a later subscription of the same address has another.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # In lower case: one address, one subscriber.
    email = models.EmailField(_("e-mail"), unique=True)
    language = models.CharField(_("language"), max_length=12, choices=LANGUAGE_CHOICES)
    reads_en = models.BooleanField(_("texts in English"), default=False)
    reads_zh_hans = models.BooleanField(_("texts in Chinese"), default=False)
    releases = models.BooleanField(_("releases"), default=True)
    events = models.BooleanField(_("events"), default=True)
    # Else what belongs to one of the topics; kept apart, so that a topic that is deleted does
    # not turn a narrow choice into everything.
    everything = models.BooleanField(_("all topics"), default=True)
    rhythm = models.CharField(
        _("how often"), max_length=8, choices=Rhythm.choices, default=Rhythm.WEEKLY
    )
    made = models.DateTimeField(_("asked on"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, blank=True)
    # When the last letter with a link was written because somebody entered this address, and
    # how many within a day.
    asked_at = models.DateTimeField(null=True, editable=False)
    asked = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        default_permissions = ("view", "delete", "export")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reads_en=True) | Q(reads_zh_hans=True),
                name="subscriptions_subscriber_reads",
                violation_error_message=_("Choose a language."),
            ),
            models.CheckConstraint(
                condition=Q(releases=True) | Q(events=True),
                name="subscriptions_subscriber_kinds",
                violation_error_message=_("Choose releases, events or both."),
            ),
        ]

    def __str__(self):
        return str(_("Subscriber %(number)s") % {"number": self.pk})

    @property
    def reads(self) -> list[str]:
        return [code for code in languages.CODES if getattr(self, column("reads", code))]

    def may_be_asked(self, now) -> bool:
        """One letter an hour, three a day: whoever enters another's address cannot flood it."""
        if self.asked_at is None or self.asked_at < now - timedelta(days=1):
            return True
        return self.asked < 3 and self.asked_at < now - timedelta(hours=1)

    def note_asked(self, now):
        fresh = self.asked_at is None or self.asked_at < now - timedelta(days=1)
        self.asked = 1 if fresh else self.asked + 1
        self.asked_at = now
        self.save(update_fields=["asked", "asked_at"])

    def confirm(self, now):
        self.confirmed_at = now
        self.save(update_fields=["confirmed_at"])


class Topic(models.Model):
    """A field or a partner that a subscriber wants to hear of."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="topics")
    field = models.ForeignKey(
        CooperationField, on_delete=models.CASCADE, null=True, related_name="+"
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            models.CheckConstraint(
                condition=Q(field=None, institution__isnull=False)
                | Q(field__isnull=False, institution=None),
                name="subscriptions_topic_is_one",
                violation_error_message=_("A topic is a field or a partner."),
            ),
            models.UniqueConstraint(
                fields=["subscriber", "field"], name="subscriptions_topic_field"
            ),
            models.UniqueConstraint(
                fields=["subscriber", "institution"], name="subscriptions_topic_institution"
            ),
        ]

    def __str__(self):
        return str(self.field or self.institution)


class Edition(models.Model):
    """A letter with news that was written. A day or a week has one for each subscriber."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="editions")
    slot = models.CharField(max_length=40)
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "slot"], name="subscriptions_edition_once"
            )
        ]

    def __str__(self):
        return self.slot


class Told(models.Model):
    """What a subscriber was told: the appearance of a text, or one change of it."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="told")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    language = models.CharField(max_length=12, choices=LANGUAGE_CHOICES)
    # Empty: that it appeared. Else the number of the change note.
    version = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("news told")
        verbose_name_plural = _("news told")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "content_type", "object_id", "language", "version"],
                name="subscriptions_told_once",
            )
        ]

    def __str__(self):
        return f"{self.content_type_id} {self.object_id} {self.language} {self.version}"
