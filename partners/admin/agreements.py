from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from partners import life
from partners.admin.acts import act_view
from partners.admin.due import DueMixin
from partners.admin.people import PeopleAdminMixin
from partners.exchange.agreements import AgreementBook
from partners.exchange.tools import door, export_lines
from partners.models import (
    DOUBTS,
    Agreement,
    AgreementAction,
    AgreementArea,
    AgreementDocument,
    AgreementParty,
)
from publishing.editorial.admin import BilingualAdmin, BilingualFields, BilingualInline, both
from publishing.editorial.admin.bilingual import OncePerItem
from publishing.editorial.admin.choosers import KnownChoices
from publishing.editorial.admin.recording import AuditedRecordMixin
from publishing.editorial.admin.rowlimits import LimitedInlineFormSet
from publishing.editorial.admin.usage import WhereUsedMixin
from publishing.editorial.languages import columns
from publishing.exchange.pages import ExportPageMixin, ImportPagesMixin
from publishing.search.admin import SearchAdminMixin

# Columns that only acts set, whatever the state of the agreement.
SET_BY_ACTS = ("confirmed_on", "suspended_on", "resumed_on", "terminated_on", "superseded_on")


class AgreementForm(forms.ModelForm):
    """Asks once more before it takes what is allowed but rarely meant."""

    confirm_doubts = forms.BooleanField(
        label=gettext_lazy("It is so: save it"), required=False, widget=forms.HiddenInput
    )

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        # A concluded agreement keeps its dates; its acts have asked already.
        new = set(self.instance.doubts()) - set(self.instance.accepted_doubts)
        if not new:
            return
        if self.cleaned_data.get("confirm_doubts"):
            self.instance.accepted_doubts = sorted({*self.instance.accepted_doubts, *new})
        else:
            self.fields["confirm_doubts"].widget = forms.CheckboxInput()
            for code in sorted(new):
                self.add_error("confirm_doubts", DOUBTS[code])


class AfterConclusionMixin:
    """Rows that the parties agreed on: fixed once the agreement is concluded."""

    # What may still be edited then.
    open_fields = ()

    def _is_fixed(self, agreement):
        return agreement is not None and agreement.pk is not None and agreement.is_concluded

    def get_readonly_fields(self, request, obj=None):
        fixed = super().get_readonly_fields(request, obj)
        if not self._is_fixed(obj):
            return fixed
        names = flatten_fieldsets(self.fieldsets) if self.fieldsets else self.fields
        return [*fixed, *(name for name in names if name not in self.open_fields)]

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not self._is_fixed(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self._is_fixed(obj)


class PartyRows(OncePerItem):
    default_error_messages = {
        "too_few_forms": gettext_lazy("An agreement has at least two parties.")
    }


class PartyInline(AfterConclusionMixin, KnownChoices, BilingualFields, admin.StackedInline):
    model = AgreementParty
    formset = PartyRows
    extra = 0
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("order", "institution", "role"),
                    *both("label", "unit"),
                    ("own_reference", "must_sign"),
                ]
            },
        )
    ]
    open_fields = ("order", *columns("unit"), "own_reference")
    autocomplete_fields = ["institution"]
    min_num = 2

    def get_formset(self, request, obj=None, **kwargs):
        # A concluded agreement's parties are not in the form, and not counted.
        fixed = self._is_fixed(obj)
        return super().get_formset(request, obj, **kwargs | {"validate_min": not fixed})


class AreaInline(AfterConclusionMixin, KnownChoices, BilingualFields, admin.StackedInline):
    model = AgreementArea
    formset = LimitedInlineFormSet
    extra = 0
    fieldsets = [
        (
            None,
            {"fields": [("order", "activity", "isced"), *both("heading", "text"), "lead_units"]},
        )
    ]
    open_fields = ("lead_units",)
    autocomplete_fields = ["lead_units"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("lead_units")


class DocumentInline(BilingualInline):
    model = AgreementDocument
    fields = [*columns("title"), "file", "language_tags", "is_authentic", "prevails", "access"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "file":
            # The usual widget would print where the file is kept, and link to nothing.
            kwargs["widget"] = forms.FileInput
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Agreement)
class AgreementAdmin(
    AuditedRecordMixin,
    DueMixin,
    ImportPagesMixin,
    ExportPageMixin,
    SearchAdminMixin,
    WhereUsedMixin,
    PeopleAdminMixin,
    BilingualAdmin,
):
    audited_facts = ("public_level",)
    audited_parts = {AgreementDocument: ("access",)}
    form = AgreementForm
    change_form_template = "admin/partners/agreement_change_form.html"
    change_list_template = "admin/partners/agreement_change_list.html"
    list_display = ["number", "heading", "state", "signed", "ends", "public_level", "saved_at"]
    list_display_links = ["number", "heading"]
    list_filter = ["kind", "field", "public_level", "terms_are_sample"]
    search_fields = [
        "number",
        *columns("title"),
        *(f"parties__institution__{column}" for column in columns("name")),
        "parties__institution__names__text",
    ]
    autocomplete_fields = ["place", "parent"]
    inlines = [PartyInline, AreaInline, DocumentInline]
    list_per_page = 50
    import_doors = (
        door(
            AgreementBook,
            name="import",
            title=gettext_lazy("Import from CSV or JSON"),
            help=gettext_lazy(
                "What was exported here can be changed and imported again. The terms of a "
                "concluded agreement change by acts only, not by a file."
            ),
            options=(
                ("accept_doubts", gettext_lazy("Take what is allowed but rarely meant, too")),
            ),
        ),
    )
    export_name = "agreements"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("number", "kind", "field", "binding"),
                    *both("title", "summary"),
                ]
            },
        ),
        (
            gettext_lazy("Term"),
            {
                "fields": [
                    ("signed", "effective", "ends"),
                    "place",
                    ("is_evergreen", "renews_automatically", "terms_are_sample"),
                    ("term_months", "notice_months"),
                    "confirm_doubts",
                    ("announced", "announced_source"),
                ]
            },
        ),
        (
            gettext_lazy("What happened later"),
            {
                "fields": [
                    "confirmed_on",
                    ("suspended_on", "resumed_on"),
                    ("terminated_on", "superseded_on"),
                    "replaces",
                ],
                "classes": ["collapse"],
            },
        ),
        (gettext_lazy("Register"), {"fields": [("public_level", "owner", "review_on"), "parent"]}),
    ]

    def get_queryset(self, request):
        parties = ["parties__institution", "parties__signatures"]
        return super().get_queryset(request).select_related("kind").prefetch_related(*parties)

    def get_readonly_fields(self, request, obj=None):
        fixed = [*SET_BY_ACTS, "replaces"]
        if obj is not None:
            signed = any(party.signatures.all() for party in obj.parties.all())
            fixed += ["signed"] if signed or obj.is_concluded else []
            fixed += life.TERMS if obj.is_concluded else []
        return fixed

    def get_urls(self):
        acts = path(
            "<int:pk>/act/",
            self.admin_site.admin_view(self.act),
            name="partners_agreement_act",
        )
        return [acts, *super().get_urls()]

    def export_lines(self, form, *, private):
        return export_lines(AgreementBook(), form, private=private)

    def act(self, request, pk):
        return act_view(self, request, pk)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and self.has_change_permission(request, obj):
            address = reverse("admin:partners_agreement_act", args=[obj.pk])
            context["act_address"] = address
            context["acts"] = AgreementAction.Kind.choices if obj.is_concluded else []
            context["history"] = obj.actions.select_related("document", "by_party__institution")
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=gettext_lazy("agreement"))
    def heading(self, agreement):
        return agreement.headline_here()

    @admin.display(description=gettext_lazy("status"))
    def state(self, agreement):
        status = agreement.status_on()
        return format_html('<span class="st st-{}">{}</span>', status.look, status.label)
