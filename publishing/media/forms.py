from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField
from modeltranslation.utils import get_translation_fields

from publishing.media import documents, services
from publishing.media.images import intake
from publishing.media.models import File, Image, Video
from publishing.media.videos import source_of
from publishing.media.widgets import PictureInput

RIGHTS = [
    "creator",
    "rights_holder",
    "licence",
    "taken_on",
    *get_translation_fields("usage_terms"),
]


class LibraryForm(forms.ModelForm):
    """Says which language a column is in, on its label and for whoever reads it out."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for column in self._meta.model._meta.get_fields():
            if isinstance(column, TranslationField) and column.name in self.fields:
                field = self.fields[column.name]
                field.label = _("%(field)s (%(language)s)") % {
                    "field": capfirst(column.translated_field.verbose_name),
                    "language": dict(settings.LANGUAGES)[column.language],
                }
                field.widget.attrs["lang"] = column.language


class ImageForm(LibraryForm):
    """An image with its picture. After validation ``master`` is the accepted picture, or None."""

    picture = forms.FileField(
        label=_("Picture"),
        widget=PictureInput,
        help_text=_("JPEG, PNG, WebP, AVIF or GIF, at most 25 MB and 50 million pixels."),
    )
    master = None

    class Meta:
        model = Image
        fields = [
            "title",
            "focal_x",
            "focal_y",
            "decorative",
            *get_translation_fields("alt"),
            *get_translation_fields("caption"),
            *get_translation_fields("credit"),
            *RIGHTS,
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "picture" in self.fields:
            self.fields["picture"].required = self.instance.pk is None
            self.fields["picture"].widget.image = self.instance

    def clean_picture(self):
        file = self.cleaned_data["picture"]
        if file:
            master = intake(file)
            services.refuse_duplicate(master, besides=self.instance)
            self.master = master
        return file

    def clean(self):
        cleaned = super().clean()
        if self.master and not cleaned.get("title"):
            cleaned["title"] = services.title_from(cleaned["picture"])
        return cleaned


class FileForm(LibraryForm):
    """A document of the library. After validation ``facts`` tells of the new file, or is None."""

    upload = forms.FileField(
        label=_("File"),
        help_text=_("PDF, office document, ZIP, text, sound or film, at most 100 MB."),
    )
    facts = None

    class Meta:
        model = File
        fields = [
            "title",
            *get_translation_fields("label"),
            *get_translation_fields("credit"),
            *RIGHTS,
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "upload" in self.fields and self.instance.pk:
            self.fields["upload"].required = False
            self.fields["upload"].label = _("Put another version in its place")

    def clean_upload(self):
        file = self.cleaned_data["upload"]
        if file:
            self.facts = documents.examine(file)
            services.refuse_duplicate_file(self.facts, besides=self.instance)
        return file

    def clean(self):
        cleaned = super().clean()
        if self.facts and not cleaned.get("title"):
            cleaned["title"] = services.title_from(cleaned["upload"])
        return cleaned


class VideoForm(LibraryForm):
    """A video by its address on a known host; only host and number are kept."""

    address = forms.CharField(
        label=_("Address of the video"),
        help_text=_("On YouTube, Vimeo, Bilibili or Tencent Video."),
    )
    second_address = forms.CharField(
        label=_("Address on a second host"),
        required=False,
        help_text=_("For readers who cannot reach the first."),
    )

    class Meta:
        model = Video
        fields = [
            "title",
            *get_translation_fields("heading"),
            "minutes",
            "poster",
            *get_translation_fields("transcript"),
            *get_translation_fields("credit"),
            *RIGHTS,
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, source in zip(
            ("address", "second_address"),
            self.instance.sources if self.instance.pk else (),
            strict=False,
        ):
            if name in self.fields:
                self.fields[name].initial = source.watch_url

    def clean_address(self):
        source = source_of(self.cleaned_data["address"])
        self.instance.provider, self.instance.video_id = source.provider, source.number
        return self.cleaned_data["address"]

    def clean_second_address(self):
        address = self.cleaned_data["second_address"]
        self.instance.second_provider = self.instance.second_id = ""
        if address:
            source = source_of(address)
            self.instance.second_provider, self.instance.second_id = source.provider, source.number
        return address

    def clean(self):
        cleaned = super().clean()
        rows = Video.objects.exclude(pk=self.instance.pk)
        same = {"provider": self.instance.provider, "video_id": self.instance.video_id}
        if self.instance.video_id and rows.filter(**same).exists():
            self.add_error("address", _("This video is already in the library."))
        return cleaned
