from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from publishing.editorial import audit

from . import charts, downloads, kinds
from .models import Correction, Total
from .statistics import PERIODS, TABLES, Statistics, table, titles


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Total)
class TotalAdmin(ReadOnlyAdmin):
    """In place of a list of totals: the statistics."""

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        item = self._item(request)
        statistics = self._statistics(request, item)
        wanted = request.GET.get("csv")
        if wanted:
            return self._download(request, wanted, statistics)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Pageviews"),
            "subtitle": None,
            "item": item,
            "item_title": titles([item]).get(item, str(item)) if item else "",
            "statistics": statistics,
            "chart": charts.bars(statistics.by_day),
            "periods": PERIODS,
            "tables": TABLES,
            "corrections": self._corrections(item),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/pageviews/statistics.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A total has nothing to edit; its item has statistics."""
        total = self.get_object(request, object_id)
        if total is None:
            raise Http404
        if not self.has_view_permission(request, total):
            raise PermissionDenied
        return redirect(f"../../?item={total.kind}-{total.object_id}")

    def _item(self, request):
        token = request.GET.get("item", "")
        item = kinds.parse(token) if token else None
        if token and item is None:
            raise Http404
        return item

    def _statistics(self, request, item):
        wanted = request.GET.get("days", "")
        days = int(wanted) if wanted in map(str, PERIODS) else 30
        if item:
            return Statistics(days=days, kind=item.kind, ids=(item.id,))
        return Statistics(days=days)

    def _download(self, request, wanted, statistics):
        if wanted not in TABLES:
            raise Http404
        name = f"pageviews-{wanted}-{statistics.since}-{statistics.until}.csv"
        audit.record(audit.Action.EXPORT, user=request.user, detail=name)
        return downloads.response(table(wanted, statistics), name)

    def _corrections(self, item):
        if item is None:
            return []
        rows = Correction.objects.filter(kind=item.kind, object_id=item.id)
        return rows.select_related("user")


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    list_display = ["at", "kind", "object_id", "figure", "before", "after", "user", "reason"]
    list_filter = ["kind", "figure"]
    list_select_related = ["user"]
    search_fields = ["=object_id", "reason"]
