"""Commitments at the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from news.admin.parts import PartInline
from news.models import Commitment, Evidence
from publishing.editorial.admin import BilingualAdmin, both
from publishing.editorial.languages import columns


class EvidenceInline(PartInline):
    model = Evidence
    classes = []
    fields = [("release", "address", "date"), *both("label")]
    autocomplete_fields = ["release"]


@admin.register(Commitment)
class CommitmentAdmin(BilingualAdmin):
    list_display = ["__str__", "state", "side", "due", "source", "is_public", "saved_at"]
    list_editable = ["state"]
    list_filter = ["state", "side", "is_public"]
    search_fields = columns("text")
    autocomplete_fields = ["agreement", "event", "release", "institutions"]
    inlines = [EvidenceInline]
    list_select_related = ["agreement", "event", "release"]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": [*both("text"), ("side", "due", "state")]}),
        (_("Where it was promised"), {"fields": ["agreement", "event", "release"]}),
        (_("Shown"), {"fields": ["institutions", ("is_public", "order")]}),
    ]

    @admin.display(description=_("source"))
    def source(self, commitment):
        return commitment.agreement or commitment.event or commitment.release
