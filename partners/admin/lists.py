from django.contrib import admin

from partners import services
from partners.models import CooperationField, InstitutionType, Place
from publishing.editorial.admin import BilingualAdmin, both
from publishing.editorial.languages import columns


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
                    ("level", "parent", "country", "subdivision"),
                    ("latitude", "longitude", "geonames_id", "time_zone"),
                ]
            },
        )
    ]

    def save_model(self, request, obj, form, change):
        services.save_place(place=obj)
