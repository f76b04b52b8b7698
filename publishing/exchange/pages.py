"""The admin's doors for files: upload, see what would change, confirm; and the way out again."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import storages
from django.http import HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing.editorial import audit
from publishing.exchange import uploads
from publishing.exchange.downloads import download
from publishing.exchange.files import Unreadable
from publishing.exchange.reports import Report

LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True)
class Door:
    """One kind of file that an admin takes in.

    ``run(file, name=, user=, dry_run=, **options)`` gives a Report or raises Unreadable;
    ``options`` are the names and labels of the boxes to tick that it understands.
    """

    name: str
    title: str
    run: Callable[..., Report]
    help: str = ""
    columns: Callable[[], list[str]] = list
    options: tuple[tuple[str, str], ...] = ()


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)

    def __init__(self, *args, options=(), **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in options:
            self.fields[name] = forms.BooleanField(label=label, required=False)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LIMIT:
            told = _(
                "The file has %(size)s; %(limit)s are taken here. The command of the same name "
                "takes larger ones."
            )
            sizes = {"size": filesizeformat(file.size), "limit": filesizeformat(LIMIT)}
            raise ValidationError(told % sizes)
        return file


class ImportPagesMixin:
    """Adds a page for each of ``import_doors`` to a model's admin."""

    import_doors: tuple[Door, ...] = ()
    change_list_template = "admin/exchange/change_list.html"

    def get_urls(self):
        return [
            path(
                f"{door.name}/",
                self.admin_site.admin_view(self._page(door)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{door.name.replace('-', '_')}",
            )
            for door in self.import_doors
        ] + super().get_urls()

    def _page(self, door):
        return lambda request: self.import_view(request, door)

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(self, request, extra_context=None):
        doors = self._doors() if self.has_import_permission(request) else []
        context = {"import_doors": doors}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def _doors(self):
        return [(f"{door.name}/", door.title) for door in self.import_doors]

    def import_view(self, request, door):
        if not self.has_import_permission(request):
            raise PermissionDenied
        if "upload" in request.POST:
            return self._confirmed(request, door)
        given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = UploadForm(*given, options=door.options)
        report, upload = None, ""
        if form.is_valid():
            options = {name: form.cleaned_data[name] for name, _label in door.options}
            file = form.cleaned_data["file"]
            try:
                report = door.run(
                    file.file, name=file.name, user=request.user, dry_run=True, **options
                )
            except Unreadable as error:
                form.add_error("file", str(error))
            else:
                if report.may_be_kept and report.changes_anything:
                    upload = uploads.keep(file, request.user, options)
        return self._import_page(request, door, form, report, upload)

    def _confirmed(self, request, door):
        kept = uploads.found(request.POST["upload"], request.user)
        if kept is None:
            messages.error(request, _("The file is no longer kept here: upload it again."))
            return HttpResponseRedirect(request.path)
        name, title, options = kept
        with storages["private"].open(name) as file:
            report = door.run(file.file, name=title, user=request.user, dry_run=False, **options)
        storages["private"].delete(name)
        if not report.kept:
            # Something else was saved meanwhile: it is shown what stands against it now.
            return self._import_page(request, door, UploadForm(options=door.options), report, "")
        counts = report.counts
        told = ngettext(
            "Imported: %(new)d new, %(changed)d changed of %(rows)d record.",
            "Imported: %(new)d new, %(changed)d changed of %(rows)d records.",
            counts["rows"],
        )
        messages.success(request, told % counts)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return HttpResponseRedirect(reverse(name))

    def _import_page(self, request, door, form, report, upload):
        context = {
            **self.admin_site.each_context(request),
            "title": door.title,
            "door": door,
            "doors": self._doors(),
            "can_export": isinstance(self, ExportPageMixin),
            "columns": door.columns(),
            "form": form,
            "report": report,
            "upload": upload,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/exchange/import.html", context)


class ExportPageMixin:
    """Adds the way out: ``export_lines(form, private=)`` gives the lines of CSV or JSON.

    Who may change the records gets the columns that only staff see.
    """

    export_name = ""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"can_export": True, **(extra_context or {})})

    def export_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = "json" if request.GET.get("format") == "json" else "csv"
        private = self.has_change_permission(request)
        detail = f"{self.export_name}, {form}, {'with' if private else 'without'} staff columns"
        audit.record(audit.Action.EXPORT, user=request.user, detail=detail)
        kind = "application/json" if form == "json" else "text/csv"
        name = f"{self.export_name}-{timezone.localdate():%Y-%m-%d}.{form}"
        lines = self.export_lines(form, private=private)
        response = download(lines, f"{kind}; charset=utf-8", name)
        response["Cache-Control"] = "no-store"
        return response
