"""Releases at the desk."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from news import importing, services
from news.admin.parts import PartInline
from news.models import Attachment, Correction, GalleryPicture, Note, Point, Quote, Release
from partners.admin.people import PeopleAdminMixin
from publishing.editorial.admin import PublishableAdmin, both, publication_fieldset
from publishing.editorial.admin.filters import ChineseFilter, EnglishFilter
from publishing.editorial.admin.word import WordDraftMixin
from publishing.editorial.forms import PublishableForm
from publishing.editorial.languages import columns
from publishing.exchange.pages import Door, ImportPagesMixin
from publishing.media.widgets import LeadImageAdminMixin
from publishing.pageviews import statistics
from publishing.pageviews.models import Total
from publishing.pageviews.services import set_base
from publishing.search.admin import SearchAdminMixin


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


class QuoteInline(PartInline):
    model = Quote
    autocomplete_fields = ["person", "post"]
    fields = [
        *both("text"),
        ("person", "post"),
        *both("speaker", "speaker_title"),
        ("after", "order"),
    ]


class PointInline(PartInline):
    model = Point
    fields = [*both("heading", "label", "text"), ("after", "order")]


class NoteInline(PartInline):
    model = Note
    fields = [*both("text"), "order"]


class AttachmentInline(PartInline):
    model = Attachment
    fields = [("file", "order"), *both("label")]
    autocomplete_fields = ["file"]


class GalleryInline(PartInline):
    model = GalleryPicture
    fields = [("image", "order"), *both("caption")]
    autocomplete_fields = ["image"]


class CorrectionInline(PartInline):
    model = Correction
    fields = ["corrected_on", *both("text")]


@admin.register(Release)
class ReleaseAdmin(
    ImportPagesMixin,
    SearchAdminMixin,
    WordDraftMixin,
    PeopleAdminMixin,
    LeadImageAdminMixin,
    PublishableAdmin,
):
    form = ReleaseForm
    change_list_template = "admin/editorial/change_list.html"
    import_doors = (
        Door(
            name="import",
            title=_("Import from CSV or JSON"),
            run=importing.import_file,
            columns=lambda: list(importing.COLUMNS),
            help=_(
                "Releases of an old site, found again by its numbers; what was imported before "
                "stays as it is. They become drafts. Pictures come in by the command."
            ),
            options=(("publish", _("Publish them under their old dates")),),
        ),
    )
    list_display = ["title", "standings", "release_date", "field", "saved_at"]
    list_select_related = ["field"]
    list_filter = [EnglishFilter, ChineseFilter, "field", "kind", "origin"]
    search_fields = columns("headline", "summary")
    ordering = ["-saved_at"]
    autocomplete_fields = [
        "institutions",
        "events",
        "agreements",
        "press_contacts",
        "boilerplates",
        "videos",
    ]
    inlines = [
        QuoteInline,
        PointInline,
        NoteInline,
        AttachmentInline,
        GalleryInline,
        CorrectionInline,
    ]
    live_fields = ["pageview_base"]
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
        (_("Connections"), {"fields": ["institutions", "events", "agreements", "videos"]}),
        (_("For the press"), {"fields": ["press_contacts", "boilerplates"]}),
        (
            _("Other titles"),
            {"fields": both("list_title", "search_description"), "classes": ["collapse"]},
        ),
        (
            _("Dateline"),
            {
                "fields": [*both("dateline_place", "dateline_wire"), "dateline_date"],
                "classes": ["collapse"],
            },
        ),
        (
            _("Origin"),
            {"fields": [("origin", "source_url"), *both("source_name")], "classes": ["collapse"]},
        ),
        publication_fieldset(),
    ]

    def places_of(self, request, obj):
        places = super().places_of(request, obj)
        if request.user.has_perm("pageviews.view_total"):
            places["statistics_url"] = statistics.address(obj.item)
        return places

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*columns("body"))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        base = form.cleaned_data.get("pageview_base")
        if base:
            set_base(key="release", object_id=form.instance.pk, base=base, user=request.user)

    def delete_model(self, request, obj):
        services.delete_release(release=obj, user=request.user)
