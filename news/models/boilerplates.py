"""Standing texts about the office, which releases share."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages


def paragraphs(text: str) -> list[str]:
    """What empty lines set apart."""
    blocks = (text or "").replace("\r\n", "\n").split("\n\n")
    return [block.strip() for block in blocks if block.strip()]


class Boilerplate(PublicModel):
    """A standing text, such as "About the Centre". Each release keeps the version of its day."""

    name = models.CharField(_("name for the staff"), max_length=120)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("standing text")
        verbose_name_plural = _("standing texts")

    def __str__(self):
        return self.name


class BoilerplateVersion(PublicModel):
    boilerplate = models.ForeignKey(
        Boilerplate, on_delete=models.CASCADE, related_name="versions", verbose_name=_("text")
    )
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)
    heading = models.CharField(_("heading"), max_length=160, blank=True)
    text = models.TextField(_("text"), blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["boilerplate", "-valid_from", "-pk"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(
                fields=["boilerplate", "valid_from"],
                name="news_boilerplate_one_version_a_day",
                violation_error_message=_("There is a version from this day already."),
            ),
        ]

    def __str__(self):
        return f"{self.boilerplate}, {self.valid_from}"

    @property
    def paragraphs(self):
        return paragraphs(self.text)

    def is_printed(self) -> bool:
        """Whether a release that the public knows quotes this version."""
        return any(release.has_been_public() for release in self.releases.all())

    def clean(self):
        super().clean()
        before = BoilerplateVersion.objects.filter(pk=self.pk or 0).first()
        if before is None or not before.is_printed():
            return
        names = languages.columns("heading", "text")
        if any((getattr(before, n) or "") != (getattr(self, n) or "") for n in names):
            raise ValidationError(
                _("Published releases quote this version; add a new version instead.")
            )
