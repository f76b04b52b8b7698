"""What is kept of views: sums per item and day. No row describes a single view.

An item is (kind, object_id): the ground floor does not know the models above it.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a view that was reported is not in the public number."""

    REPEAT = "repeat", _("Repeated within 30 seconds")
    ROBOT = "robot", _("Robot or program")
    DRIVEN = "driven", _("Browser driven by a program")
    PREFETCH = "prefetch", _("Loaded ahead, not looked at")
    STAFF = "staff", _("Staff")
    NETWORK = "network", _("Network of the office")
    NO_ITEM = "no-item", _("Item unknown or not public")
    ELSEWHERE = "elsewhere", _("Reported from another site")
    AUTOMATED = "automated", _("Too many views by one visitor")
    CORRUPT = "corrupt", _("Unreadable record")


class Total(models.Model):
    """The public number of an item: imported, counted here, corrected by staff."""

    kind = models.CharField(_("kind"), max_length=32)
    object_id = models.PositiveBigIntegerField(_("number of the item"))
    base = models.PositiveBigIntegerField(_("imported"), db_default=0, default=0)
    views = models.PositiveBigIntegerField(_("counted"), db_default=0, default=0)
    correction = models.BigIntegerField(_("corrected by"), db_default=0, default=0)
    shown = models.GeneratedField(
        verbose_name=_("pageviews"),
        expression=F("base") + F("views") + F("correction"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("pageview total")
        verbose_name_plural = _("pageviews")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="pageviews_total_item"),
            models.CheckConstraint(
                condition=Q(correction__gte=0 - F("base") - F("views")),
                name="pageviews_total_not_negative",
                violation_error_message=_("The number of pageviews cannot be below zero."),
            ),
        ]

    def __str__(self):
        return f"{self.kind}-{self.object_id}: {self.shown}"


class Day(models.Model):
    """Views of an item on one day of the site's time zone, by language of the page."""

    kind = models.CharField(max_length=32)
    object_id = models.PositiveBigIntegerField()
    day = models.DateField()
    language = models.CharField(max_length=12, blank=True)
    views = models.PositiveBigIntegerField(db_default=0, default=0)
    visitors = models.PositiveBigIntegerField(db_default=0, default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "day", "language"], name="pageviews_day_item"
            )
        ]
        indexes = [models.Index(fields=["day"], name="pageviews_day_day")]

    def __str__(self):
        return f"{self.kind}-{self.object_id} {self.day} {self.language}: {self.views}"


class Referrer(models.Model):
    """Views by the host that led to them. Never a path, never a query."""

    # At most this many hosts per item and day; the others are summed under OTHER.
    MOST = 200
    OTHER = "(other)"

    kind = models.CharField(max_length=32)
    object_id = models.PositiveBigIntegerField()
    day = models.DateField()
    host = models.CharField(max_length=253)
    views = models.PositiveBigIntegerField(db_default=0, default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "day", "host"], name="pageviews_referrer_item"
            )
        ]
        indexes = [models.Index(fields=["day"], name="pageviews_referrer_day")]

    def __str__(self):
        return f"{self.kind}-{self.object_id} {self.day} {self.host}: {self.views}"


class Excluded(models.Model):
    """How many reports of a day were not counted, and why."""

    day = models.DateField()
    reason = models.CharField(max_length=12, choices=Reason)
    number = models.PositiveBigIntegerField(db_default=0, default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "reason"], name="pageviews_excluded_day")
        ]

    def __str__(self):
        return f"{self.day} {self.reason}: {self.number}"


class Seen(models.Model):
    """The last click of a visitor on an item, kept 48 hours for the 30-second rule.

    ``visitor`` is a keyed hash whose key is deleted with it; see ``Salt``.
    """

    key = models.CharField(primary_key=True, max_length=90)
    day = models.DateField(db_index=True)
    visitor = models.CharField(max_length=16)
    last = models.FloatField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["visitor", "last"], name="pageviews_seen_visitor")]

    def __str__(self):
        return self.key


class Offset(models.Model):
    """How far each journal file has been counted: moves in the transaction that counts."""

    # The row that a collector locks first, so that two never judge the same visitor at once.
    TURN = "turn"

    file = models.CharField(primary_key=True, max_length=64)
    position = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.file}: {self.position}"


class Salt(models.Model):
    """The random key of a day's visitor hashes, deleted when two days have passed."""

    day = models.DateField(primary_key=True)
    salt = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.day)


class Correction(models.Model):
    """Who changed a public number by hand, from what to what, and why."""

    class Figure(models.TextChoices):
        BASE = "base", _("imported number")
        SHOWN = "shown", _("public number")

    kind = models.CharField(_("kind"), max_length=32)
    object_id = models.PositiveBigIntegerField(_("number of the item"))
    figure = models.CharField(_("figure"), max_length=5, choices=Figure)
    before = models.BigIntegerField(_("before"))
    after = models.BigIntegerField(_("after"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("correction of pageviews")
        verbose_name_plural = _("corrections of pageviews")
        default_permissions = ("add", "view")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["kind", "object_id"], name="pageviews_correction_item")]

    def __str__(self):
        return f"{self.kind}-{self.object_id}: {self.before} → {self.after}"
