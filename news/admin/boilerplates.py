"""Standing texts at the desk."""

from django.contrib import admin

from news.admin.parts import PartInline
from news.models import Boilerplate, BoilerplateVersion
from publishing.editorial.admin import BilingualAdmin, both
from publishing.editorial.languages import columns


class VersionInline(PartInline):
    model = BoilerplateVersion
    classes = []
    fields = ["valid_from", *both("heading", "text")]


@admin.register(Boilerplate)
class BoilerplateAdmin(BilingualAdmin):
    search_fields = ["name"]
    inlines = [VersionInline]


@admin.register(BoilerplateVersion)
class BoilerplateVersionAdmin(BilingualAdmin):
    """Found by the chooser of a release; written in the form of its standing text."""

    list_display = ["boilerplate", "valid_from"]
    list_select_related = ["boilerplate"]
    search_fields = ["boilerplate__name", *columns("heading")]
    fieldsets = [(None, {"fields": ["boilerplate", "valid_from", *both("heading", "text")]})]

    def has_module_permission(self, request):
        return False
