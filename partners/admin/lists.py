from django.contrib import admin
from django.db.models import PROTECT
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners import services
from partners.models import AgreementKind, CooperationField, InstitutionType, Place
from publishing.editorial.admin import BilingualAdmin, both
from publishing.editorial.languages import columns


class ListAdmin(BilingualAdmin):
    """Entries of a list: one in use is not deleted, and the reason is a sentence, not every use."""

    def get_deleted_objects(self, objs, request):
        used = [told for entry in objs if (told := uses_of(entry))]
        if used:
            return used, {}, set(), used
        return super().get_deleted_objects(objs, request)


def uses_of(entry) -> str:
    """Which rows of how many kinds would be left without the entry; empty where none would."""
    found = [
        f"{relation.related_model._meta.verbose_name_plural} {count}"
        for relation in entry._meta.related_objects
        if (relation.many_to_many or relation.on_delete is PROTECT)
        and (
            count := relation.related_model._base_manager.filter(
                **{relation.field.name: entry}
            ).count()
        )
    ]
    if not found:
        return ""
    told = _("“%(name)s” is in use: %(uses)s. Give these another one first.")
    return told % {"name": entry, "uses": pgettext("between names", ", ").join(found)}


@admin.register(AgreementKind)
class AgreementKindAdmin(ListAdmin):
    list_display = ["__str__", "code", "order"]
    list_editable = ["order"]
    fieldsets = [(None, {"fields": [*both("name"), ("code", "order")]})]

    def get_readonly_fields(self, request, obj=None):
        # Agreements, addresses and files name the kind by it.
        return ["code"] if obj else []


@admin.register(CooperationField)
class CooperationFieldAdmin(ListAdmin):
    list_display = ["__str__", "order", "slot"]
    list_editable = ["order"]
    fieldsets = [(None, {"fields": [*both("name", "summary"), ("slug", "order", "slot")]})]


@admin.register(InstitutionType)
class InstitutionTypeAdmin(ListAdmin):
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
