"""The office: its names, its cities, its contact."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Place
from publishing.cache.models import PublicModel
from publishing.editorial import languages


class SiteSettings(PublicModel):
    """The office: its names, its two cities, its contact. There is one row."""

    name = models.CharField(_("name"), max_length=120)
    tagline = models.CharField(
        _("second line"), max_length=160, blank=True, help_text=_("Beneath the name, small.")
    )
    hero_title = models.CharField(
        _("home page title"),
        max_length=120,
        blank=True,
        help_text=_("Put *stars* around the words to stress."),
    )
    hero_text = models.TextField(_("home page text"), blank=True)
    footer_line = models.CharField(_("line in the footer"), max_length=200, blank=True)
    mark = models.ForeignKey(
        "media.Image",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("mark"),
        help_text=_("Square. Empty: the arches."),
    )
    since = models.PositiveSmallIntegerField(_("since, year"), null=True, blank=True)
    first_city = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first home city"),
        help_text=_("Its time zone and coordinates are used for clocks and the map."),
    )
    second_city = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("second home city"),
    )
    email = models.EmailField(_("contact e-mail"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    address = models.TextField(_("postal address"), blank=True)
    icp_number = models.CharField(
        _("ICP filing number"),
        max_length=60,
        blank=True,
        help_text=_("Shown in the footer when set."),
    )
    public_security_number = models.CharField(
        _("public-security filing number"),
        max_length=60,
        blank=True,
        validators=[RegexValidator(r"\d{8,}", _("The number contains at least eight digits."))],
    )
    government_tags = models.BooleanField(
        _("tags of Chinese government sites"),
        default=False,
        help_text=_("SiteName, ColumnName, ArticleTitle and so on, in the head of each page."),
    )
    government_code = models.CharField(
        _("code of the government site"),
        max_length=20,
        blank=True,
        help_text=_("SiteIDCode, as the register of government sites gives it."),
    )
    is_demonstration = models.BooleanField(
        _("demonstration content"), default=False, editable=False
    )

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="portal_sitesettings_single",
                violation_error_message=_("There is one set of site settings."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name") or str(_("site settings"))

    @classmethod
    def load(cls) -> "SiteSettings":
        """The one row; an unsaved empty one where nobody has filled it in yet."""
        rows = cls.objects.select_related("first_city", "second_city", "mark")
        return rows.filter(pk=1).first() or cls(pk=1)
