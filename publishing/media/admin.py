from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from modeltranslation.settings import AVAILABLE_LANGUAGES
from modeltranslation.utils import get_translation_fields

from publishing.media import bulk, documents, renditions, services, usage
from publishing.media.forms import FileForm, ImageForm, VideoForm
from publishing.media.models import File, Image, Video
from publishing.media.widgets import LeadImageAdminMixin

ALT, CAPTION, CREDIT, TERMS, LABEL, HEADING, TRANSCRIPT = map(
    get_translation_fields,
    ["alt", "caption", "credit", "usage_terms", "label", "heading", "transcript"],
)
RIGHTS = (
    _("Rights"),
    {
        "fields": [("creator", "rights_holder"), ("licence", "taken_on"), tuple(TERMS)],
        "classes": ["collapse"],
    },
)


def admin_url(row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])


class LibraryAdmin(admin.ModelAdmin):
    """What all items of the library share: where each is used, and that it then stays."""

    change_list_template = "admin/media/change_list.html"
    readonly_fields = ["used_in"]
    list_per_page = 50
    list_select_related = ["uploaded_by"]
    date_hierarchy = "created"

    @admin.display(description=_("used in"))
    def used_in(self, item):
        rows = [use.row for use in usage.uses(item)] if item.pk else []
        if not rows:
            return _("nothing yet: only staff can see it")
        return format_html_join(
            "",
            '<a href="{}">{}</a> ({})<br>',
            [
                (
                    admin_url(row),
                    str(row),
                    row._meta.verbose_name,
                )
                for row in rows
            ],
        )

    def bulk_view(self, request):
        """Without script one answer for all files; with it one answer, as JSON, for each."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        files = request.FILES.getlist("files")
        outcomes = [bulk.take(file, user=request.user) for file in files]
        told = [
            {
                "name": outcome.name,
                "problem": outcome.problem,
                "url": admin_url(outcome.item) if outcome.item else "",
            }
            for outcome in outcomes
        ]
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"outcomes": told})
        context = self.admin_site.each_context(request) | {
            "title": _("Upload many files"),
            "opts": self.opts,
            "outcomes": told,
            "limit": documents.MAX_BYTES,
        }
        return TemplateResponse(request, "admin/media/bulk.html", context)

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_bulk"
        return [
            path("bulk/", self.admin_site.admin_view(self.bulk_view), name=name),
            *super().get_urls(),
        ]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.uploaded_by = request.user
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not any(usage.uses(obj)))


@admin.register(Image)
class ImageAdmin(LibraryAdmin):
    form = ImageForm
    fieldsets = [
        (None, {"fields": ["picture", ("focal_x", "focal_y"), "title"]}),
        (
            _("For readers"),
            {"fields": ["decorative", tuple(ALT), tuple(CAPTION), tuple(CREDIT)]},
        ),
        RIGHTS,
        (_("Use"), {"fields": ["used_in"]}),
    ]
    list_display = [
        "thumbnail",
        "title_or_uid",
        "dimensions",
        "described",
        "uploaded_by",
        "created",
    ]
    list_display_links = ["thumbnail", "title_or_uid"]
    list_filter = ["decorative", "licence", "created"]
    search_fields = ["title", *ALT, *CAPTION, *CREDIT]

    class Media:
        css = {"all": ["media/pictures.css"]}

    @admin.display(description=_("picture"))
    def thumbnail(self, image):
        thumb = renditions.rendition(image, "thumb")
        width, height = thumb.size
        return format_html(
            '<img class="thumbnail" src="{}" width="{}" height="{}" alt="" loading="lazy">',
            thumb.url,
            width,
            height,
        )

    @admin.display(description=_("title"), ordering="title")
    def title_or_uid(self, image):
        return str(image)

    @admin.display(description=_("pixels"), ordering="width")
    def dimensions(self, image):
        return f"{image.width} × {image.height}"

    @admin.display(description=_("described in"))
    def described(self, image):
        if image.decorative:
            return _("decorative")
        described = filter(image.is_described_in, AVAILABLE_LANGUAGES)
        return ", ".join(get_language_info(code)["name_local"] for code in described)

    def get_urls(self):
        preview = path(
            "<int:pk>/preview/",
            self.admin_site.admin_view(self.preview),
            name="media_image_preview",
        )
        return [preview, *super().get_urls()]

    def preview(self, request, pk):
        """The small picture of an image known only by its key, as choosers know it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = get_object_or_404(Image, pk=pk)
        return redirect(renditions.rendition(image, "thumb").url)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.uploaded_by = request.user
        if form.master:
            services.keep_master(obj, master=form.master)
        else:
            obj.save()
        if {"focal_x", "focal_y"} & set(form.changed_data):
            renditions.discard(obj)

    def delete_model(self, request, obj):
        services.remove_image(obj)

    def delete_queryset(self, request, queryset):
        for image in queryset:
            services.remove_image(image)


@admin.register(File)
class FileAdmin(LibraryAdmin):
    form = FileForm
    fieldsets = [
        (None, {"fields": ["upload", "title", tuple(LABEL), tuple(CREDIT)]}),
        RIGHTS,
        (_("Use"), {"fields": ["used_in"]}),
    ]
    list_display = ["__str__", "format", "weight", "uploaded_by", "created"]
    list_filter = ["extension", "licence"]
    search_fields = ["title", *LABEL]

    @admin.display(description=_("size"), ordering="size")
    def weight(self, file):
        return filesizeformat(file.size)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.uploaded_by = request.user
        if form.facts:
            services.keep_file(obj, file=form.cleaned_data["upload"], facts=form.facts)
        else:
            obj.save()

    def delete_model(self, request, obj):
        services.remove_file(obj)

    def delete_queryset(self, request, queryset):
        for file in queryset:
            services.remove_file(file)


@admin.register(Video)
class VideoAdmin(LeadImageAdminMixin, LibraryAdmin):
    form = VideoForm
    autocomplete_fields = ["poster"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("address", "second_address"),
                    "title",
                    tuple(HEADING),
                    ("minutes", "poster"),
                    tuple(TRANSCRIPT),
                    tuple(CREDIT),
                ]
            },
        ),
        RIGHTS,
        (_("Use"), {"fields": ["used_in"]}),
    ]
    list_display = ["__str__", "provider", "second_provider", "minutes", "created"]
    list_filter = ["provider"]
    search_fields = ["title", "video_id", *HEADING]
