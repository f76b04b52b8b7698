from modeltranslation.translator import TranslationOptions, register

from partners import models


@register(models.CooperationField)
class CooperationFieldTranslation(TranslationOptions):
    fields = ("name", "summary")


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
    fields = ("label",)
