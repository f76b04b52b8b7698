"""Addresses at which somebody without an account reads what is not published yet."""

import hashlib

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from publishing.editorial import languages
from publishing.editorial.records import LANGUAGE_CHOICES, ItemRecord, ItemRecordQuerySet

LONGEST_DAYS = 60


def fingerprint(token: str) -> str:
    """What is kept of a token: enough to know it again, too little to write it."""
    return hashlib.sha256(token.encode()).hexdigest()


class PreviewLinkQuerySet(ItemRecordQuerySet):
    def with_token(self, token: str):
        return self.filter(fingerprint=fingerprint(token)).first()

    def for_page(self):
        return self.select_related("user").order_by("-pk")

    def over_before(self, instant):
        return self.filter(expires_at__lt=instant)

    def note_opening(self, pk):
        self.filter(pk=pk).update(openings=F("openings") + 1, last_opened=timezone.now())


class PreviewLink(ItemRecord):
    """One revision, or always the latest text, in one language or both, until an instant."""

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    revision = models.PositiveIntegerField(_("revision"), null=True)
    language = models.CharField(_("language"), max_length=12, blank=True, choices=LANGUAGE_CHOICES)
    note = models.CharField(_("for whom"), max_length=120, blank=True)
    user = models.ForeignKey(
        "auth.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("made at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    openings = models.PositiveIntegerField(_("openings"), default=0)
    last_opened = models.DateTimeField(_("last opened"), null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta(ItemRecord.Meta):
        app_label = "editorial"
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="editorial_previewlink_item")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=F("created_at")),
                name="editorial_previewlink_ends_later",
                violation_error_message=_("A link ends after it was made."),
            ),
        ]

    def __str__(self):
        return self.note or str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def item(self):
        """The live row or draft that it shows; None where that has been deleted."""
        model = self.content_type.model_class()
        return model and model.objects.filter(pk=self.object_id).first()

    def languages_label(self) -> str:
        codes = [self.language] if self.language else languages.CODES
        return pgettext("between names", ", ").join(languages.SHORT_NAMES[code] for code in codes)
