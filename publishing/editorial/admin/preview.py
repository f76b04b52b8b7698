"""A draft or a working copy as its page will be, in a frame beside the language and the width.

Beside the form it follows what is typed, long before anything is saved.
"""

import logging

from csp.constants import NONE
from csp.decorators import csp_replace, csp_update
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from publishing.editorial import languages, policy, unsaved
from publishing.editorial.admin import onelanguage
from publishing.editorial.exceptions import Refused
from publishing.editorial.preview import public_page_of

logger = logging.getLogger(__name__)
# No script runs in a framed preview: nothing is counted, and no draft acts on the admin around it.
SANDBOX = {"sandbox": ["allow-same-origin"]}
framed = (
    csp_update(SANDBOX),
    csp_replace({"script-src": [NONE]}),
    xframe_options_sameorigin,
)


class PreviewMixin:
    """Adds the pages to a ModelAdmin with ``VersionsMixin``, and the panel to its form."""

    def get_urls(self):
        pages = {
            "preview": ("<path:object_id>/preview/", self.preview_view),
            "preview-page": ("<path:object_id>/preview/page/", self.preview_page_view),
            "preview-unsaved": ("<path:object_id>/preview/unsaved/", self.preview_unsaved_view),
            "preview-new": ("preview/unsaved/", self.preview_unsaved_view),
        }
        return [
            path(address, self.admin_site.admin_view(view), name=self.page_name(name))
            for name, (address, view) in pages.items()
        ] + super().get_urls()

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        address = ""
        if obj is None:
            address = reverse(f"admin:{self.page_name('preview-new')}")
        elif policy.may_change(request.user, obj) and not self.is_live(obj):
            address = self.page_url("preview-unsaved", obj)
        if address and (only := onelanguage.chosen(request)):
            # The other language is not in the form: it is shown as it was saved.
            address = f"{address}?only={only}"
        context["preview_form_url"] = address
        context |= {"preview_languages": self.preview_languages(), "here": languages.active()}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def preview_languages(self):
        return [(code, languages.TAGS[code], languages.OWN_NAMES[code]) for code in languages.CODES]

    def preview_view(self, request, object_id):
        row = self.item(request, object_id, policy.may_see_history)
        chosen = request.GET.get("language", languages.active())
        language = chosen if chosen in languages.CODES else languages.active()
        width = "phone" if request.GET.get("width") == "phone" else "desktop"
        frame = reverse(f"admin:{self.page_name('preview-page')}", args=[row.pk])
        context = self.page_context(request, row, _("Preview")) | {
            "frame": f"{frame}?language={language}",
            "width": width,
            "language": language,
            "languages": self.preview_languages(),
        }
        return TemplateResponse(request, "admin/editorial/preview.html", context)

    @method_decorator(framed)
    def preview_page_view(self, request, object_id):
        row = self.item(request, object_id, policy.may_see_history)
        language = request.GET.get("language", languages.active())
        if language not in languages.CODES:
            raise Http404
        return public_page_of(request, row, language, is_framed=True)

    @method_decorator(framed)
    def preview_unsaved_view(self, request, object_id=None):
        """The page of what stands in the form. Nothing is saved, counted or written down."""
        item = None
        if object_id is not None:
            item = self.item(request, object_id, policy.may_change)
        elif not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        language = request.POST.get("preview_language", languages.active())
        if language not in languages.CODES:
            raise Http404
        return self._unsaved_page(request, item, language)

    def _unsaved_page(self, request, item, language):
        with unsaved.undone():
            try:
                row = item if self.is_live(item) else unsaved.row_of(self, request, item)
                return public_page_of(request, row, language, is_framed=True)
            except Refused as refusal:
                reason = str(refusal)
            except Exception:
                # Public templates are made for what has passed the checks; half a form has not.
                logger.exception("No preview of an unsaved %s", self.model._meta.label)
                reason = ""
        context = {"reason": reason, "tag": languages.TAGS[languages.active()]}
        response = TemplateResponse(request, "admin/editorial/no_preview.html", context)
        response["Cache-Control"] = "no-store"
        return response
