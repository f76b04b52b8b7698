import re
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from publishing.cache.models import PublicModel, PublicQuerySet


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


class ImageQuerySet(PublicQuerySet):
    def visible_to(self, user):
        """Every image: its address cannot be guessed, so whoever has it was shown the image."""
        return self.all()


class Image(PublicModel):
    """A picture in the library. The file is our own re-encoding, see ``images.intake``."""

    uid = models.CharField(default=new_uid, max_length=22, unique=True, editable=False)
    file = models.FileField(_("file"), upload_to=original_path, max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    title = models.CharField(
        _("title"),
        max_length=200,
        blank=True,
        help_text=_("For finding it in the library. Empty takes the name of the file."),
    )
    alt = models.CharField(
        _("description"),
        max_length=300,
        blank=True,
        validators=[not_a_file_name],
        help_text=_("Read out in place of the picture: what it shows, in one sentence."),
    )
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    credit = models.CharField(
        _("credit"), max_length=200, blank=True, help_text=_("Photographer and source.")
    )
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

    objects = ImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ["-created", "-pk"]
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

    def __str__(self):
        return self.title or self.uid

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
