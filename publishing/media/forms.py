from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField
from modeltranslation.utils import get_translation_fields

from publishing.media import services
from publishing.media.images import intake
from publishing.media.models import Image
from publishing.media.widgets import PictureInput


class ImageForm(forms.ModelForm):
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
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._name_languages()
        if "picture" in self.fields:
            self.fields["picture"].required = self.instance.pk is None
            self.fields["picture"].widget.image = self.instance

    def _name_languages(self):
        for column in Image._meta.get_fields():
            if isinstance(column, TranslationField) and column.name in self.fields:
                field = self.fields[column.name]
                field.label = _("%(field)s (%(language)s)") % {
                    "field": capfirst(column.translated_field.verbose_name),
                    "language": dict(settings.LANGUAGES)[column.language],
                }
                field.widget.attrs["lang"] = column.language

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
