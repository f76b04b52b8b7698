from django.contrib import admin

from portal.outbox.models import Letter


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """What was sent, and what waits and why. The text is not shown: it may hold links that open."""

    list_display = ["recipient", "subject", "made", "sent", "attempts", "error", "given_up"]
    list_filter = ["given_up", ("sent", admin.EmptyFieldListFilter)]
    search_fields = ["recipient", "subject"]
    fields = readonly_fields = [*list_display, "next_attempt"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
