"""Who is shown in a picture: the library belongs to the ground, people to this floor."""

from django.contrib import admin, messages

from partners.models import PersonShown, doubts_of, with_posts
from publishing.editorial.admin import BilingualFields, both
from publishing.editorial.admin.choosers import KnownChoices
from publishing.editorial.admin.rowlimits import LimitedInlineFormSet
from publishing.media.admin import ImageAdmin
from publishing.media.models import Image


class PeopleShownInline(KnownChoices, BilingualFields, admin.StackedInline):
    model = PersonShown
    formset = LimitedInlineFormSet
    extra = 0
    classes = ["collapse"]
    autocomplete_fields = ["person", "post"]
    fields = [("order", "person", "post"), *both("printed_name", "printed_title")]


class PictureAdmin(ImageAdmin):
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


admin.site.unregister(Image)
admin.site.register(Image, PictureAdmin)
