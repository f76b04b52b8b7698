"""A draft or a working copy as its page will be, in a frame beside the language and the width."""

from copy import copy

from csp.decorators import csp_update
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, resolve, reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from publishing.editorial import languages, policy

# No script runs in a preview: nothing is counted, and no draft acts on the admin around it.
SANDBOX = {"sandbox": ["allow-same-origin"]}


def public_page_of(request, row, language: str):
    """The public page of ``row`` as ``request`` would get it, were the row public."""
    address = row.get_absolute_url(language)
    with translation.override(language):
        match = resolve(address)
        seen = copy(request)
        seen.path = seen.path_info = address
        seen.resolver_match = match
        view = match.func.view_class()
        view.setup(seen, **match.kwargs)
        view.language, view.object = language, _as_the_page_reads_it(row)
        context = view.get_context_data(object=view.object)
        response = view.render_to_response(context | {"is_preview": True})
        response.render()
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _as_the_page_reads_it(row):
    rows = type(row).with_copies.all()
    for name in ("for_page", "for_list"):
        if hasattr(rows, name):
            rows = getattr(rows, name)()
            break
    return rows.get(pk=row.pk)


class PreviewMixin:
    """Adds the two pages to a ModelAdmin with ``VersionsMixin``."""

    def get_urls(self):
        pages = {
            "preview": ("preview/", self.preview_view),
            "preview-page": ("preview/page/", self.preview_page_view),
        }
        return [
            path(
                f"<path:object_id>/{address}",
                self.admin_site.admin_view(view),
                name=self.page_name(name),
            )
            for name, (address, view) in pages.items()
        ] + super().get_urls()

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
            "languages": [
                (code, languages.TAGS[code], languages.OWN_NAMES[code]) for code in languages.CODES
            ],
        }
        return TemplateResponse(request, "admin/editorial/preview.html", context)

    @method_decorator(csp_update(SANDBOX))
    @method_decorator(xframe_options_sameorigin)
    def preview_page_view(self, request, object_id):
        row = self.item(request, object_id, policy.may_see_history)
        language = request.GET.get("language", languages.active())
        if language not in languages.CODES:
            raise Http404
        return public_page_of(request, row, language)
