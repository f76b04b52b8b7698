from modeltranslation.translator import TranslationOptions, register

from publishing.media.models import Image


@register(Image)
class ImageTranslation(TranslationOptions):
    fields = ["alt", "caption", "credit"]
