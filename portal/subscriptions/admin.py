import csv

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from portal.subscriptions import policy, services
from portal.subscriptions.models import Subscriber
from publishing.editorial import audit, languages
from publishing.editorial.admin.audit import harmless
from publishing.editorial.admin.readonly import WrittenByServicesAdmin

COLUMNS = ("email", "language", "reads_en", "reads_zh_hans", "rhythm", "confirmed_at")


@admin.register(Subscriber)
class SubscriberAdmin(WrittenByServicesAdmin):
    """Who receives news by mail: to look up, to count, and to delete on request."""

    list_display = ["email", "language", "rhythm", "topics_label", "confirmed_at"]
    list_filter = [("confirmed_at", admin.EmptyFieldListFilter), "language", "rhythm"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["email"]
    fields = readonly_fields = [*list_display, "texts", "releases", "events", "made"]
    change_list_template = "admin/portal/subscribers.html"

    def get_queryset(self, request):
        return (
            super().get_queryset(request).prefetch_related("topics__field", "topics__institution")
        )

    @admin.display(description=_("texts"))
    def texts(self, subscriber):
        return pgettext("between names", ", ").join(
            languages.SHORT_NAMES[code] for code in subscriber.reads
        )

    @admin.display(description=_("topics"))
    def topics_label(self, subscriber):
        if subscriber.everything:
            return _("all")
        topics = map(str, subscriber.topics.all())
        return pgettext("between names", ", ").join(topics) or _("none is left")

    def delete_model(self, request, obj):
        services.remove(subscribers=Subscriber.objects.filter(pk=obj.pk), user=request.user)

    def delete_queryset(self, request, queryset):
        services.remove(subscribers=queryset, user=request.user)

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        name = "subscriptions_subscriber_export"
        return [path("export/", export, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        may = {"may_export": policy.may_export(request.user)}
        return super().changelist_view(request, (extra_context or {}) | may)

    def export_view(self, request):
        """The addresses that the list shows, with its filters and its search."""
        if not policy.may_export(request.user):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        writer = csv.writer(response)
        writer.writerow(COLUMNS)
        number = 0
        for row in rows.values_list(*COLUMNS):
            writer.writerow([harmless(value) for value in row])
            number += 1
        audit.record(audit.Action.EXPORT, user=request.user, detail=f"subscribers: {number}")
        name = f"subscribers-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response
