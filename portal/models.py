"""What the portal says for itself: its name and menu, its pages, its milestones."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models import Event, Release
from partners.models import Agreement, Institution, Place
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read
from publishing.editorial.languages import column, columns
from publishing.editorial.models import Publishable, PublishableQuerySet, items
from publishing.editorial.richtext import RichTextField
from publishing.editorial.services import is_address

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


class DemonstrationRow(models.Model):
    """What ``load_demo`` made: ``remove_demo`` takes that away and nothing else."""

    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"], name="portal_demonstrationrow_once"
            ),
        ]

    def __str__(self):
        return f"{self.content_type_id}:{self.object_id}"
