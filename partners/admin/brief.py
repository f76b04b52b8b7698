"""The visit brief: what one should know of a partner before meeting it, to be printed."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path

from partners import due
from partners.models import Agreement
from publishing.editorial import audit, languages

AGREEMENTS = 40
DUE_DAYS = 365


class BriefMixin:
    """Adds the page to the admin of institutions."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.brief_view)
        return [
            path("<int:pk>/brief/", view, name="partners_institution_brief"),
            *super().get_urls(),
        ]

    def brief_view(self, request, pk):
        institution = self.get_object(request, str(pk))
        if institution is None:
            raise Http404
        # It shows what is not public of the partner and of its agreements.
        if not (self.has_view_permission(request, institution) and due.visible_to(request.user)):
            raise PermissionDenied
        rows = Agreement.objects.filter(institutions=institution).with_status()
        question = due.ahead(DUE_DAYS, institution=institution.pk)
        context = {
            "institution": institution,
            "languages": [(code, languages.TAGS[code]) for code in languages.CODES],
            "contacts": list(institution.contacts.all()),
            "agreements": list(rows.by_urgency().for_register()[:AGREEMENTS]),
            "due": list(due.all_items(question))[:AGREEMENTS],
        }
        audit.record(audit.Action.EXPORT, user=request.user, item=institution, detail="visit brief")
        response = TemplateResponse(request, "admin/partners/brief.html", context)
        response["Cache-Control"] = "no-store"
        return response
