"""The filters of lists of publishable items."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from publishing.editorial import languages
from publishing.editorial.freshness import Freshness
from publishing.editorial.models import Stage, State


class StateFilter(admin.SimpleListFilter):
    """One language's state or stage; concrete filters name the language."""

    language = ""

    def lookups(self, request, model_admin):
        stages = [(f"stage:{s.value}", s.label) for s in (Stage.IN_REVIEW, Stage.APPROVED)]
        return [*State.choices, *stages]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if self.value().startswith("stage:"):
            return queryset.in_stage_of(self.language, self.value().removeprefix("stage:"))
        return queryset.in_state(self.value(), self.language)


class EnglishFilter(StateFilter):
    title = _("English")
    parameter_name = "english"
    language = "en"


class ChineseFilter(StateFilter):
    title = _("Chinese")
    parameter_name = "chinese"
    language = "zh-hans"


class FreshnessFilter(admin.SimpleListFilter):
    """What one language of an item owes to the other."""

    title = _("translation")
    parameter_name = "translation"

    def lookups(self, request, model_admin):
        owed = (Freshness.OUTDATED, Freshness.MISSING, Freshness.MACHINE, Freshness.DRAFT)
        return [
            (
                f"{code}:{freshness.value}",
                pgettext("between the parts of a title", ": ").join(
                    (languages.language_name(code), str(freshness.label))
                ),
            )
            for freshness in owed
            for code in languages.CODES
        ]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        code, freshness = self.value().split(":")
        return queryset.in_freshness(freshness, code)


class CopyFilter(admin.SimpleListFilter):
    title = _("working copy")
    parameter_name = "copy"

    def lookups(self, request, model_admin):
        return [("open", _("open"))]

    def queryset(self, request, queryset):
        return queryset.being_changed() if self.value() == "open" else queryset
