"""The ceremony recorder: one staff form for a signing, its agreements and everybody there."""

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import PermissionDenied
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news import services
from news.models import Event
from partners.models import Agreement, Institution, Participation
from publishing.editorial import languages
from publishing.editorial.admin.choosers import KnownSelect
from publishing.editorial.admin.rowlimits import LimitedPlainFormSet
from publishing.editorial.exceptions import Refused
from publishing.editorial.forms import column_label, look_like_the_admin
from publishing.editorial.languages import columns


def _label_columns(form, model, names):
    """Names the language beside each field of a translated column."""
    for column in columns(*names):
        translated = model._meta.get_field(column)
        form.fields[column].label = column_label(translated)
        form.fields[column].widget.attrs["lang"] = languages.TAGS[translated.language]
    look_like_the_admin(form)


class CeremonyForm(forms.ModelForm):
    together = [("start_date", "part_of_day", "mode")]

    class Meta:
        model = Event
        fields = [
            *columns("title"),
            "start_date",
            "part_of_day",
            "mode",
            "place",
            *columns("venue"),
        ]

    def __init__(self, *args, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        _label_columns(self, Event, ["title", "venue"])
        place = Event._meta.get_field("place")
        self.fields["place"].widget = KnownSelect(place, admin_site)
        self.fields["place"].widget.choices = self.fields["place"].choices
        self.instance.kind = Event.Kind.SIGNING

    def clean(self):
        if not any(self.cleaned_data.get(name) for name in columns("title")):
            self.add_error("title_en", _("Give the title in at least one language."))
        return super().clean()


class AgreementRow(forms.ModelForm):
    """An agreement signed at the ceremony; its number in this form is its place in the list."""

    parties = forms.ModelMultipleChoiceField(
        Institution.objects.all(), label=gettext_lazy("parties"), required=False
    )
    other_parties = forms.CharField(
        label=gettext_lazy("other parties"),
        required=False,
        help_text=gettext_lazy("Not among the institutions: one to a line."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    together = [("kind", "field", "ends", "is_evergreen"), ("parties", "other_parties")]

    class Meta:
        model = Agreement
        fields = ["kind", *columns("title"), "field", "ends", "is_evergreen"]

    def __init__(self, *args, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        _label_columns(self, Agreement, ["title"])
        relation = Event._meta.get_field("institutions")
        self.fields["parties"].widget = AutocompleteSelectMultiple(relation, admin_site)
        self.fields["parties"].widget.choices = self.fields["parties"].choices

    def clean(self):
        data = super().clean()
        labels = [line.strip() for line in data.get("other_parties", "").splitlines()]
        data["other_parties"] = [label for label in labels if label]
        if "parties" in data and len(data["parties"]) + len(data["other_parties"]) < 2:
            self.add_error("parties", _("An agreement has at least two parties."))
        return data


class PersonRow(forms.ModelForm):
    """Somebody at the ceremony, known already or typed here once for all pages."""

    signs = forms.CharField(
        label=gettext_lazy("signs agreements"),
        required=False,
        help_text=gettext_lazy("Their numbers in this form: 1, 2. Only for signatories."),
    )

    together = [("person", "institution"), ("role", "mode", "side", "signs")]

    class Meta:
        model = Participation
        fields = [
            "person",
            *columns("printed_name", "printed_title"),
            "institution",
            "role",
            "mode",
            "side",
        ]

    def __init__(self, *args, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        _label_columns(self, Participation, ["printed_name", "printed_title"])
        for name in ("person", "institution"):
            field = self.fields[name]
            field.widget = KnownSelect(Participation._meta.get_field(name), admin_site)
            field.widget.choices = field.choices
        roles = Participation.Role
        used = (roles.SIGNATORY, roles.WITNESS, roles.HOST, roles.SPEAKER, roles.ATTENDEE)
        self.fields["role"].choices = [(role.value, role.label) for role in used]
        self.fields["role"].initial = roles.SIGNATORY

    def validate_constraints(self):
        """Left to the service, which makes the person first."""

    def _post_clean(self):
        super()._post_clean()
        data = self.cleaned_data
        if not data.get("person") and not any(data.get(n) for n in columns("printed_name")):
            self.add_error("person", _("Choose a person or type the name."))

    def clean_signs(self):
        numbers = self.cleaned_data["signs"].replace("，", ",").replace("、", ",").split(",")
        numbers = [number.strip() for number in numbers if number.strip()]
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise forms.ValidationError(_("Write the numbers of the agreements, as 1, 2."))
        return [int(number) for number in numbers]


class _Rows(LimitedPlainFormSet):
    def unjudged(self):
        """Shown as typed: what is still being written is not wrong yet."""
        self._errors, self._non_form_errors = [ErrorDict() for _form in self.forms], ErrorList()

    def filled(self):
        """The rows that hold something, with their forms."""
        rows = []
        for form in self.forms:
            if form.has_changed() and not form.cleaned_data.get("DELETE"):
                rows.append(form)
        return rows


def _rows(form, data, prefix, admin_site, *, extra, at_least=0):
    factory = forms.formset_factory(
        form, formset=_Rows, extra=extra, min_num=at_least, validate_min=bool(at_least)
    )
    return factory(data, prefix=prefix, form_kwargs={"admin_site": admin_site})


class Ceremony:
    """The three parts of the form, valid or not together."""

    def __init__(self, data, admin_site):
        self.event = CeremonyForm(data, prefix="event", admin_site=admin_site)
        self.agreements = _rows(AgreementRow, data, "agreements", admin_site, extra=0, at_least=1)
        self.people = _rows(PersonRow, data, "people", admin_site, extra=3)

    @classmethod
    def with_another(cls, data, name, admin_site):
        """As it was typed, with one more row of ``name``: agreements or people."""
        total, data = f"{name}-TOTAL_FORMS", data.copy()
        typed = data.get(total, "")
        if name in ("agreements", "people") and typed.isascii() and typed.isdigit():
            data[total] = str(int(typed) + 1)
        form = cls(data, admin_site)
        for rows in (form.agreements, form.people):
            rows.unjudged()
        for one in (form.event, *form.agreements.forms, *form.people.forms):
            one._errors = ErrorDict()
        return form

    @property
    def parts(self):
        return (self.event, self.agreements, self.people)

    @property
    def media(self):
        own = forms.Media(js=[forms.Script("editorial/ceremony.js", defer=True)])
        return sum((part.media for part in self.parts), own)

    def is_valid(self):
        valid = all([part.is_valid() for part in self.parts])
        return self._signatories_fit() and valid if valid else False

    def _signatories_fit(self):
        """Every signatory signs agreements of this form, for one of their parties."""
        agreements = self.agreements.filled()
        for row in self.people.filled():
            signs = row.cleaned_data.get("signs")
            is_signatory = row.cleaned_data.get("role") == Participation.Role.SIGNATORY
            if is_signatory and not signs:
                row.add_error("signs", _("Say which agreements this person signed."))
            if signs and not is_signatory:
                row.add_error("role", _("Only a signatory signs."))
            for number in signs or ():
                self._fits(row, number, agreements)
        return all(form.is_valid() for form in self.people.forms)

    def _fits(self, row, number, agreements):
        if not 1 <= number <= len(agreements):
            row.add_error("signs", _("There is no agreement %(number)s.") % {"number": number})
            return
        parties = agreements[number - 1].cleaned_data["parties"]
        if row.cleaned_data.get("institution") not in parties:
            row.add_error(
                "institution",
                _("It is no party of agreement %(number)s.") % {"number": number},
            )

    def record(self, user):
        """All rows, or none; raises Refused."""
        return services.record_ceremony(
            event=self.event.instance,
            agreements=[
                services.SignedAgreement(
                    agreement=form.instance,
                    institutions=list(form.cleaned_data["parties"]),
                    labels=form.cleaned_data["other_parties"],
                )
                for form in self.agreements.filled()
            ],
            people=[
                services.Attendance(form.instance, form.cleaned_data["signs"])
                for form in self.people.filled()
            ],
            user=user,
        )


class CeremonyViewMixin:
    """Puts the recorder beside the admin's form for events."""

    change_list_template = "admin/news/event_change_list.html"

    def get_urls(self):
        address = path(
            "ceremony/", self.admin_site.admin_view(self.ceremony), name="news_event_ceremony"
        )
        return [address, *super().get_urls()]

    def ceremony(self, request):
        needed = ("news.add_event", "partners.add_agreement", "partners.add_person")
        if not request.user.has_perms(needed):
            raise PermissionDenied
        more = request.POST.get("more", "")
        if more:
            form = Ceremony.with_another(request.POST, more, self.admin_site)
        else:
            form = Ceremony(request.POST if request.method == "POST" else None, self.admin_site)
        if request.method == "POST" and not more and form.is_valid():
            try:
                event = form.record(request.user)
            except Refused as refusal:
                form.event.add_error(None, refusal.sentences)
            else:
                done = _("The ceremony is recorded. Add its text and publish it.")
                messages.success(request, done)
                return HttpResponseRedirect(reverse("admin:news_event_change", args=[event.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Record a signing ceremony"),
            "opts": self.opts,
            "form": form,
            "added": more,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/news/ceremony.html", context)
