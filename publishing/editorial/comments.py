"""Comments of colleagues on a text: anchored to a field and a language, open until resolved."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.editorial import languages
from publishing.editorial.records import LANGUAGE_CHOICES, ItemRecord, ItemRecordQuerySet


class CommentQuerySet(ItemRecordQuerySet):
    def open(self):
        return self.filter(resolved_at=None)

    def open_in(self, item, language: str):
        """What should be read before ``language`` is published; the item as a whole too."""
        return self.of(item).open().filter(language__in=("", language)).for_panel()

    def for_panel(self):
        """Open ones first, each as it was written."""
        unresolved_first = models.F("resolved_at").asc(nulls_first=True)
        return self.select_related("author", "resolved_by").order_by(unresolved_first, "pk")


class Comment(ItemRecord):
    """``field`` and ``language`` are empty where the item as a whole is meant."""

    field = models.CharField(_("field"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True, choices=LANGUAGE_CHOICES)
    text = models.TextField(_("comment"), max_length=2000)
    author = models.ForeignKey(
        "auth.User",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    mentions = models.ManyToManyField("auth.User", related_name="+", blank=True)
    resolved_by = models.ForeignKey(
        "auth.User",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )
    resolved_at = models.DateTimeField(_("resolved at"), null=True)

    objects = CommentQuerySet.as_manager()

    class Meta(ItemRecord.Meta):
        app_label = "editorial"
        ordering = ["pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="editorial_comment_item")
        ]

    def __str__(self):
        return self.text[:80]

    @property
    def anchor(self) -> str:
        """The field of the staff form that is meant; empty for the whole item."""
        if not self.field:
            return ""
        return languages.column(self.field, self.language) if self.language else self.field

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None
