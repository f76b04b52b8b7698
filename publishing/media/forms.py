from django import forms
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import get_translation_fields

from publishing.media import services
from publishing.media.images import intake
from publishing.media.models import Image
from publishing.media.widgets import PictureInput


class ImageForm(forms.ModelForm):
    """An image with its picture. After validation ``master`` is the accepted picture, or None."""

    picture = forms.FileField(
        label=_("picture"),
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
