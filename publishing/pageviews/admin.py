from collections.abc import Iterable
from typing import NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from publishing.editorial import audit
from publishing.editorial.admin.readonly import ReadOnlyAdmin

from . import charts, downloads, kinds
from .forms import CorrectionForm
from .models import Correction, Total
from .statistics import PERIODS, TABLES, Statistics, edit_url, form_address, table, titles


class Subject(NamedTuple):
    """What a page of statistics is about, other than everything."""

    query: str
    title: str
    url: str
    kind: str
    ids: Iterable[int]


@admin.register(Total)
class TotalAdmin(ReadOnlyAdmin):
    """In place of a list of totals: the statistics."""

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        item, subject = self._item(request), self._subject(request)
        statistics = self._statistics(request, item, subject)
        wanted = request.GET.get("csv")
        if wanted:
            return self._download(request, wanted, statistics)
        form = self._correction_form(request, item, statistics)
        if request.method == "POST" and self._corrected(request, item, form):
            return redirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Pageviews"),
            "subtitle": None,
            "item": item,
            "subject": subject or self._named(item),
            "statistics": statistics,
            "chart": charts.bars(statistics.by_day),
            "periods": PERIODS,
            "tables": TABLES,
            "corrections": self._corrections(item),
            "correction_form": form,
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

    def _named(self, item):
        if item is None:
            return None
        title = titles([item]).get(item, str(item))
        return Subject(f"item={item}", title, edit_url(item), item.kind, (item.id,))

    def _subject(self, request):
        """What the statistics are gathered for, as a partner and its releases; None without."""
        token = request.GET.get("about", "")
        if not token:
            return None
        found = kinds.gathering(token)
        row = found and found[0].model._base_manager.filter(pk=found[1]).first()
        if not row:
            raise Http404
        gathering, pk = found
        url = form_address(gathering.label, pk)
        return Subject(f"about={token}", str(row), url, gathering.kind, gathering.ids_of(pk))

    def _statistics(self, request, item, subject):
        wanted = request.GET.get("days", "")
        days = int(wanted) if wanted in map(str, PERIODS) else 30
        if item:
            return Statistics(days=days, kind=item.kind, ids=(item.id,))
        if subject:
            return Statistics(days=days, kind=subject.kind, ids=subject.ids)
        return Statistics(days=days)

    def _download(self, request, wanted, statistics):
        if wanted not in TABLES:
            raise Http404
        name = f"pageviews-{wanted}-{statistics.since}-{statistics.until}.csv"
        audit.record(audit.Action.EXPORT, user=request.user, detail=name)
        return downloads.response(table(wanted, statistics), name)

    def _correction_form(self, request, item, statistics):
        """The form, for an item and for those who may; else None."""
        if item is None or not request.user.has_perm("pageviews.add_correction"):
            if request.method == "POST":
                raise PermissionDenied
            return None
        return CorrectionForm(request.POST or None, initial={"shown": statistics.shown})

    def _corrected(self, request, item, form) -> bool:
        if not form.is_valid():
            return False
        changed = form.save(item, request.user)
        if not form.errors:
            told = _("The public number is corrected.") if changed else _("Nothing was changed.")
            messages.success(request, told)
        return not form.errors

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
