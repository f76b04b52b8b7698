from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from news import services
from news.ceremonies import CeremonyViewMixin
from news.models import Commitment, Event, Evidence, Release
from partners.admin.people import PeopleAdminMixin
from publishing.editorial.admin import (
    BilingualAdmin,
    BilingualInline,
    ChineseFilter,
    EnglishFilter,
    PublishableAdmin,
    both,
    publication_fieldset,
)
from publishing.editorial.forms import PublishableForm
from publishing.editorial.languages import columns
from publishing.media.widgets import LeadImageAdminMixin
from publishing.pageviews.models import Total
from publishing.pageviews.services import set_base


class ReleaseForm(PublishableForm):
    pageview_base = forms.IntegerField(
        label=_("Pageviews brought along"),
        min_value=0,
        max_value=10**12,
        required=False,
        help_text=_("What an older site had counted by the day of the move."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        total = Total.objects.filter(kind="release", object_id=self.instance.pk or 0).first()
        self.brought_along = total.base if total else 0
        if "pageview_base" in self.fields:
            self.fields["pageview_base"].initial = self.brought_along or None

    def clean_pageview_base(self):
        """The service's rule, told beside the field: an imported number never shrinks."""
        base = self.cleaned_data["pageview_base"] or 0
        if base < self.brought_along:
            raise ValidationError(
                _("The imported number is %(before)s already; it can only grow."),
                params={"before": self.brought_along},
            )
        return base


@admin.register(Release)
class ReleaseAdmin(PeopleAdminMixin, LeadImageAdminMixin, PublishableAdmin):
    form = ReleaseForm
    list_display = ["title", "standings", "release_date", "field", "saved_at"]
    list_select_related = ["field"]
    list_filter = [EnglishFilter, ChineseFilter, "field", "kind", "origin"]
    search_fields = columns("headline", "summary")
    ordering = ["-saved_at"]
    autocomplete_fields = ["institutions", "events", "agreements"]
    fieldsets = [
        (None, {"fields": both("headline", "summary", "body")}),
        (
            _("Facts"),
            {
                "fields": [
                    ("release_date", "kind", "field"),
                    "lead_image",
                    ("slug", "pageview_base"),
                ]
            },
        ),
        (_("Connections"), {"fields": ["institutions", "events", "agreements"]}),
        (
            _("Origin"),
            {"fields": [("origin", "source_url"), *both("source_name")], "classes": ["collapse"]},
        ),
        publication_fieldset(),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*columns("body"))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        base = form.cleaned_data.get("pageview_base")
        if base:
            set_base(key="release", object_id=form.instance.pk, base=base, user=request.user)

    def delete_model(self, request, obj):
        services.delete_release(release=obj)

    def delete_queryset(self, request, queryset):
        for release in queryset:
            services.delete_release(release=release)


@admin.register(Event)
class EventAdmin(CeremonyViewMixin, PeopleAdminMixin, PublishableAdmin):
    list_display = ["title", "standings", "start_date", "kind", "place", "saved_at"]
    list_select_related = ["place"]
    list_filter = [EnglishFilter, ChineseFilter, "kind", "mode"]
    search_fields = columns("title", "summary")
    ordering = ["-starts_at"]
    autocomplete_fields = ["institutions", "agreements", "place"]
    fieldsets = [
        (None, {"fields": both("title", "summary", "body")}),
        (
            _("When"),
            {
                "fields": [
                    ("start_date", "start_time", "part_of_day"),
                    ("end_date", "end_time", "time_zone"),
                ]
            },
        ),
        (_("Where"), {"fields": [("place", "mode"), *both("venue")]}),
        (_("Facts"), {"fields": [("kind", "field"), "slug"]}),
        (_("Connections"), {"fields": ["institutions", "agreements"]}),
        publication_fieldset(),
    ]


class EvidenceInline(BilingualInline):
    model = Evidence
    fields = ["release", "address", *columns("label"), "date"]
    autocomplete_fields = ["release"]


@admin.register(Commitment)
class CommitmentAdmin(BilingualAdmin):
    list_display = ["__str__", "state", "side", "due", "source", "is_public", "saved_at"]
    list_editable = ["state"]
    list_filter = ["state", "side", "is_public"]
    search_fields = columns("text")
    autocomplete_fields = ["agreement", "event", "release", "institutions"]
    inlines = [EvidenceInline]
    list_select_related = ["agreement", "event", "release"]
    list_per_page = 50
    fieldsets = [
        (None, {"fields": [*both("text"), ("side", "due", "state")]}),
        (_("Where it was promised"), {"fields": ["agreement", "event", "release"]}),
        (_("Shown"), {"fields": ["institutions", ("is_public", "order")]}),
    ]

    @admin.display(description=_("source"))
    def source(self, commitment):
        return commitment.agreement or commitment.event or commitment.release
