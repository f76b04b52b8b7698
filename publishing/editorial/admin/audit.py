"""The audit as staff read it: a list with filters, and the same as CSV."""

import csv

from django.apps import apps
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


def kind_name(kind) -> str:
    """What staff call it; what is stored, where the model is no more."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        kinds = AuditEvent.objects.exclude(kind="").order_by("kind").values_list("kind", flat=True)
        return [(kind, kind_name(kind)) for kind in kinds.distinct()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "who", "action", "title", "language", "revision", "detail"]
    list_display_links = None
    list_filter = ["action", ("at", admin.DateFieldListFilter), KindFilter, "language"]
    search_fields = ["user_name", "title", "detail"]
    fields = [
        "at",
        "who",
        "action",
        "kind_label",
        "object_id",
        "title",
        "language",
        "revision",
        "detail",
    ]
    date_hierarchy = "at"
    list_per_page = 100
    show_full_result_count = False
    change_list_template = "admin/editorial/audit.html"

    @admin.display(description=_("kind"))
    def kind_label(self, event):
        return kind_name(event.kind)

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
