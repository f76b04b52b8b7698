"""The menu: sections of the portal, and pages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.models.pages import Page
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial.languages import columns


class MenuItemQuerySet(PublicQuerySet):
    def for_menu(self):
        return self.select_related("page").defer(
            "page__body", *(f"page__{c}" for c in columns("body"))
        )


class MenuItem(PublicModel):
    """One entry of the menu: a section of the portal, or a page."""

    # It goes with its page, but a page in the menu is not deleted by accident.
    counts_as_use = True

    class Section(models.TextChoices):
        NEWS = "news", _("News")
        EVENTS = "events", _("Events")
        PARTNERS = "partners", _("Partners")
        AGREEMENTS = "agreements", _("Agreements")

    section = models.CharField(_("section"), max_length=12, choices=Section.choices, blank=True)
    page = models.ForeignKey(
        Page,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="menu_items",
        verbose_name=_("or page"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = MenuItemQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("menu item")
        verbose_name_plural = _("menu")
        constraints = [
            models.CheckConstraint(
                condition=Q(section="", page__isnull=False)
                | (~Q(section="") & Q(page__isnull=True)),
                name="portal_menuitem_one_target",
                violation_error_message=_("Choose a section or a page, not both."),
            ),
        ]

    def __str__(self):
        return self.get_section_display() if self.section else str(self.page)
