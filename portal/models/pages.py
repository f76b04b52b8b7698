"""Pages that staff write."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.editorial.models import Publishable, PublishableQuerySet, items
from publishing.editorial.richtext import RichTextField

# First parts of addresses that belong to the portal itself.
RESERVED = {
    "admin", "news", "events", "partners", "agreements", "search", "media", "static", "covers",
    "api", "feeds", "v", "livez", "readyz", "timeline", "about", "account", "preview", "subscribe",
}  # fmt: skip


class Page(Publishable):
    """A page that staff write: the introduction, and whatever else the menu needs."""

    title = models.CharField(_("title"), max_length=200, blank=True)
    menu_title = models.CharField(
        _("short title"),
        max_length=60,
        blank=True,
        help_text=_("For the menu and the line above the title."),
    )
    summary = models.TextField(_("summary"), blank=True)
    body = RichTextField(_("text"))
    lead_image = models.ForeignKey(
        "media.Image",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead image"),
    )
    shows_figures = models.BooleanField(
        _("show figures"),
        default=False,
        help_text=_("Partners and agreements in force beside the text."),
    )
    shows_milestones = models.BooleanField(_("show milestones"), default=False)

    objects = items(PublishableQuerySet)

    url_name = "page"
    required_to_publish = ("title", "body")
    may_lack = ("menu_title",)

    class Meta(Publishable.Meta):
        ordering = ["slug"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def clean(self):
        super().clean()
        if self.slug in RESERVED:
            raise ValidationError({"slug": _("This address belongs to the portal itself.")})
