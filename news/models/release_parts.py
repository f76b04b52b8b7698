"""What belongs to one release: quotes, points, notes, files, pictures, corrections."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models.boilerplates import paragraphs
from partners.models import Mention
from publishing.editorial import languages
from publishing.editorial.models import OwnedRow
from publishing.media.models import File, Image

AFTER = _("Number of the paragraph, heading or list of the text. Empty: after the whole text.")


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
