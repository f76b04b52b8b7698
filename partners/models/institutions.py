"""Institutions: what they are, where they are, what they are called."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from partners.models.named import NamedModel, code_form, unique_names
from partners.models.period import Period
from partners.models.places import Place
from publishing.cache.models import PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.addresses import address_of
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField
from publishing.editorial.slugs import slug_form, unused_slug


class InstitutionTypeQuerySet(PublicQuerySet):
    def with_partners(self):
        """Types that public partners have, the most frequent first, annotated ``partners``."""
        public = Institution.objects.public().partners()
        counted = models.Count("institution", filter=Q(institution__in=public))
        return self.annotate(partners=counted).filter(partners__gt=0).order_by("-partners", "order")


class InstitutionType(NamedModel):
    """What an institution is: an ROR type with the office's own finer name."""

    class Ror(models.TextChoices):
        """The nine types of the ROR schema, version 2.1."""

        EDUCATION = "education", _("education")
        FUNDER = "funder", _("funder")
        HEALTHCARE = "healthcare", _("healthcare")
        COMPANY = "company", _("company")
        ARCHIVE = "archive", _("archive")
        NONPROFIT = "nonprofit", _("non-profit")
        GOVERNMENT = "government", _("government")
        FACILITY = "facility", _("facility")
        OTHER = "other", _("other")

    code = models.CharField(_("code"), max_length=40, validators=[code_form])
    name = models.CharField(_("name"), max_length=80)
    plural = models.CharField(_("plural"), max_length=80, blank=True)
    ror = models.CharField(_("ROR type"), max_length=12, choices=Ror.choices)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = InstitutionTypeQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("type of institution")
        verbose_name_plural = _("types of institution")
        constraints = [
            *unique_names("partners_type", _("Another type has this name already.")),
            models.UniqueConstraint(
                fields=["code"],
                name="partners_type_code",
                violation_error_code="unique",
                violation_error_message=_("Another type has this code already."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name")


class InstitutionQuerySet(PublicQuerySet):
    def public(self):
        """Institutions that anyone may see: the only door for public reads."""
        return self.filter(is_public=True).exclude(status=Institution.Status.WITHDRAWN)

    def partners(self):
        """Everyone but the office itself."""
        return self.filter(is_own=False)

    def for_list(self):
        return self.select_related("city", "place").prefetch_related("types")

    def for_link(self):
        """What a link shows: the name and the address."""
        return self.only("slug", *languages.columns("name"))

    def at_former_address(self, slug: str):
        """The public institution that ``slug`` led to once: renamed, or merged into it."""
        return self.public().filter(former_addresses__slug=slug)


class Institution(NamedModel):
    """A partner, or the office itself. Facts are edited in place."""

    class Status(models.TextChoices):
        """ROR's terms; a withdrawn record was made in error and is shown nowhere."""

        ACTIVE = "active", _("active")
        INACTIVE = "inactive", _("inactive")
        WITHDRAWN = "withdrawn", _("record withdrawn")

    class JointForm(models.TextChoices):
        """After the Chinese rules for bodies founded with a partner abroad."""

        LEGAL_PERSON = "legal_person", _("with legal person")
        NO_LEGAL_PERSON = "no_legal_person", _("without legal person")
        PROGRAMME = "programme", _("programme")
        NOT_STATED = "not_stated", _("joint body, form not stated")

    slug = models.CharField(
        _("address"),
        max_length=120,
        blank=True,
        validators=[slug_form],
        help_text=_("Last part of the web address. Empty: made from the name."),
    )
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    types = models.ManyToManyField(InstitutionType, blank=True, verbose_name=_("types"))
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="institutions",
        verbose_name=_("place"),
    )
    city = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="city_institutions",
        verbose_name=_("city"),
    )
    country = CountryField(_("country"), blank=True, editable=False)
    website = models.URLField(_("website"), blank=True)
    logo = models.ForeignKey(
        "media.Image",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )
    established = PartialDateField(_("established"))
    established_first = FirstDayField(source="established")
    established_last = LastDayField(source="established")
    joint_form = models.CharField(
        _("form of a joint body"),
        max_length=16,
        choices=JointForm.choices,
        blank=True,
        help_text=_("Only for joint institutes, centres and bases; the founders are relations."),
    )
    approval_number = models.CharField(
        _("approval number"),
        max_length=60,
        blank=True,
        help_text=_("Of the licence or the certificate of approval."),
    )
    founding_agreement = models.ForeignKey(
        "partners.Agreement",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="founded",
        verbose_name=_("founding agreement"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True},
        verbose_name=_("looked after by"),
        help_text=_("Seen by staff only."),
    )
    notes = models.TextField(_("notes"), blank=True, help_text=_("Seen by staff only."))
    confirmed_on = models.DateField(_("confirmed by the partner on"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    is_own = models.BooleanField(
        _("this office"),
        default=False,
        help_text=_("The office itself: not listed among its partners."),
    )
    is_public = models.BooleanField(_("public"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["name_en", "pk"]
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        indexes = [models.Index(fields=["country"], name="partners_institution_country")]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                name="partners_institution_slug",
                violation_error_message=_("Another institution has this address already."),
            ),
            models.CheckConstraint(
                condition=~Q(joint_form="") | Q(approval_number=""),
                name="partners_institution_approval_of_joint_body",
                violation_error_message=_("Only a joint body has an approval number."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name")

    def save(self, *args, **kwargs):
        self.give_slug()
        self.locate()
        super().save(*args, **kwargs)

    def give_slug(self, taken=()):
        """An address from the name where it has none; ``taken`` are some not saved yet."""
        if self.slug:
            return
        self.slug = unused_slug(self, "name")
        while self.slug in taken or self.former_address_of_another():
            self.slug += "-2"

    def locate(self):
        """City and country follow from the place; lists and filters read them."""
        self.city = self.place.city if self.place else None
        countries = (place.country for place in self.place.chain()) if self.place else ()
        self.country = next((code for code in countries if code), "")

    def clean(self):
        super().clean()
        if self.slug and self.former_address_of_another():
            raise ValidationError({"slug": _("Another institution had this address before.")})
        if self.approval_number and not self.joint_form:
            raise ValidationError({"joint_form": _("Only a joint body has an approval number.")})

    def former_address_of_another(self) -> bool:
        """Whether this address already leads to another institution. Addresses are not reused."""
        from partners.models.relations import FormerAddress

        taken = FormerAddress.objects.filter(slug=self.slug)
        return taken.exclude(institution=self.pk).exists()

    @property
    def may_be_shown(self) -> bool:
        """The rule of ``public()``, told of a row that is in memory."""
        return self.is_public and self.status != self.Status.WITHDRAWN

    def get_absolute_url(self, language: str | None = None) -> str:
        return address_of("partners:institution", self.slug, language=language)


class InstitutionName(Period):
    """Any name an institution is found by, beside the two that stand on its page."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", _("official name")
        NATIVE = "native", _("native name")
        ABBREVIATION = "abbreviation", _("abbreviation")
        ALIAS = "alias", _("alias")
        FORMER = "former", _("former name")
        AS_SIGNED = "as_signed", _("name as signed")

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="names")
    text = models.CharField(_("name"), max_length=200)
    lang = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=[
            ("en", _("English")),
            ("zh-Hans", _("Simplified Chinese")),
            ("zh-Hant", _("Traditional Chinese")),
            ("zh-Latn", _("Pinyin")),
        ],
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ALIAS)
    pinyin = models.CharField(
        _("pinyin"),
        max_length=200,
        blank=True,
        help_text=_("Only where the reading is unusual, syllables apart: chong qing."),
    )

    objects = PublicQuerySet.as_manager()

    class Meta(Period.Meta):
        ordering = ["pk"]
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["institution", "text", "kind"],
                name="partners_name_once",
                violation_error_message=_("This name is listed already."),
            ),
        ]

    def __str__(self):
        return self.text
