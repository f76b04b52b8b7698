from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from news import importing, services
from news.ceremonies import CeremonyViewMixin
from news.models import (
    Attachment,
    Boilerplate,
    BoilerplateVersion,
    Commitment,
    Correction,
    Delegation,
    Event,
    EventOrganiser,
    Evidence,
    GalleryPicture,
    Note,
    Point,
    PressContact,
    PressTelephone,
    Quote,
    Release,
    Session,
)
from partners.admin.people import PeopleAdminMixin
from publishing.editorial.admin import (
    BilingualAdmin,
    BilingualFields,
    ChineseFilter,
    EnglishFilter,
    NamedCells,
    PublishableAdmin,
    both,
    publication_fieldset,
)
from publishing.editorial.choosers import KnownChoices
from publishing.editorial.forms import PublishableForm
from publishing.editorial.languages import columns
from publishing.editorial.rowlimits import LimitedInlineFormSet
from publishing.editorial.word_admin import WordDraftMixin
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


class PartInline(LeadImageAdminMixin, KnownChoices, BilingualFields, admin.StackedInline):
    """A part of an item, in its order; closed until somebody needs it."""

    extra = 0
    classes = ["collapse"]
    formset = LimitedInlineFormSet


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


class OrganiserInline(PartInline):
    model = EventOrganiser
    fields = [("role", "institution", "order"), *both("label")]
    autocomplete_fields = ["institution"]


class DelegationInline(PartInline):
    model = Delegation
    autocomplete_fields = ["person", "post"]
    fields = [
        *both("name"),
        ("country", "mode", "order"),
        ("person", "post"),
        *both("leader", "leader_title", "sectors", "unnamed"),
    ]


class SessionInline(PartInline):
    model = Session
    autocomplete_fields = ["agreements"]
    fields = [
        ("kind", "order"),
        ("day", "starts", "ends"),
        *both("title", "text", "speakers"),
        ("spoken", "interpretation"),
        "agreements",
    ]


@admin.register(Event)
class EventAdmin(SearchAdminMixin, CeremonyViewMixin, PeopleAdminMixin, PublishableAdmin):
    list_display = ["title", "standings", "start_date", "status", "kind", "place", "saved_at"]
    list_select_related = ["place"]
    list_filter = [EnglishFilter, ChineseFilter, "kind", "mode", "status"]
    search_fields = columns("title", "summary")
    ordering = ["-starts_at"]
    autocomplete_fields = [
        "institutions",
        "agreements",
        "place",
        "parent",
        "intro_video",
        "recording",
    ]
    inlines = [OrganiserInline, DelegationInline, SessionInline]
    fieldsets = [
        (None, {"fields": both("title", "summary", "body")}),
        (
            _("When"),
            {
                "fields": [
                    ("start_date", "start_time", "part_of_day"),
                    ("end_date", "end_time", "time_zone"),
                    ("status", "previous_date"),
                    *both("status_reason"),
                ]
            },
        ),
        (_("Where"), {"fields": [("place", "mode"), *both("venue"), ("join_url", "join_minutes")]}),
        (_("Facts"), {"fields": [("kind", "field"), "slug", "parent", *both("section")]}),
        (_("Connections"), {"fields": ["institutions", "agreements"]}),
        (_("Videos"), {"fields": ["intro_video", "recording"]}),
        publication_fieldset(),
    ]


class VersionInline(PartInline):
    model = BoilerplateVersion
    classes = []
    fields = ["valid_from", *both("heading", "text")]


@admin.register(Boilerplate)
class BoilerplateAdmin(BilingualAdmin):
    search_fields = ["name"]
    inlines = [VersionInline]


@admin.register(BoilerplateVersion)
class BoilerplateVersionAdmin(BilingualAdmin):
    """Found by the chooser of a release; written in the form of its standing text."""

    list_display = ["boilerplate", "valid_from"]
    list_select_related = ["boilerplate"]
    search_fields = ["boilerplate__name", *columns("heading")]
    fieldsets = [(None, {"fields": ["boilerplate", "valid_from", *both("heading", "text")]})]

    def has_module_permission(self, request):
        return False


class TelephoneInline(NamedCells, admin.TabularInline):
    model = PressTelephone
    fields = ["printed", "order"]
    extra = 1


@admin.register(PressContact)
class PressContactAdmin(BilingualAdmin):
    list_display = ["__str__", "institution", "email", "has_left"]
    list_select_related = ["institution"]
    list_filter = ["has_left"]
    search_fields = [*columns("name"), "email"]
    autocomplete_fields = ["institution", "successor"]
    inlines = [TelephoneInline]
    fieldsets = [
        (None, {"fields": [*both("name", "role"), "institution", "email"]}),
        (_("After leaving the office"), {"fields": ["has_left", "successor"]}),
    ]


class EvidenceInline(PartInline):
    model = Evidence
    classes = []
    fields = [("release", "address", "date"), *both("label")]
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
