"""What came from an old site."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from news.models.releases import Release


class ImportedRelease(models.Model):
    """Which release came from which item of an old site: no item is brought over twice."""

    source_id = models.CharField(_("number on the old site"), max_length=200)
    release = models.OneToOneField(Release, on_delete=models.CASCADE, related_name="imported")
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("imported release")
        verbose_name_plural = _("imported releases")
        constraints = [
            models.UniqueConstraint(
                fields=["source_id"],
                name="news_importedrelease_once",
                violation_error_message=_("This item was imported already."),
            ),
        ]

    def __str__(self):
        return self.source_id
