"""Asking a partner to look at its entry, and deciding on what it answers."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import confirming, services
from partners.models import ConfirmationLink, Proposal, ProposedChange
from partners.services.confirmations import LONGEST_DAYS
from publishing.editorial.addresses import absolute
from publishing.editorial.exceptions import Refused
from publishing.editorial.forms import look_like_the_admin

State = ProposedChange.State


class AskForm(forms.Form):
    contact = forms.ModelChoiceField(None, label=gettext_lazy("contact"), required=False)
    days = forms.IntegerField(
        label=gettext_lazy("valid for days"), min_value=1, max_value=LONGEST_DAYS, initial=30
    )
    by_mail = forms.BooleanField(
        label=gettext_lazy("send it to the contact by mail"), required=False
    )

    def __init__(self, *args, institution, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = institution.contacts.all()
        look_like_the_admin(self)


class AskMixin:
    """Adds to the admin of institutions the page with the links of one institution."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.ask_view)
        return [
            path("<int:pk>/confirmation/", view, name="partners_institution_confirmation"),
            *super().get_urls(),
        ]

    def ask_view(self, request, pk):
        institution = self.get_object(request, str(pk))
        if institution is None:
            raise Http404
        if not self.has_change_permission(request, institution):
            raise PermissionDenied
        asks = request.method == "POST" and "revoke" not in request.POST
        form = AskForm(request.POST if asks else None, institution=institution)
        if request.method == "POST" and self._did(request, institution, form):
            return HttpResponseRedirect(request.path)
        links = institution.confirmation_links.select_related("contact", "made_by", "proposal")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ask the partner to confirm its entry"),
            "subtitle": str(institution),
            "opts": self.opts,
            "institution": institution,
            "form": form,
            "links": [(link, _address(link)) for link in links[:50]],
        }
        response = TemplateResponse(request, "admin/partners/ask.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _did(self, request, institution, form) -> bool:
        """Make or revoke a link; False where the form has to be shown again."""
        try:
            if number := request.POST.get("revoke", ""):
                services.revoke_link(link=_link(institution, number), user=request.user)
                messages.success(request, _("The link is void."))
            elif form.is_valid():
                asked = form.cleaned_data
                services.ask_to_confirm(institution=institution, user=request.user, **asked)
                sent = _("The link was sent."), _("The link is in the list below.")
                messages.success(request, sent[0] if asked["by_mail"] else sent[1])
            else:
                return False
        except Refused as refusal:
            if not request.POST.get("revoke"):
                form.add_error(None, refusal.sentences)
                return False
            messages.error(request, str(refusal))
        return True


def _link(institution, number):
    rows = institution.confirmation_links
    link = rows.filter(pk=number).first() if number.isascii() and number.isdecimal() else None
    if link is None:
        raise Http404
    return link


def _address(link: ConfirmationLink) -> str:
    return absolute(link.get_absolute_url()) if link.is_open else ""


@admin.register(Proposal)
class ProposalAdmin(admin.ModelAdmin):
    """The answers of partners, those that wait first; each correction is decided on by itself."""

    list_display = ["institution", "sent_at", "sender", "confirms", "decided_at"]
    list_select_related = ["institution"]
    list_filter = [("decided_at", admin.EmptyFieldListFilter), "confirms"]
    search_fields = ["institution__name_en", "institution__name_zh_hans", "sender"]

    def get_ordering(self, request):
        return [F("decided_at").desc(nulls_first=True), "-pk"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        proposal = self.get_object(request, object_id)
        if proposal is None:
            raise Http404
        if not self.has_view_or_change_permission(request, proposal):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_change_permission(request, proposal):
                raise PermissionDenied
            if self._decided(request, proposal):
                return HttpResponseRedirect(request.path)
        institution = proposal.institution
        context = {
            **self.admin_site.each_context(request),
            "title": _("Answer of the partner"),
            "subtitle": str(institution),
            "opts": self.opts,
            "proposal": proposal,
            "institution": institution,
            "rows": [_row(institution, change, request.POST) for change in proposal.changes.all()],
            "states": [(State.ACCEPTED, _("accept")), (State.REJECTED, _("reject")),
                       (State.BY_HAND, _("settled by hand"))],
            "may_decide": not proposal.decided_at
            and self.has_change_permission(request, proposal),
            "entry": reverse("admin:partners_institution_change", args=[institution.pk]),
        }  # fmt: skip
        return TemplateResponse(request, "admin/partners/proposal.html", context)

    def _decided(self, request, proposal) -> bool:
        decisions, seen = {}, {}
        for change in proposal.changes.filter(state=State.OPEN):
            given = request.POST.get(f"decision-{change.pk}", "")
            if given in (State.ACCEPTED, State.REJECTED, State.BY_HAND):
                decisions[change.field] = given
                now = request.POST.get(f"seen-{change.pk}", "")
                seen[change.field] = now.replace("\r\n", "\n")
        try:
            services.decide(proposal=proposal, decisions=decisions, seen=seen, user=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return False
        messages.success(request, _("Saved."))
        return True


def _row(institution, change, posted):
    now = confirming.current(institution, change.field)
    return {
        "change": change,
        "label": confirming.label(institution, change.field),
        "now": now,
        "is_newer": change.state == State.OPEN and now != change.before,
        "given": posted.get(f"decision-{change.pk}", ""),
    }
