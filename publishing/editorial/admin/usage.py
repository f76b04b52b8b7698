""" "Where used" in the admin: a page, and a deletion that is refused with the list."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from publishing.editorial import references


class WhereUsedMixin:
    """For the admin of anything that texts and records refer to."""

    change_form_template = "admin/editorial/record_form.html"

    def get_urls(self):
        return [
            path(
                "<path:object_id>/where-used/",
                self.admin_site.admin_view(self.where_used_view),
                name=self._where_used_name(),
            ),
            *super().get_urls(),
        ]

    def _where_used_name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}_where_used"

    def where_used_url(self, row):
        return reverse(f"{self.admin_site.name}:{self._where_used_name()}", args=[row.pk])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["where_used_url"] = self.where_used_url(getattr(obj, "item", obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def where_used_view(self, request, object_id):
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        row = getattr(row, "item", row)
        context = self.admin_site.each_context(request) | {
            "title": _("Where used"),
            "subtitle": None,
            "opts": self.opts,
            "original": row,
            "uses": references.uses(row),
            "change_url": reverse(
                f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change",
                args=[row.pk],
            ),
        }
        return TemplateResponse(request, "admin/editorial/where_used.html", context)

    def get_deleted_objects(self, objs, request):
        """What is in use is protected: Django's own pages then list it and delete nothing."""
        deleted, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        for row in objs:
            for use in references.uses(row):
                line = format_html('<a href="{}">{}</a>', use.url, use) if use.url else str(use)
                protected.append(line)
        return deleted, counts, perms_needed, list(dict.fromkeys(protected))
