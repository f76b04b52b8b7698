"""Press contacts at the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from news.models import PressContact, PressTelephone
from publishing.editorial.admin import BilingualAdmin, NamedCells, both
from publishing.editorial.languages import columns


class TelephoneInline(NamedCells, admin.TabularInline):
    model = PressTelephone
    fields = ["printed", "order"]
    extra = 1


@admin.register(PressContact)
class PressContactAdmin(BilingualAdmin):
    list_display = ["__str__", "institution", "email", "has_left"]
    list_select_related = ["institution"]
    list_filter = ["has_left"]
    search_fields = [*columns("name"), "email"]
    autocomplete_fields = ["institution", "successor"]
    inlines = [TelephoneInline]
    fieldsets = [
        (None, {"fields": [*both("name", "role"), "institution", "email"]}),
        (_("After leaving the office"), {"fields": ["has_left", "successor"]}),
    ]
