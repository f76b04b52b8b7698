from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from modeltranslation.settings import AVAILABLE_LANGUAGES
from modeltranslation.utils import get_translation_fields

from publishing.media import renditions, services
from publishing.media.forms import ImageForm
from publishing.media.models import Image

ALT, CAPTION, CREDIT = map(get_translation_fields, ["alt", "caption", "credit"])


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin):
    form = ImageForm
    fieldsets = [
        (None, {"fields": ["picture", ("focal_x", "focal_y"), "title"]}),
        (
            _("For readers"),
            {"fields": ["decorative", tuple(ALT), tuple(CAPTION), tuple(CREDIT)]},
        ),
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
    list_filter = ["decorative", "created"]
    list_per_page = 50
    list_select_related = ["uploaded_by"]
    search_fields = ["title", *ALT, *CAPTION, *CREDIT]
    date_hierarchy = "created"

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
        image = get_object_or_404(Image.objects.visible_to(request.user), pk=pk)
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
