"""The glossary at the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from publishing.editorial.admin.recording import AuditedDeletionMixin
from publishing.editorial.terms import Term


@admin.register(Term)
class TermAdmin(AuditedDeletionMixin, admin.ModelAdmin):
    list_display = ["en", "zh_hans", "kind", "avoids"]
    list_filter = ["kind"]
    search_fields = ["en", "zh_hans", "avoid", "note"]
    fieldsets = [(None, {"fields": [("en", "zh_hans"), "kind", "avoid", "note"]})]

    @admin.display(description=_("not"))
    def avoids(self, term):
        return ", ".join(term.avoided)
