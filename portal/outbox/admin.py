from django.contrib import admin

from portal.outbox.models import Letter
from publishing.editorial.admin.readonly import WrittenByServicesAdmin


@admin.register(Letter)
class LetterAdmin(WrittenByServicesAdmin):
    """What was sent, and what waits and why. The text is not shown: it may hold links that open."""

    list_display = ["recipient", "subject", "made", "sent", "attempts", "error", "given_up"]
    list_filter = ["given_up", ("sent", admin.EmptyFieldListFilter)]
    search_fields = ["recipient", "subject"]
    fields = readonly_fields = [*list_display, "next_attempt"]
