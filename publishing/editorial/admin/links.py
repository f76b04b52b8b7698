"""The admin's page "Share a preview": the links of an item, and a form for another."""

from django import forms
from django.http import HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.editorial import languages, linking, policy
from publishing.editorial.addresses import absolute
from publishing.editorial.exceptions import Refused
from publishing.editorial.forms import look_like_the_admin
from publishing.editorial.links import LONGEST_DAYS, PreviewLink
from publishing.editorial.records import Revision
from publishing.editorial.sharing import address_in

REVISIONS_OFFERED = 20


class LinkForm(forms.Form):
    revision = forms.ChoiceField(label=gettext_lazy("What it shows"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=7,
        help_text=gettext_lazy("Then the link ends by itself. At most 60."),
    )
    note = forms.CharField(
        label=gettext_lazy("For whom"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("For you and your colleagues; the reader does not see it."),
    )

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["revision"].choices = [("", _("Always the latest text")), *revisions(item)]
        self.fields["language"].choices = [
            ("", _("Both languages")),
            *((code, languages.OWN_NAMES[code]) for code in languages.CODES),
        ]
        look_like_the_admin(self)

    def clean_revision(self):
        chosen = self.cleaned_data["revision"]
        return int(chosen) if chosen else None


def revisions(item):
    for one in Revision.objects.of(item).defer("data")[:REVISIONS_OFFERED]:
        when = formats.date_format(timezone.localtime(one.created_at), "SHORT_DATETIME_FORMAT")
        label = _("Revision %(number)s, %(when)s") % {"number": one.number, "when": when}
        yield str(one.number), f"{label} {one.note}".strip()


class LinksMixin:
    def get_urls(self):
        return [
            path(
                "<path:object_id>/share/",
                self.admin_site.admin_view(self.share_view),
                name=self.page_name("share"),
            ),
            path(
                "<path:object_id>/share/revoke/",
                self.admin_site.admin_view(self.revoke_view),
                name=self.page_name("revoke"),
            ),
            *super().get_urls(),
        ]

    def share_view(self, request, object_id):
        item = self.item(request, object_id, policy.may_share).item
        form = LinkForm(request.POST or None, item=item)
        address = ""
        if request.method == "POST" and form.is_valid():
            try:
                link, token = linking.make_link(item=item, user=request.user, **form.cleaned_data)
                # Once, in this answer alone: what is kept cannot say it again.
                address = absolute(address_in(token, link.language or languages.active()))
                form = LinkForm(item=item)
            except Refused as refusal:
                form.add_error(None, str(refusal))
        context = self.page_context(request, item, _("Share a preview")) | {
            "form": form,
            "address": address,
            "links": PreviewLink.objects.of(item).for_page(),
            "revoke_url": self.page_url("revoke", item),
        }
        response = TemplateResponse(request, "admin/editorial/share.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def revoke_view(self, request, object_id):
        item = self.item(request, object_id, policy.may_share).item
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        number = request.POST.get("link", "")
        known = number.isascii() and number.isdecimal() and len(number) < 19
        try:
            linking.revoke_link(item=item, number=int(number) if known else 0, user=request.user)
        except Refused as refusal:
            return self.refused(request, refusal, item)
        self.message_user(request, _("The link is revoked: it opens nothing any more."))
        return self.to_page("share", item)
