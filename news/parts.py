"""What belongs to one release: quotes, points, notes, files, pictures, corrections; and what
several releases share: press contacts and the standing texts about the office."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from news.telephones import dialable
from partners.models import Institution, Mention
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.models import OwnedRow
from publishing.media.models import File, Image

AFTER = _("Number of the paragraph, heading or list of the text. Empty: after the whole text.")


def paragraphs(text: str) -> list[str]:
    """What empty lines set apart."""
    blocks = (text or "").replace("\r\n", "\n").split("\n\n")
    return [block.strip() for block in blocks if block.strip()]


class InstitutionOrLabel(models.Model):
    """An institution of the directory or, where there is none, the name as printed."""

    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
    )
    label = models.CharField(_("or a name"), max_length=160, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The printed name where one is given, in the reader's language, else the record's."""
        named = languages.first_text(self, "label")
        return named or (languages.first_text(self.institution, "name") if self.institution else "")

    def clean(self):
        super().clean()
        if not self.name:
            raise ValidationError(_("Choose an institution or write a name."))


class Quote(Mention, OwnedRow):
    """What somebody said, with the name and the title of that day as they are printed."""

    name_field = "speaker"
    title_field = "speaker_title"

    release = models.ForeignKey("news.Release", on_delete=models.CASCADE, related_name="quotes")
    text = models.TextField(
        _("words"), blank=True, help_text=_("An empty line begins a new paragraph.")
    )
    speaker = models.CharField(
        _("speaker"), max_length=160, blank=True, help_text=_("Empty: the person's name.")
    )
    speaker_title = models.CharField(
        _("title of the day"), max_length=250, blank=True, help_text=_("As it was then.")
    )
    after = models.PositiveSmallIntegerField(
        _("stands after"), null=True, blank=True, help_text=AFTER
    )

    class Meta(OwnedRow.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")

    def __str__(self):
        return languages.first_text(self, "speaker") or (str(self.person) if self.person else "")

    @property
    def paragraphs(self):
        return paragraphs(self.text)


class Point(OwnedRow):
    """A point of a titled, numbered list beside the text."""

    release = models.ForeignKey("news.Release", on_delete=models.CASCADE, related_name="points")
    heading = models.CharField(
        _("heading"),
        max_length=160,
        blank=True,
        help_text=_("Begins a new list. Empty: the next point of the list above."),
    )
    label = models.CharField(_("point"), max_length=160, blank=True)
    text = models.TextField(_("sentence"), blank=True)
    after = models.PositiveSmallIntegerField(
        _("stands after"), null=True, blank=True, help_text=AFTER
    )

    class Meta(OwnedRow.Meta):
        verbose_name = _("point of a list")
        verbose_name_plural = _("numbered lists")

    def __str__(self):
        return languages.first_text(self, "label")


class Note(OwnedRow):
    release = models.ForeignKey("news.Release", on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), blank=True)

    class Meta(OwnedRow.Meta):
        verbose_name = _("note to editors")
        verbose_name_plural = _("notes to editors")

    def __str__(self):
        return languages.first_text(self, "text")[:60]


class Attachment(OwnedRow):
    """A file beside the text, in each language in which it has a label."""

    release = models.ForeignKey(
        "news.Release", on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.ForeignKey(
        File, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    label = models.CharField(
        _("label"),
        max_length=200,
        blank=True,
        help_text=_("Shown in the languages in which it is filled in."),
    )

    class Meta(OwnedRow.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self):
        return languages.first_text(self, "label")


class GalleryPicture(OwnedRow):
    release = models.ForeignKey("news.Release", on_delete=models.CASCADE, related_name="pictures")
    image = models.ForeignKey(
        Image, on_delete=models.PROTECT, related_name="+", verbose_name=_("image")
    )
    caption = models.CharField(
        _("caption"), max_length=500, blank=True, help_text=_("Empty: that of the library.")
    )

    class Meta(OwnedRow.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("gallery")

    def __str__(self):
        return str(self.image)

    @property
    def caption_here(self):
        return self.caption or self.image.caption


class Correction(OwnedRow):
    """What was wrong, and since when it is right."""

    release = models.ForeignKey(
        "news.Release", on_delete=models.CASCADE, related_name="corrections"
    )
    corrected_on = models.DateField(_("corrected on"), default=timezone.localdate)
    text = models.TextField(
        _("what was wrong"), blank=True, help_text=_("Readers of this language see it.")
    )

    class Meta(OwnedRow.Meta):
        ordering = ["-corrected_on", "order", "pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self):
        return f"{self.corrected_on} {languages.first_text(self, 'text')[:60]}"


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


class PressContactQuerySet(PublicQuerySet):
    def of_office(self):
        """Those of the office who can be asked today."""
        own = Q(institution=None) | Q(institution__is_own=True)
        return self.filter(own, has_left=False)

    def for_page(self):
        return self.select_related("institution", "successor").prefetch_related(
            "telephones", "successor__telephones"
        )


class PressContact(PublicModel):
    """Whom the press may ask. Who has left keeps the printed name; the successor's numbers show."""

    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=160)
    role = models.CharField(_("job title"), max_length=200, blank=True)
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    has_left = models.BooleanField(
        _("has left"),
        default=False,
        help_text=_("Old releases keep the name, without number and e-mail."),
    )
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("successor"),
    )

    objects = PressContactQuerySet.as_manager()

    class Meta:
        ordering = ["name_en", "pk"]
        verbose_name = _("press contact")
        verbose_name_plural = _("press contacts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(successor=models.F("pk")),
                name="news_presscontact_not_own_successor",
                violation_error_message=_("Nobody is their own successor."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name")

    @property
    def name_here(self):
        return languages.first_text(self, "name")

    @property
    def reachable(self):
        """Who answers now: the contact itself or its successor; None where nobody does."""
        if not self.has_left:
            return self
        return self.successor if self.successor and not self.successor.has_left else None


class PressTelephone(PublicModel):
    """A number as it is printed, and as a telephone dials it."""

    contact = models.ForeignKey(PressContact, on_delete=models.CASCADE, related_name="telephones")
    printed = models.CharField(
        _("telephone number"),
        max_length=60,
        help_text=_("With its country code: +44 (0)121 414 8254."),
    )
    dialled = models.CharField(max_length=40, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("telephone number")
        verbose_name_plural = _("telephone numbers")

    def __str__(self):
        return self.printed

    def save(self, *args, **kwargs):
        self.dialled = dialable(self.printed)
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        try:
            dialable(self.printed)
        except ValueError as error:
            raise ValidationError(
                {
                    "printed": _(
                        "This number cannot be dialled. Write it with its country code: "
                        "+86 25 1234 5678."
                    )
                }
            ) from error
