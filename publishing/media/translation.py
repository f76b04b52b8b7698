from modeltranslation.translator import TranslationOptions, register

from publishing.media.models import File, Image, Video


@register(Image)
class ImageTranslation(TranslationOptions):
    fields = ["alt", "caption", "credit", "usage_terms"]


@register(File)
class FileTranslation(TranslationOptions):
    fields = ["label", "credit", "usage_terms"]


@register(Video)
class VideoTranslation(TranslationOptions):
    fields = ["heading", "credit", "usage_terms", "transcript"]
