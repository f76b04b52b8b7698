import re
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname, get_translation_fields

from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.media.videos import Provider, Source


def new_uid():
    """A public name that nobody can guess: it stands in the address of the picture."""
    return secrets.token_urlsafe(16)


def original_path(image, name):
    """Named by content, so that readers of a replaced picture never see half of each."""
    extension = name.rpartition(".")[2]
    return f"originals/{image.uid}-{image.sha256[:12]}.{extension}"


FILE_NAME = re.compile(
    r"\.(jpe?g|png|webp|avif|gif|heic|tiff?)$|^(img|dsc[fn]?|p|pxl|mmexport)?[ _-]?\d+$",
    re.IGNORECASE,
)


def not_a_file_name(text):
    if FILE_NAME.search(text.strip()):
        raise ValidationError(
            _("Describe what the picture shows; this looks like the name of a file."),
            code="file_name",
        )


SHARE_OF_SIDE = [MinValueValidator(0), MaxValueValidator(1)]


class Licence(models.TextChoices):
    RESERVED = "reserved", _("all rights reserved")
    EDITORIAL = "editorial", _("editorial use only")
    CC_BY = "cc_by", "CC BY 4.0"
    CC_BY_SA = "cc_by_sa", "CC BY-SA 4.0"
    CC_BY_NC = "cc_by_nc", "CC BY-NC 4.0"
    CC0 = "cc0", "CC0 1.0"


class LibraryItem(PublicModel):
    """What the library knows of each item: what it is called, whose it is, who may use it."""

    uid = models.CharField(default=new_uid, max_length=22, unique=True, editable=False)
    title = models.CharField(
        _("title"),
        max_length=200,
        blank=True,
        help_text=_("For finding it in the library. Empty takes the name of the file."),
    )
    credit = models.CharField(
        _("credit"), max_length=200, blank=True, help_text=_("Photographer and source.")
    )
    creator = models.CharField(_("creator"), max_length=160, blank=True)
    rights_holder = models.CharField(_("rights holder"), max_length=160, blank=True)
    usage_terms = models.TextField(
        _("terms of use"),
        blank=True,
        help_text=_("What the press may do with it. Without terms nobody is offered a download."),
    )
    licence = models.CharField(_("licence"), max_length=10, choices=Licence.choices, blank=True)
    taken_on = models.DateField(_("made on"), null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    created = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["-created", "-pk"]

    def __str__(self):
        return self.title or self.uid


class Image(LibraryItem):
    """A picture in the library. The file is our own re-encoding, see ``images.intake``."""

    file = models.FileField(_("file"), upload_to=original_path, max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    alt = models.CharField(
        _("description"),
        max_length=300,
        blank=True,
        validators=[not_a_file_name],
        help_text=_("Read out in place of the picture: what it shows, in one sentence."),
    )
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("It adds nothing to the text: screen readers pass over it."),
    )
    focal_x = models.FloatField(
        _("focal point, across"),
        default=0.5,
        validators=SHARE_OF_SIDE,
        help_text=_("0 is the left edge, 1 the right edge."),
    )
    focal_y = models.FloatField(
        _("focal point, down"),
        default=0.5,
        validators=SHARE_OF_SIDE,
        help_text=_("0 is the upper edge, 1 the lower edge."),
    )

    objects = PublicQuerySet.as_manager()

    class Meta(LibraryItem.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [
            models.CheckConstraint(
                condition=Q(focal_x__gte=0, focal_x__lte=1, focal_y__gte=0, focal_y__lte=1),
                name="media_image_focal_point_inside",
                violation_error_message=_("The focal point lies outside the picture."),
            ),
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0),
                name="media_image_has_size",
                violation_error_message=_("A picture has a width and a height."),
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                name="media_image_once_in_library",
                violation_error_message=_("This picture is already in the library."),
            ),
        ]

    @property
    def focal(self):
        return self.focal_x, self.focal_y

    @property
    def is_drawing(self):
        """Kept without loss, because it is transparent or has few colours."""
        return self.file.name.endswith(".png")

    def is_described_in(self, language):
        """Whether a reader of ``language`` who cannot see the picture misses nothing."""
        return self.decorative or bool(getattr(self, build_localized_fieldname("alt", language)))

    @property
    def alt_for_reader(self):
        """The text for the ``alt`` attribute in the active language.

        Where a telling picture has no description in this language, the reader is told so: an
        empty text would hide the picture, and the other language would be read out as noise.
        """
        if self.decorative:
            return ""
        return self.alt or gettext("Picture without a description")

    @property
    def original_url(self):
        name = f"{slugify(self.title) or 'picture'}.{self.file.name.rpartition('.')[2]}"
        return reverse("media:original", kwargs={"uid": self.uid, "name": name})

    @property
    def is_for_download(self):
        """Whether the press may have it in full size: only with a credit and terms of use."""
        return all(
            any(getattr(self, column) for column in get_translation_fields(name))
            for name in ("credit", "usage_terms")
        )


def file_path(file, name):
    return f"files/{file.uid}-{file.sha256[:12]}.{name.rpartition('.')[2]}"


class File(LibraryItem):
    """A document of the library. Putting another version in its place keeps its address."""

    file = models.FileField(_("file"), upload_to=file_path, max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(_("size"), editable=False)
    extension = models.CharField(_("type"), max_length=5, editable=False)
    label = models.CharField(
        _("label"), max_length=200, blank=True, help_text=_("What readers see.")
    )

    objects = PublicQuerySet.as_manager()

    class Meta(LibraryItem.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                name="media_file_once_in_library",
                violation_error_message=_("This file is already in the library."),
            ),
        ]

    @property
    def format(self):
        return self.extension.upper()

    def get_absolute_url(self):
        name = f"{slugify(self.title) or 'file'}.{self.extension}"
        address = reverse("media:file", kwargs={"uid": self.uid, "name": name})
        return f"{address}?v={self.sha256[:16]}"


class Video(LibraryItem):
    """A film on one or two hosts: what is kept is the host and its number for it, no address."""

    heading = models.CharField(_("title for readers"), max_length=200, blank=True)
    provider = models.CharField(_("host"), max_length=10, choices=Provider.choices, editable=False)
    video_id = models.CharField(max_length=40, editable=False)
    second_provider = models.CharField(
        _("second host"), max_length=10, choices=Provider.choices, blank=True, editable=False
    )
    second_id = models.CharField(max_length=40, blank=True, editable=False)
    minutes = models.PositiveSmallIntegerField(_("length, minutes"), null=True, blank=True)
    poster = models.ForeignKey(
        Image,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("poster"),
        help_text=_("Empty: a drawing. It is never fetched from the host."),
    )
    transcript = models.TextField(_("transcript"), blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta(LibraryItem.Meta):
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "video_id"],
                name="media_video_once_in_library",
                violation_error_message=_("This video is already in the library."),
            ),
            models.CheckConstraint(
                condition=Q(provider__in=Provider.values)
                & ~Q(video_id="")
                & (
                    Q(second_provider="", second_id="")
                    | Q(second_provider__in=Provider.values) & ~Q(second_id="")
                ),
                name="media_video_has_hosts",
                violation_error_message=_("A video has a host and its number there."),
            ),
        ]

    @property
    def sources(self):
        """The film on each of its hosts, the first one first."""
        pairs = [(self.provider, self.video_id), (self.second_provider, self.second_id)]
        return [Source(Provider(provider), number) for provider, number in pairs if number]
