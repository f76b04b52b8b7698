"""What stands on the home page, and when."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models import Release
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.languages import columns
from publishing.editorial.services import is_address


class ShownQuerySet(PublicQuerySet):
    def now(self, language: str | None = None, *, at=None):
        """What readers of ``language`` see at this instant."""
        at = at or timezone.now()
        return self.filter(
            Q(show_from__isnull=True) | Q(show_from__lte=at),
            Q(show_until__isnull=True) | Q(show_until__gt=at),
            readers__in=["", language or languages.active()],
        )

    def next_change(self, after):
        """The next instant at which something appears or disappears by itself, or None."""
        edges = self.aggregate(
            begins=models.Min("show_from", filter=Q(show_from__gt=after)),
            ends=models.Min("show_until", filter=Q(show_until__gt=after)),
        )
        return min((value for value in edges.values() if value), default=None)


class Shown(PublicModel):
    """Something on the home page, from when until when, and for readers of which language."""

    class Readers(models.TextChoices):
        BOTH = "", _("both languages")
        ENGLISH = "en", _("English only")
        CHINESE = "zh-hans", _("Chinese only")

    readers = models.CharField(
        _("for readers of"), max_length=7, choices=Readers.choices, blank=True
    )
    show_from = models.DateTimeField(_("from"), null=True, blank=True)
    show_until = models.DateTimeField(_("until"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ShownQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(show_from__isnull=True)
                | Q(show_until__isnull=True)
                | Q(show_until__gt=models.F("show_from")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]


class HomeBlock(Shown):
    """One part of the home page, at its place. Where none is chosen, all stand in their order."""

    class Part(models.TextChoices):
        NEWS = "news", _("News")
        EVENT = "event", _("Next event")
        FIELDS = "fields", _("Fields of cooperation")
        PARTNERS = "partners", _("Partners by city")

    part = models.CharField(_("part"), max_length=10, choices=Part.choices)

    class Meta(Shown.Meta):
        verbose_name = _("part of the home page")
        verbose_name_plural = _("home page: parts")

    def __str__(self):
        return self.get_part_display()


class Pin(Shown):
    """A release that stands first on the home page, before newer ones."""

    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="+", verbose_name=_("release")
    )

    class Meta(Shown.Meta):
        verbose_name = _("pinned release")
        verbose_name_plural = _("home page: pinned releases")

    def __str__(self):
        return str(self.release)


class Banner(Shown):
    """A line above everything else on the home page, in each language that has a text."""

    text = models.CharField(_("text"), max_length=200, blank=True)
    url = models.CharField(
        _("address"),
        max_length=300,
        blank=True,
        help_text=_("Where it leads: /en/events/… or https://…"),
    )

    class Meta(Shown.Meta):
        verbose_name = _("banner")
        verbose_name_plural = _("home page: banners")

    def __str__(self):
        return languages.first_text(self, "text")

    def clean(self):
        super().clean()
        for name in columns("url"):
            address = getattr(self, name)
            if address and not is_address(address):
                raise ValidationError({name: _("An address starts with / or https://.")})
