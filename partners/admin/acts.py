"""The form by which staff record what happens to an agreement: one view, a form for each kind."""

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import life, services
from partners.exceptions import NeedsConfirmation
from partners.models import (
    Agreement,
    AgreementAction,
    AgreementArea,
    AgreementParty,
    Institution,
    Participation,
    Signature,
)
from publishing.editorial import languages
from publishing.editorial.admin.choosers import KnownSelect
from publishing.editorial.admin.rowlimits import LimitedPlainFormSet
from publishing.editorial.dates import PartialDateField
from publishing.editorial.exceptions import Refused
from publishing.editorial.forms import column_label, look_like_the_admin
from publishing.editorial.languages import columns

Kind = AgreementAction.Kind
SIGNATURE = "signature"


def _date_field(label, **kwargs):
    return forms.DateField(label=label, widget=AdminDateWidget, **kwargs)


def _bilingual(model, name, **kwargs):
    """Form fields for the two columns of a translated model field, labelled and tagged."""
    for name_of_column in columns(name):
        column = model._meta.get_field(name_of_column)
        field = column.formfield(required=False, **kwargs)
        _name(field, column)
        yield name_of_column, field


def _name(field, column):
    field.label = column_label(column)
    field.widget.attrs["lang"] = languages.TAGS[column.language]


def filled(data):
    return {name: value for name, value in data.items() if value not in ("", None)}


class ActForm(forms.Form):
    """What every act has: its day, its words, its document, the party that did it."""

    together = [("date", "effective"), ("by_party", "document")]

    date = _date_field(gettext_lazy("done on"))
    effective = _date_field(gettext_lazy("takes effect on"), required=False)
    by_party = forms.ModelChoiceField(None, label=gettext_lazy("by"), required=False)
    document = forms.ModelChoiceField(None, label=gettext_lazy("document"), required=False)

    def __init__(self, *args, agreement, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        self.agreement, self.admin_site = agreement, admin_site
        self.fields["date"].initial = timezone.localdate()
        self.fields["by_party"].queryset = agreement.parties.select_related("institution")
        self.fields["document"].queryset = agreement.documents.all()
        self.fields.update(_bilingual(AgreementAction, "text"))
        self.add_fields()
        look_like_the_admin(self)

    def add_fields(self):
        """What this kind needs further."""

    def run(self, service, user, confirm):
        """Call the service with what was filled in; raises Refused."""
        given = filled(self.cleaned_data)
        return service(agreement=self.agreement, user=user, confirm=confirm, **given)


class NoticeForm(ActForm):
    def add_fields(self):
        self.fields["effective"].required = True
        self.fields["effective"].label = _("ends on")


class EndForm(ActForm):
    def add_fields(self):
        self.fields["ends"] = PartialDateField(_("new end")).formfield(required=True)


class RenewForm(EndForm):
    def add_fields(self):
        super().add_fields()
        # A new term begins where the old one ends.
        del self.fields["effective"]
        if self.agreement.term_months:
            self.fields["ends"].required = False
            self.fields["ends"].help_text = _("Empty: after the term that was agreed.")


class AccessionForm(ActForm):
    """Who joins."""

    together = [*ActForm.together, ("institution", "role")]

    def add_fields(self):
        # The new party acts; it is none yet.
        del self.fields["by_party"]
        relation = AgreementParty._meta.get_field("institution")
        self.fields["institution"] = forms.ModelChoiceField(
            Institution.objects.all(),
            label=_("institution"),
            required=False,
            widget=KnownSelect(relation, self.admin_site),
        )
        self.fields["role"] = AgreementParty._meta.get_field("role").formfield()
        self.fields.update(_bilingual(AgreementParty, "label"))


class LeavingForm(ActForm):
    def add_fields(self):
        self.fields["by_party"].required = True
        self.fields["by_party"].label = _("party that leaves")


class SupersedeForm(ActForm):
    def add_fields(self):
        relation = Agreement._meta.get_field("replaces")
        self.fields["by"] = forms.ModelChoiceField(
            Agreement.objects.all(),
            label=_("agreement that takes its place"),
            widget=KnownSelect(relation, self.admin_site),
        )


class TermsForm(ActForm):
    """An amendment or a correction: the terms as they are, to be overwritten."""

    together = [
        *ActForm.together,
        ("term_effective", "term_ends", "term_binding"),
        ("term_is_evergreen", "term_renews_automatically"),
        ("term_term_months", "term_notice_months"),
    ]

    def add_fields(self):
        made = forms.modelform_factory(Agreement, fields=life.TERMS)(instance=self.agreement)
        for name in life.TERMS:
            field = made.fields[name]
            field.initial = made.initial.get(name)
            field.required = False
            self.fields[f"term_{name}"] = field
        for name in columns("title", "summary"):
            _name(self.fields[f"term_{name}"], Agreement._meta.get_field(name))
        self.areas = AreaFormSet(
            self.data or None,
            prefix="areas",
            initial=[self._area(values) for values in life.areas_of(self.agreement)],
        )

    def _area(self, values):
        return {**values, "lead_units": ",".join(map(str, values["lead_units"]))}

    def is_valid(self):
        return super().is_valid() and self.areas.is_valid()

    def run(self, service, user, confirm):
        given = dict(self.cleaned_data)
        changes = {}
        for name in life.TERMS:
            value = given.pop(f"term_{name}")
            changes[name] = "" if value is None and name in columns("title", "summary") else value
        changes["areas"] = self.areas.values()
        return service(
            agreement=self.agreement, user=user, confirm=confirm, changes=changes, **filled(given)
        )


class AreaForm(forms.ModelForm):
    together = [("order", "activity", "isced")]
    lead_units = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = AgreementArea
        fields = ["order", "activity", "isced", *columns("heading", "text")]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in columns("heading", "text"):
            _name(self.fields[name], AgreementArea._meta.get_field(name))
        look_like_the_admin(self)


class _Areas(LimitedPlainFormSet):
    def values(self):
        """The areas as ``life.areas_of`` gives them."""
        rows = []
        for form in self.forms:
            given = dict(form.cleaned_data)
            if not given or given.pop("DELETE", False) or not form_says_something(given):
                continue
            units = given.pop("lead_units")
            given = {name: "" if value is None else value for name, value in given.items()}
            units = [int(pk) for pk in units.split(",") if pk.isdecimal()]
            rows.append({**given, "lead_units": units})
        return sorted(rows, key=lambda row: row["order"] or len(rows) + 1)


def form_says_something(given):
    return any(given.get(name) for name in ("activity", "isced", *columns("heading")))


AreaFormSet = forms.formset_factory(AreaForm, formset=_Areas, extra=1, can_delete=True)


class SignatureForm(forms.Form):
    """Who signed for which party."""

    together = [("party", "person"), ("date", "method")]

    def __init__(self, *args, agreement, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self.fields["party"] = forms.ModelChoiceField(
            agreement.parties.select_related("institution"), label=_("party")
        )
        person = Participation._meta.get_field("person")
        self.fields["person"] = forms.ModelChoiceField(
            person.related_model.objects.all(),
            label=_("person"),
            required=False,
            widget=KnownSelect(person, admin_site),
        )
        for name in ("printed_name", "printed_title", "on_behalf_of"):
            self.fields.update(_bilingual(Signature, name))
        self.fields["date"] = Signature._meta.get_field("date").formfield()
        self.fields.update(_bilingual(Signature, "printed_date"))
        self.fields["method"] = Signature._meta.get_field("method").formfield()
        look_like_the_admin(self)

    def run(self, service, user, confirm):
        return service(agreement=self.agreement, user=user, **self.cleaned_data)


FORMS = {
    Kind.AMENDMENT: (TermsForm, services.amend),
    Kind.EXTENSION: (EndForm, services.extend),
    Kind.RENEWAL: (RenewForm, services.renew),
    Kind.SUSPENSION: (ActForm, services.suspend),
    Kind.RESUMPTION: (ActForm, services.resume),
    Kind.NOTICE: (NoticeForm, services.give_notice),
    Kind.TERMINATION: (ActForm, services.terminate),
    Kind.SUPERSESSION: (SupersedeForm, services.supersede),
    Kind.CORRECTION: (TermsForm, services.correct),
    Kind.CONFIRMATION: (ActForm, services.confirm),
    Kind.ACCESSION: (AccessionForm, services.accede),
    Kind.LEAVING: (LeavingForm, services.leave),
    SIGNATURE: (SignatureForm, services.sign),
}


def kinds_for(agreement):
    """The acts that may be recorded: a signature always, the others once it is concluded."""
    acts = [(kind.value, kind.label) for kind in Kind] if agreement.is_concluded else []
    return [(SIGNATURE, _("Signature")), *acts]


def act_view(model_admin, request, pk):
    agreement = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if not model_admin.has_change_permission(request, agreement):
        raise PermissionDenied
    kinds = kinds_for(agreement)
    kind = request.GET.get("kind", "")
    chosen = next(((value, label) for value, label in kinds if value == kind), None)
    form, doubts = None, []
    if chosen:
        form_class, service = FORMS[kind]
        data = request.POST if request.method == "POST" else None
        form = form_class(data, agreement=agreement, admin_site=model_admin.admin_site)
        if data is not None and form.is_valid():
            try:
                form.run(service, request.user, bool(request.POST.get("confirm")))
            except NeedsConfirmation as question:
                doubts = question.sentences
            except Refused as refusal:
                form.add_error(None, refusal.sentences)
            else:
                messages.success(request, _("Recorded: %(act)s.") % {"act": chosen[1]})
                return HttpResponseRedirect(
                    reverse("admin:partners_agreement_change", args=[agreement.pk])
                )
    context = {
        **model_admin.admin_site.each_context(request),
        "title": chosen[1] if chosen else _("Record an act"),
        "subtitle": str(agreement),
        "opts": model_admin.opts,
        "agreement": agreement,
        "kinds": kinds,
        "kind": kind,
        "form": form,
        "doubts": doubts,
        "media": model_admin.media + (form.media if form else forms.Media()),
    }
    return TemplateResponse(request, "admin/partners/act.html", context)
