from modeltranslation.translator import TranslationOptions, register

from portal import models


@register(models.Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "menu_title", "summary", "body", "notice")


@register(models.Milestone)
class MilestoneTranslation(TranslationOptions):
    fields = ("title", "text")


@register(models.SiteSettings)
class SiteSettingsTranslation(TranslationOptions):
    fields = ("name", "tagline", "hero_title", "hero_text", "footer_line", "address")


@register(models.Banner)
class BannerTranslation(TranslationOptions):
    fields = ("text", "url")
