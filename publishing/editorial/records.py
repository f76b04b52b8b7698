"""What the desk writes down about an item: revisions, audit, former addresses, notes.

The ground floor knows its items only by content type and id of the live row (a draft's own id);
``services.forget`` clears up when an item is deleted. The audit alone stays.
"""

import re

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from publishing.editorial import languages

LANGUAGE_CHOICES = [(code, languages.OWN_NAMES[code]) for code in languages.CODES]


def item_id(row):
    """The id by which records know a row: that of its live row, where it is a working copy."""
    return getattr(row, "item_id", row.pk)


class ItemRecordQuerySet(models.QuerySet):
    def of(self, item):
        """The records of an item, asked with its live row, its draft or its working copy."""
        return self.filter(
            content_type=ContentType.objects.get_for_model(item), object_id=item_id(item)
        )

    def record(self, item, **values):
        kind = ContentType.objects.get_for_model(item)
        return self.create(content_type=kind, object_id=item_id(item), **values)


class ItemRecord(models.Model):
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()

    objects = ItemRecordQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()


class Revision(ItemRecord):
    """What an item said after one save, as ``traversal.snapshot`` tells it."""

    class Kind(models.TextChoices):
        FOUND = "found", _("as found")
        SAVED = "saved", _("saved")
        RESTORED = "restored", _("restored")
        PUBLISHED = "published", _("published")

    number = models.PositiveIntegerField(_("number"))
    created_at = models.DateTimeField(_("saved at"), default=timezone.now)
    user = models.ForeignKey(
        "auth.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SAVED)
    # The languages that the save changed, or that were published.
    languages = models.CharField(_("languages"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    data = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta(ItemRecord.Meta):
        ordering = ["-number"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "number"], name="editorial_revision_number"
            ),
        ]

    def __str__(self):
        return str(self.number)

    def languages_label(self) -> str:
        names = languages.SHORT_NAMES
        codes = self.languages.split(",")
        return pgettext("between names", ", ").join(names[code] for code in codes if code in names)


class FormerAddress(models.Model):
    """A slug under which an item was public once: it leads on for ever and is never given again."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    slug = models.CharField(_("address"), max_length=120)
    left_at = models.DateTimeField(_("left at"), default=timezone.now)

    objects = ItemRecordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "slug"], name="editorial_formeraddress_once"
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="editorial_formeraddress_item")
        ]

    def __str__(self):
        return self.slug


class FieldConfirmation(ItemRecord):
    """Somebody wrote or confirmed this translation of this source text."""

    field = models.CharField(_("field"), max_length=100)
    language = models.CharField(_("language"), max_length=12, choices=LANGUAGE_CHOICES)
    source = models.CharField(_("fingerprint of the source"), max_length=32)
    target = models.CharField(_("fingerprint of the translation"), max_length=32)
    source_text = models.TextField(_("source text"))
    at = models.DateTimeField(_("confirmed at"), default=timezone.now)
    user = models.ForeignKey(
        "auth.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta(ItemRecord.Meta):
        verbose_name = _("confirmed translation")
        verbose_name_plural = _("confirmed translations")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "field", "language", "source", "target"],
                name="editorial_fieldconfirmation_once",
            ),
        ]

    def __str__(self):
        return f"{self.field} {self.language}"


class ChangeNoteQuerySet(ItemRecordQuerySet):
    def told(self):
        """Notes of changes that have gone live, newest first."""
        return self.filter(at__isnull=False).order_by("-at", "-pk")

    def latest(self, model, pks, language: str) -> dict[int, str]:
        """What readers were told last of each of these items; one query for all."""
        kind = ContentType.objects.get_for_model(model)
        notes = self.told().filter(content_type=kind, object_id__in=pks, language=language)
        rows = notes.filter(is_minor=False).values_list("object_id", "note")
        return dict(reversed(rows))

    def waiting(self):
        """Notes of scheduled changes."""
        return self.filter(at__isnull=True)


class ChangeNote(ItemRecord):
    """What changed in a published text, as the public reads it."""

    language = models.CharField(_("language"), max_length=12, choices=LANGUAGE_CHOICES)
    # Null: the change is scheduled.
    at = models.DateTimeField(_("published at"), null=True)
    is_minor = models.BooleanField(_("minor"), default=False)
    note = models.TextField(_("note"), blank=True)

    objects = ChangeNoteQuerySet.as_manager()

    class Meta(ItemRecord.Meta):
        verbose_name = _("change note")
        verbose_name_plural = _("change notes")
        indexes = [
            models.Index(
                fields=["content_type", "object_id", "language"], name="editorial_changenote_item"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language"],
                condition=Q(at=None),
                name="editorial_changenote_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(is_minor=True) | ~Q(note=""),
                name="editorial_changenote_says_what",
                violation_error_message=_("Say what has changed."),
            ),
        ]

    def __str__(self):
        return self.note


class AppendOnly(TypeError):
    """Somebody tried to change what is written once."""


class AuditQuerySet(models.QuerySet):
    def update(self, **values):
        raise AppendOnly("Audit events are never changed.")

    def delete(self):
        raise AppendOnly("Audit events are never deleted.")

    def bulk_update(self, *args, **kwargs):
        raise AppendOnly("Audit events are never changed.")

    def bulk_create(self, *args, **kwargs):
        raise AppendOnly("Audit events are written one by one, each cleaned.")

    update.alters_data = delete.alters_data = True


# Everything that could end a line or turn its direction, in a log or in a table.
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class AuditEvent(models.Model):
    """Who did what, when: written once, in the transaction of what it tells."""

    class Action(models.TextChoices):
        OPEN = "open", _("opened a working copy")
        DISCARD = "discard", _("discarded a working copy")
        SUBMIT = "submit", _("sent to review")
        APPROVE = "approve", _("approved")
        SEND_BACK = "send_back", _("sent back")
        PUBLISH = "publish", _("published")
        SCHEDULE = "schedule", _("scheduled")
        UNSCHEDULE = "unschedule", _("took back a schedule")
        WINDOW = "window", _("changed embargo or expiry")
        WITHDRAW = "withdraw", _("withdrew")
        UNPUBLISH = "unpublish", _("unpublished")
        RESTORE = "restore", _("restored a revision")
        MOVE = "move", _("changed the address")
        DELETE = "delete", _("deleted")
        CREATE = "create", pgettext_lazy("what somebody did", "created")
        SHOW = "show", _("changed who may see it")
        ACT = "act", _("recorded an act")
        MERGE = "merge", pgettext_lazy("what somebody did", "merged")
        UNMERGE = "unmerge", _("took a merge back")
        LINK = "link", _("made a preview link")
        REVOKE = "revoke", _("revoked a preview link")
        RIGHTS = "rights", _("changed rights")
        SIGN_IN = "sign_in", _("signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("failed to sign in")
        EXPORT = "export", _("exported")
        ASK = "ask", _("asked for a confirmation")
        DECIDE = "decide", _("decided on proposed changes")
        IMPORT = "import", _("imported")

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    # No constraint and no cascade: erasing an account leaves what was written as it is.
    user = models.ForeignKey(
        "auth.User",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    user_name = models.CharField(_("who"), max_length=150, blank=True)
    action = models.CharField(_("what"), max_length=16, choices=Action.choices)
    kind = models.CharField(_("kind"), max_length=100, blank=True)
    object_id = models.PositiveBigIntegerField(_("number"), null=True)
    title = models.CharField(_("of"), max_length=250, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True, choices=LANGUAGE_CHOICES)
    revision = models.PositiveIntegerField(_("revision"), null=True)
    detail = models.CharField(_("detail"), max_length=1000, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [models.Index(fields=["kind", "object_id"], name="editorial_auditevent_item")]

    def __str__(self):
        at = f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"
        return " ".join(filter(None, (at, self.user_name, self.get_action_display(), self.title)))

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly("Audit events are never changed.")
        for name in ("user_name", "kind", "title", "language", "detail"):
            limit = self._meta.get_field(name).max_length
            setattr(self, name, _UNWANTED.sub(" ", str(getattr(self, name)))[:limit])
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args, **kwargs):
        raise AppendOnly("Audit events are never deleted.")
