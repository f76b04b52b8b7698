from django.contrib import admin, messages
from django.contrib.contenttypes.admin import GenericStackedInline
from django.utils.translation import gettext_lazy as _

from partners.models import Participation, Person, Post, title_doubts
from publishing.editorial.admin import BilingualAdmin, BilingualFields, BilingualInline, both
from publishing.editorial.admin.choosers import KnownChoices
from publishing.editorial.admin.rowlimits import LimitedGenericFormSet
from publishing.editorial.admin.usage import WhereUsedMixin
from publishing.editorial.languages import columns


class PostInline(BilingualInline):
    model = Post
    fields = ["rank", *columns("title"), "institution", "since", "until"]
    autocomplete_fields = ["institution"]


@admin.register(Person)
class PersonAdmin(WhereUsedMixin, BilingualAdmin):
    list_display = ["__str__", "posts_held", "is_public", "saved_at"]
    list_filter = ["is_public"]
    search_fields = columns("name", "family", "given")
    inlines = [PostInline]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": [*both("name"), *both("family"), *both("given"), *both("honours")]}),
        (_("Record"), {"fields": ["is_public"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("posts__institution")

    @admin.display(description=_("posts"))
    def posts_held(self, person):
        return "; ".join(str(post) for post in person.posts.all())


@admin.register(Post)
class PostAdmin(BilingualAdmin):
    """Posts are written on the person's page; this serves the choosers."""

    list_display = ["__str__", "person", "since", "until"]
    list_select_related = ["person", "institution"]
    search_fields = [*columns("title"), *(f"person__{column}" for column in columns("name"))]
    autocomplete_fields = ["person", "institution"]
    fieldsets = [
        (None, {"fields": ["person", *both("title"), "institution", ("since", "until", "rank")]})
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person", "institution")

    def has_module_permission(self, request):
        return False


class ParticipationInline(KnownChoices, BilingualFields, GenericStackedInline):
    """Who took part, with names and titles as the text of the day printed them."""

    model = Participation
    formset = LimitedGenericFormSet
    ct_field = "target_type"
    ct_fk_field = "target_id"
    extra = 0
    autocomplete_fields = ["person", "post", "institution"]
    classes = ["collapse"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("order", "role", "mode", "side"),
                    ("person", "post", "institution"),
                    *both("group", "printed_name", "printed_title"),
                ]
            },
        )
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).for_display()

    def _labels(self):
        # The factory of generic formsets takes none.
        return {}


class PeopleAdminMixin:
    """Shows the people of an item and warns where a printed title fits no post of that day."""

    def get_inlines(self, request, obj):
        """People come last; like every owned row they change in the working copy."""
        return [*super().get_inlines(request, obj), ParticipationInline]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and request.method == "GET":
            for doubt in title_doubts(obj):
                messages.warning(request, doubt)
        return super().render_change_form(request, context, add, change, form_url, obj)
