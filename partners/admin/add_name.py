"""From words that a reader searched in vain to a name of the institution that was meant."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from partners.models import Institution, InstitutionName
from publishing.search import misses
from publishing.search.analyzer import fold, runs
from publishing.search.models import SearchMiss

PARAMETER = "add_name"


class ChooseForm(forms.Form):
    text = forms.CharField(max_length=200, widget=forms.HiddenInput)
    institution = forms.ModelChoiceField(Institution.objects.all())

    def __init__(self, *args, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["institution"]
        field.label = _("Institution")
        relation = InstitutionName._meta.get_field("institution")
        field.widget = AutocompleteSelect(relation, admin_site)
        field.widget.choices = field.choices


class AddNameMixin:
    """A view that asks which institution is meant, and opens its form with the name filled in.

    Nothing is saved before that form is.
    """

    def get_urls(self):
        view = self.admin_site.admin_view(self.add_name_view)
        return [
            path("add-name/", view, name="partners_institution_add_name"),
            *super().get_urls(),
        ]

    def add_name_view(self, request):
        if not self.has_change_permission(request):
            raise PermissionDenied
        given = request.GET if "institution" in request.GET else None
        initial = {"text": request.GET.get("text", "")}
        form = ChooseForm(given, initial=initial, admin_site=self.admin_site)
        if form.is_valid():
            institution = form.cleaned_data["institution"]
            change = reverse("admin:partners_institution_change", args=[institution.pk])
            query = urlencode({PARAMETER: form.cleaned_data["text"]})
            return HttpResponseRedirect(f"{change}?{query}#names-group")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add “%(text)s” as a name") % {"text": request.GET.get("text", "")},
            "form": form,
            "media": self.media + form.media,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/partners/add_name.html", context)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if text := request.GET.get(PARAMETER, ""):
            misses.answer(text, form.instance.names.values_list("text", flat=True))

    def response_change(self, request, obj):
        answer = super().response_change(request, obj)
        listed = self.admin_site.get_model_admin(SearchMiss)
        is_done = PARAMETER in request.GET and "_save" in request.POST
        if is_done and listed.has_view_permission(request):
            # Back to the words that are still without an answer.
            return HttpResponseRedirect(reverse("admin:search_searchmiss_changelist"))
        return answer

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        text = request.GET.get(PARAMETER, "")
        if inline.model is InstitutionName and text and request.method == "GET":
            kwargs["initial"] = [name_row(text)]
        return kwargs


class PrefilledNameMixin:
    """One more row where a name is brought along."""

    def get_extra(self, request, obj=None, **kwargs):
        extra = super().get_extra(request, obj, **kwargs)
        return extra + bool(request.GET.get(PARAMETER) and request.method == "GET")


def name_row(text):
    is_chinese = any(run.dense for run in runs(fold(text)))
    return {
        "text": text,
        "lang": "zh-Hans" if is_chinese else "en",
        "kind": InstitutionName.Kind.ALIAS,
    }
