"""The library at the desk, with what it does not know itself: the audit, and who is shown.

It stands beneath the editorial desk, and people belong to this floor.
"""

from django.contrib import admin, messages

from partners.models import PersonShown, doubts_of, with_posts
from publishing.editorial.admin import BilingualFields, both
from publishing.editorial.admin.choosers import KnownChoices
from publishing.editorial.admin.recording import AuditedDeletionMixin
from publishing.editorial.admin.rowlimits import LimitedInlineFormSet
from publishing.media.admin import FileAdmin, ImageAdmin, VideoAdmin
from publishing.media.models import File, Image, Video


class PeopleShownInline(KnownChoices, BilingualFields, admin.StackedInline):
    model = PersonShown
    formset = LimitedInlineFormSet
    extra = 0
    classes = ["collapse"]
    autocomplete_fields = ["person", "post"]
    fields = [("order", "person", "post"), *both("printed_name", "printed_title")]


class PictureAdmin(AuditedDeletionMixin, ImageAdmin):
    """The library's form of a picture, and the people in it."""

    inlines = [PeopleShownInline]
    search_fields = [
        *ImageAdmin.search_fields,
        "people_shown__person__name_en",
        "people_shown__person__name_zh_hans",
    ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and request.method == "GET":
            for doubt in doubts_of(with_posts(obj.people_shown), obj.taken_on):
                messages.warning(request, doubt)
        return super().render_change_form(request, context, add, change, form_url, obj)


class DocumentAdmin(AuditedDeletionMixin, FileAdmin):
    pass


class FilmAdmin(AuditedDeletionMixin, VideoAdmin):
    pass


admin.site.unregister([Image, File, Video])
admin.site.register(Image, PictureAdmin)
admin.site.register(File, DocumentAdmin)
admin.site.register(Video, FilmAdmin)
