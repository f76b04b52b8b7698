"""The audit as staff read it: a list with filters, and the same as CSV."""

import csv

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.editorial import audit
from publishing.editorial.admin.readonly import ReadOnlyAdmin
from publishing.editorial.records import AuditEvent

COLUMNS = (
    "at",
    "user_name",
    "action",
    "kind",
    "object_id",
    "title",
    "language",
    "revision",
    "detail",
)


class _Line:
    """A file to which ``csv`` writes, and which hands each line back."""

    def write(self, line):
        return line


def harmless(value) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def lines(events):
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for at, *rest in events.values_list(*COLUMNS).iterator():
        yield writer.writerow([at.isoformat(timespec="seconds"), *map(harmless, rest)])


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "who", "action", "title", "language", "revision", "detail"]
    list_display_links = None
    list_filter = ["action", ("at", admin.DateFieldListFilter), "kind", "language"]
    search_fields = ["user_name", "title", "detail"]
    date_hierarchy = "at"
    list_per_page = 100
    show_full_result_count = False
    change_list_template = "admin/editorial/audit.html"

    @admin.display(description=_("who"), ordering="user_name")
    def who(self, event):
        return event.user_name or _("the portal")

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="editorial_auditevent_export"), *super().get_urls()]

    def export_view(self, request) -> HttpResponse:
        """The events that the list shows, with its filters and its search."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = self.get_changelist_instance(request).get_queryset(request)
        audit.record(audit.Action.EXPORT, user=request.user, detail="audit")
        response = StreamingHttpResponse(lines(events), content_type="text/csv; charset=utf-8")
        name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response
