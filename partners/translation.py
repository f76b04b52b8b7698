from modeltranslation.translator import TranslationOptions, register

from partners import models


@register(models.CooperationField)
class CooperationFieldTranslation(TranslationOptions):
    fields = ("name", "summary")


@register(models.AgreementKind)
class AgreementKindTranslation(TranslationOptions):
    fields = ("name",)


@register(models.Place)
class PlaceTranslation(TranslationOptions):
    fields = ("name",)


@register(models.InstitutionType)
class InstitutionTypeTranslation(TranslationOptions):
    fields = ("name", "plural")


@register(models.Institution)
class InstitutionTranslation(TranslationOptions):
    fields = ("name", "summary", "website")


@register(models.Agreement)
class AgreementTranslation(TranslationOptions):
    fields = ("title", "summary")


@register(models.AgreementParty)
class AgreementPartyTranslation(TranslationOptions):
    fields = ("label", "unit")


@register(models.InstitutionPlace)
class InstitutionPlaceTranslation(TranslationOptions):
    fields = ("what",)


@register(models.ContactPoint)
class ContactPointTranslation(TranslationOptions):
    fields = ("name",)


@register(models.Person)
class PersonTranslation(TranslationOptions):
    fields = ("name", "family", "given", "honours")


@register(models.Post)
class PostTranslation(TranslationOptions):
    fields = ("title",)


@register(models.Participation)
class ParticipationTranslation(TranslationOptions):
    fields = ("group", "printed_name", "printed_title")


@register(models.PersonShown)
class PersonShownTranslation(TranslationOptions):
    fields = ("printed_name", "printed_title")


@register(models.Signature)
class SignatureTranslation(TranslationOptions):
    fields = ("printed_name", "printed_title", "printed_date", "on_behalf_of")


@register(models.AgreementArea)
class AgreementAreaTranslation(TranslationOptions):
    fields = ("heading", "text")


@register(models.AgreementDocument)
class AgreementDocumentTranslation(TranslationOptions):
    fields = ("title",)


@register(models.AgreementAction)
class AgreementActionTranslation(TranslationOptions):
    fields = ("text",)
