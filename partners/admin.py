from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from partners import services
from partners.models import (
    Agreement,
    AgreementParty,
    CooperationField,
    Institution,
    InstitutionName,
    InstitutionType,
    Place,
)
from publishing.editorial.admin import BilingualAdmin, BilingualInline, both
from publishing.editorial.languages import columns
from publishing.editorial.usepages import WhereUsedMixin
from publishing.media.widgets import LeadImageAdminMixin


class NameInline(BilingualInline):
    model = InstitutionName
    fields = ["text", "lang", "kind", "pinyin"]


@admin.register(Institution)
class InstitutionAdmin(WhereUsedMixin, LeadImageAdminMixin, BilingualAdmin):
    list_display = ["__str__", "kinds", "city", "country", "status", "is_public", "saved_at"]
    list_select_related = ["city"]
    list_filter = ["types", "status", "is_public", "country"]
    search_fields = [*columns("name"), "names__text", *(f"city__{c}" for c in columns("name"))]
    autocomplete_fields = ["place", "parent"]
    filter_horizontal = ["types"]
    inlines = [NameInline]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": both("name", "summary")}),
        (
            _("Facts"),
            {"fields": ["types", ("place", "parent"), *both("website"), "logo", "established"]},
        ),
        (_("Record"), {"fields": ["slug", ("status", "is_public", "is_own")]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("types")

    @admin.display(description=_("types"))
    def kinds(self, institution):
        return ", ".join(str(kind) for kind in institution.types.all())


class PartyInline(BilingualInline):
    model = AgreementParty
    fields = ["order", "institution", *columns("label"), "role"]
    autocomplete_fields = ["institution"]
    min_num = 2
    validate_min = True


@admin.register(Agreement)
class AgreementAdmin(WhereUsedMixin, BilingualAdmin):
    list_display = ["number", "heading", "state", "signed", "ends", "public_level", "saved_at"]
    list_display_links = ["number", "heading"]
    list_filter = ["kind", "field", "public_level", "terms_are_sample"]
    search_fields = [
        "number",
        *columns("title"),
        *(f"parties__institution__{column}" for column in columns("name")),
        "parties__institution__names__text",
    ]
    autocomplete_fields = ["replaces"]
    inlines = [PartyInline]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": [("number", "kind", "field"), *both("title", "summary")]}),
        (
            _("Term"),
            {
                "fields": [
                    ("signed", "effective", "ends"),
                    ("is_evergreen", "notice_months", "terms_are_sample"),
                    ("announced", "announced_source"),
                ]
            },
        ),
        (
            _("What happened later"),
            {
                "fields": [
                    "confirmed_on",
                    ("suspended_on", "resumed_on"),
                    ("terminated_on", "superseded_on"),
                    "replaces",
                ],
                "classes": ["collapse"],
            },
        ),
        (_("Register"), {"fields": ["public_level"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("parties__institution")

    @admin.display(description=_("agreement"))
    def heading(self, agreement):
        return agreement.headline_here()

    @admin.display(description=_("status"))
    def state(self, agreement):
        status = agreement.status_on()
        return format_html('<span class="st st-{}">{}</span>', status.look, status.label)


@admin.register(CooperationField)
class CooperationFieldAdmin(BilingualAdmin):
    list_display = ["__str__", "order", "slot"]
    list_editable = ["order"]
    fieldsets = [(None, {"fields": [*both("name", "summary"), ("slug", "order", "slot")]})]


@admin.register(InstitutionType)
class InstitutionTypeAdmin(BilingualAdmin):
    list_display = ["__str__", "code", "ror", "order"]
    list_editable = ["order"]
    fieldsets = [(None, {"fields": [*both("name", "plural"), ("code", "ror", "order")]})]


@admin.register(Place)
class PlaceAdmin(BilingualAdmin):
    list_display = ["__str__", "level", "parent", "country"]
    list_select_related = ["parent"]
    list_filter = ["level"]
    search_fields = columns("name")
    autocomplete_fields = ["parent"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *both("name"),
                    ("level", "parent", "country"),
                    ("latitude", "longitude", "geonames_id", "time_zone"),
                ]
            },
        )
    ]

    def save_model(self, request, obj, form, change):
        services.save_place(place=obj)
