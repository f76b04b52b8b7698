from django import forms
from django.contrib import admin, messages
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django_countries import countries

from partners import services
from partners.admin.add_name import AddNameMixin, PrefilledNameMixin
from partners.admin.brief import BriefMixin
from partners.admin.confirmations import AskMixin
from partners.exchange.institutions import InstitutionBook
from partners.exchange.ror import RorBook
from partners.exchange.tools import door, export_lines
from partners.models import (
    ContactPoint,
    FormerAddress,
    Institution,
    InstitutionIdentifier,
    InstitutionLink,
    InstitutionMerge,
    InstitutionName,
    InstitutionPlace,
)
from publishing.editorial.admin import BilingualAdmin, BilingualInline, both
from publishing.editorial.admin.readonly import ReadOnlyAdmin
from publishing.editorial.admin.recording import AuditedDeletionMixin, AuditedRecordMixin
from publishing.editorial.admin.usage import WhereUsedMixin
from publishing.editorial.exceptions import Refused
from publishing.editorial.languages import columns
from publishing.exchange.pages import ExportPageMixin, ImportPagesMixin
from publishing.media.widgets import LeadImageAdminMixin
from publishing.pageviews import statistics
from publishing.search.admin import SearchAdminMixin


class NameInline(PrefilledNameMixin, BilingualInline):
    model = InstitutionName
    fields = ["text", "lang", "kind", "pinyin", "since", "until"]


class IdentifierInline(BilingualInline):
    model = InstitutionIdentifier
    fields = ["scheme", "value"]


class LinkInline(BilingualInline):
    """The relations that are told from here."""

    model = InstitutionLink
    fk_name = "institution"
    fields = ["kind", "other", "since", "until", "source"]
    autocomplete_fields = ["other"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("institution", "other")


class InverseLinkInline(BilingualInline):
    """The same rows where this institution is at the other end, with their reading from here."""

    model = InstitutionLink
    fk_name = "other"
    verbose_name_plural = gettext_lazy("relations told from the other end")
    fields = ["kind", "institution", "since", "until", "source"]
    autocomplete_fields = ["institution"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("institution", "other")

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "kind":
            kwargs["choices"] = [("", "---------"), *InstitutionLink.INVERSE.items()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class PlaceInline(BilingualInline):
    model = InstitutionPlace
    fields = ["place", *columns("what")]
    autocomplete_fields = ["place"]


class ContactInline(BilingualInline):
    model = ContactPoint
    fields = ["order", "purpose", *columns("name"), "email", "telephone", "is_public"]


class RecordChoiceField(forms.ModelChoiceField):
    """Two records of one institution have one name as a rule: the rest tells them apart."""

    def label_from_instance(self, institution):
        names = dict.fromkeys([str(institution), institution.name_en, institution.name_zh_hans])
        told = [*names, institution.city, institution.slug]
        return " · ".join(str(part) for part in told if part)


class MergeForm(forms.Form):
    keep = RecordChoiceField(
        label=gettext_lazy("Keep"),
        queryset=Institution.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args, pair, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keep"].queryset = pair


class CountryFilter(admin.SimpleListFilter):
    """The countries that there are institutions of, not all of the world."""

    title = gettext_lazy("country")
    parameter_name = "country"

    def lookups(self, request, model_admin):
        names = dict(countries)
        codes = Institution.objects.exclude(country="").values_list("country", flat=True)
        used = codes.order_by("country").distinct()
        return sorted(((code, names.get(code, code)) for code in used), key=lambda one: one[1])

    def queryset(self, request, queryset):
        return queryset.filter(country=self.value()) if self.value() else queryset


class SavedByServiceMixin:
    """Beneath the audit, which tells of a save what was there before it."""

    def save_model(self, request, obj, form, change):
        services.save_institution(institution=obj)


@admin.register(Institution)
class InstitutionAdmin(
    AuditedRecordMixin,
    SavedByServiceMixin,
    AskMixin,
    BriefMixin,
    ImportPagesMixin,
    ExportPageMixin,
    AddNameMixin,
    SearchAdminMixin,
    WhereUsedMixin,
    LeadImageAdminMixin,
    BilingualAdmin,
):
    audited_facts = ("is_public",)
    audited_parts = {ContactPoint: ("is_public",)}
    change_form_template = "admin/partners/institution_change_form.html"
    list_display = ["__str__", "kinds", "city", "country", "status", "is_public", "saved_at"]
    list_select_related = ["city"]
    list_filter = ["types", "status", "is_public", CountryFilter]
    search_fields = [*columns("name"), "names__text", *(f"city__{c}" for c in columns("name"))]
    autocomplete_fields = ["place", "founding_agreement"]
    filter_horizontal = ["types"]
    inlines = [
        NameInline,
        LinkInline,
        InverseLinkInline,
        IdentifierInline,
        PlaceInline,
        ContactInline,
    ]
    list_per_page = 50
    import_doors = (
        door(
            InstitutionBook,
            name="import",
            title=gettext_lazy("Import from CSV or JSON"),
            help=gettext_lazy("What was exported here can be changed and imported again."),
        ),
        door(
            RorBook,
            name="import-ror",
            title=gettext_lazy("Import records of ROR"),
            help=gettext_lazy(
                "JSON as ror.org gives it: one record, several, or the whole dump. What stands "
                "here is not overwritten; differences are listed."
            ),
            options=(
                (
                    "add_new",
                    gettext_lazy("Make institutions of records not here yet; they are not public"),
                ),
            ),
        ),
    )
    export_name = "institutions"
    actions = ["merge_two"]
    fieldsets = [
        (None, {"fields": both("name", "summary")}),
        (
            gettext_lazy("Facts"),
            {"fields": ["types", "place", *both("website"), "logo", "established"]},
        ),
        (
            gettext_lazy("Joint body"),
            {
                "fields": [("joint_form", "approval_number"), "founding_agreement"],
                "classes": ["collapse"],
            },
        ),
        (gettext_lazy("Record"), {"fields": ["slug", ("status", "is_public", "is_own")]}),
        (gettext_lazy("For staff"), {"fields": ["owner", "notes"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("types")

    def export_lines(self, form, *, private):
        return export_lines(InstitutionBook(), form, private=private)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and request.user.has_perm("pageviews.view_total"):
            context["statistics_url"] = statistics.address(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=gettext_lazy("types"))
    def kinds(self, institution):
        return pgettext("between names", ", ").join(str(kind) for kind in institution.types.all())

    @admin.action(
        description=gettext_lazy("Merge two records of one institution"), permissions=["delete"]
    )
    def merge_two(self, request, queryset):
        pair = queryset.order_by("pk")
        if len(pair) != 2:
            self.message_user(request, _("Choose exactly two institutions."), messages.ERROR)
            return None
        form = MergeForm(request.POST if "keep" in request.POST else None, pair=pair)
        if form.is_valid():
            self._merge(request, form.cleaned_data["keep"], pair)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge two records"),
            "form": form,
            "pair": pair,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/partners/merge.html", context)

    def _merge(self, request, keep, pair):
        duplicate = next(one for one in pair if one.pk != keep.pk)
        try:
            services.merge_institutions(keep=keep, duplicate=duplicate, user=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return
        text = _("Everything of “%(duplicate)s” now belongs to “%(keep)s”.")
        self.message_user(request, text % {"duplicate": duplicate, "keep": keep}, messages.SUCCESS)


@admin.register(InstitutionMerge)
class InstitutionMergeAdmin(ReadOnlyAdmin):
    """The merges so far, each with the way back."""

    list_display = ["__str__", "merged_at", "merged_by", "undone_at"]
    list_select_related = ["kept", "duplicate", "merged_by"]
    actions = ["take_back"]

    def has_undo_permission(self, request):
        return request.user.has_perm("partners.delete_institution")

    @admin.action(description=gettext_lazy("Take the merge back"), permissions=["undo"])
    def take_back(self, request, queryset):
        for merge in queryset.select_related("kept", "duplicate"):
            try:
                services.undo_merge(merge=merge, user=request.user)
            except Refused as refusal:
                self.message_user(request, f"{merge}: {refusal}", messages.ERROR)
            else:
                text = _("“%(duplicate)s” is a record of its own again.")
                self.message_user(request, text % {"duplicate": merge.duplicate}, messages.SUCCESS)


@admin.register(FormerAddress)
class FormerAddressAdmin(AuditedDeletionMixin, admin.ModelAdmin):
    list_display = ["slug", "institution"]
    list_select_related = ["institution"]
    search_fields = ["slug"]
    autocomplete_fields = ["institution"]
