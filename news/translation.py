from modeltranslation.translator import TranslationOptions, register

from news import models


@register(models.Event)
class EventTranslation(TranslationOptions):
    fields = ("title", "summary", "body", "venue", "section", "status_reason", "notice")


@register(models.EventOrganiser)
class EventOrganiserTranslation(TranslationOptions):
    fields = ("label",)


@register(models.Delegation)
class DelegationTranslation(TranslationOptions):
    fields = ("name", "leader", "leader_title", "sectors", "unnamed")


@register(models.Session)
class SessionTranslation(TranslationOptions):
    fields = ("title", "text", "speakers")


@register(models.Release)
class ReleaseTranslation(TranslationOptions):
    fields = (
        "headline",
        "list_title",
        "summary",
        "search_description",
        "body",
        "dateline_place",
        "dateline_wire",
        "source_name",
        "notice",
    )


@register(models.Quote)
class QuoteTranslation(TranslationOptions):
    fields = ("text", "speaker", "speaker_title")


@register(models.Point)
class PointTranslation(TranslationOptions):
    fields = ("heading", "label", "text")


@register(models.Note)
class NoteTranslation(TranslationOptions):
    fields = ("text",)


@register(models.Attachment)
class AttachmentTranslation(TranslationOptions):
    fields = ("label",)


@register(models.GalleryPicture)
class GalleryPictureTranslation(TranslationOptions):
    fields = ("caption",)


@register(models.Correction)
class CorrectionTranslation(TranslationOptions):
    fields = ("text",)


@register(models.BoilerplateVersion)
class BoilerplateVersionTranslation(TranslationOptions):
    fields = ("heading", "text")


@register(models.PressContact)
class PressContactTranslation(TranslationOptions):
    fields = ("name", "role")


@register(models.Commitment)
class CommitmentTranslation(TranslationOptions):
    fields = ("text",)


@register(models.Evidence)
class EvidenceTranslation(TranslationOptions):
    fields = ("label",)
