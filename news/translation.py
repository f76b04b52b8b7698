from modeltranslation.translator import TranslationOptions, register

from news import models


@register(models.Event)
class EventTranslation(TranslationOptions):
    fields = ("title", "summary", "body", "venue", "notice")


@register(models.Release)
class ReleaseTranslation(TranslationOptions):
    fields = ("headline", "summary", "body", "source_name", "notice")


@register(models.Commitment)
class CommitmentTranslation(TranslationOptions):
    fields = ("text",)


@register(models.Evidence)
class EvidenceTranslation(TranslationOptions):
    fields = ("label",)
