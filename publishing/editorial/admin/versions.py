"""The secondary pages of a publishable item in the admin: working copy, history, comparison."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from publishing.editorial import comparing, copies, policy, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.records import AuditEvent, Revision

REVISIONS_PER_PAGE = 50
EVENTS_SHOWN = 50


class VersionsMixin:
    """Adds the pages to a ModelAdmin. Each asks the policy itself, before it reads anything."""

    def get_urls(self):
        pages = {
            "open-copy": self.open_copy_view,
            "discard-copy": self.discard_copy_view,
            "compare": self.compare_view,
            "restore": self.restore_view,
        }
        return [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=self.page_name(name),
            )
            for name, view in pages.items()
        ] + super().get_urls()

    def page_name(self, name: str) -> str:
        meta = self.model._meta
        return f"{meta.app_label}_{meta.model_name}_{name.replace('-', '_')}"

    def page_url(self, name: str, item, **query) -> str:
        address = reverse(f"{self.admin_site.name}:{self.page_name(name)}", args=[item.pk])
        return f"{address}?{urlencode(query)}" if query else address

    def get_object(self, request, object_id, from_field=None):
        """Lists know items only; a form may be that of a working copy."""
        try:
            pk = self.model._meta.pk.to_python(object_id)
        except ValidationError:
            return None
        rows = self.model.with_copies.select_related("live", "working_copy")
        return rows.filter(pk=pk).first() if pk < 2**63 else None

    def item(self, request, object_id, may):
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        if not may(request.user, found):
            raise PermissionDenied
        return found

    def to_page(self, name, item):
        return HttpResponseRedirect(self.page_url(name, item))

    def to_form(self, item):
        return self.to_page("change", item)

    def refused(self, request, refusal, item):
        self.message_user(request, str(refusal), messages.ERROR)
        return self.to_form(item)

    def open_copy_view(self, request, object_id):
        item = self.item(request, object_id, policy.may_open_copy)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            return self.to_form(copies.open_copy(item=item, user=request.user))
        except Refused as refusal:
            return self.refused(request, refusal, item)

    def discard_copy_view(self, request, object_id):
        """Shows what would be lost; a second, deliberate click throws it away."""
        copy = self.item(request, object_id, policy.may_change)
        if not copy.is_copy:
            raise Http404
        if request.method == "POST":
            try:
                live = copies.discard_copy(item=copy, user=request.user)
            except Refused as refusal:
                return self.refused(request, refusal, copy.item)
            self.message_user(request, _("The working copy was discarded."), messages.SUCCESS)
            return self.to_form(live)
        changes = self.compared(copy, comparing.LIVE, comparing.WORK)
        context = self.page_context(request, copy, _("Discard the working copy"))
        return TemplateResponse(
            request, "admin/editorial/discard.html", context | {"differences": changes}
        )

    def compared(self, item, before: str, after: str):
        sides = [comparing.said(item, name) for name in (before, after)]
        if None in sides:
            raise Http404
        return comparing.differences(self.model, *sides)

    def compare_view(self, request, object_id):
        item = self.item(request, object_id, policy.may_see_history)
        before = request.GET.get("before", comparing.LIVE)
        after = request.GET.get("after", comparing.WORK)
        differences = self.compared(item, before, after)
        context = self.page_context(request, item, _("Compare")) | {
            "before": comparing.side(item, before),
            "after": comparing.side(item, after),
            "differences": differences,
            "restorable": before if before.isdecimal() else "",
            "may_restore": self.may_restore(request.user, item),
            "restore_url": self.page_url("restore", item.item),
        }
        return TemplateResponse(request, "admin/editorial/compare.html", context)

    def may_restore(self, user, item) -> bool:
        return policy.may_open_copy(user, item) or policy.may_change(user, item)

    def restore_view(self, request, object_id):
        item = self.item(request, object_id, self.may_restore)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        number = request.POST.get("number", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise Http404
        try:
            row = services.restore(item=item, number=int(number), user=request.user)
        except Refused as refusal:
            return self.refused(request, refusal, item)
        text = _("Revision %(number)s was restored. Nothing is published yet.")
        self.message_user(request, text % {"number": number}, messages.SUCCESS)
        return self.to_form(row)

    def history_view(self, request, object_id, extra_context=None):
        item = self.item(request, object_id, policy.may_see_history).item
        revisions = Revision.objects.of(item).select_related("user").defer("data")
        page = Paginator(revisions, REVISIONS_PER_PAGE).get_page(request.GET.get("page"))
        events = AuditEvent.objects.filter(kind=item._meta.label_lower, object_id=item.item_id)
        context = self.page_context(request, item, _("History")) | {
            "revisions": page,
            "events": events[:EVENTS_SHOWN],
            "copy": item.open_copy(),
            "may_restore": self.may_restore(request.user, item),
            "compare_url": self.page_url("compare", item),
            "restore_url": self.page_url("restore", item),
        }
        return TemplateResponse(request, "admin/editorial/history.html", context)

    def page_context(self, request, item, title) -> dict:
        return self.admin_site.each_context(request) | {
            "title": title,
            "subtitle": None,
            "opts": self.model._meta,
            "original": item,
            "change_url": self.page_url("change", item),
        }
