"""The centre's timeline."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from news.models import Event, Release
from partners.models import Agreement, Institution, Place
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read
from publishing.editorial.languages import column


class MilestoneQuerySet(PublicQuerySet):
    def public(self, language: str | None = None):
        """Milestones that have a text in ``language``: the only door for public reads."""
        title = column("title", language or languages.active())
        return self.filter(is_public=True).exclude(Q((f"{title}__isnull", True)) | Q((title, "")))

    def newest_first(self):
        return self.order_by("-date_last", "-pk")

    def for_timeline(self):
        return self.select_related("release", "event", "agreement", "place")


class Milestone(PublicModel):
    """A dated entry of the centre's timeline."""

    date = PartialDateField(_("date"), blank=False)
    date_first = FirstDayField(source="date")
    date_last = LastDayField(source="date")
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place"),
    )
    release = models.ForeignKey(
        Release,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("release"),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("event"),
    )
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreement"),
    )
    institutions = models.ManyToManyField(
        Institution, blank=True, related_name="milestones", verbose_name=_("institutions")
    )
    is_public = models.BooleanField(_("public"), default=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["-date_last", "-pk"]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")

    def __str__(self):
        return f"{self.date} {languages.first_text(self, 'title')}"

    @property
    def printed_date(self):
        return read(self.date)

    def link(self) -> str:
        """Where the entry leads: to its release, event or agreement, if anyone may read it."""
        language = languages.active()
        for item in (self.release, self.event):
            if item is not None and item.is_public(language):
                return item.get_absolute_url()
        agreement = self.agreement
        if agreement is not None and agreement.public_level != Agreement.PublicLevel.HIDDEN:
            return agreement.get_absolute_url()
        return ""
