"""The page of what is due, its CSV, and the choices of whoever reads it."""

from itertools import groupby, islice

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import due, exports
from partners.models import Agreement, DueSettings
from publishing.editorial import audit, languages
from publishing.editorial.addresses import absolute

AHEAD_DAYS = 365
ROWS = 100
MAX_PAGE = 100
UNOWNED = "none"
COLUMNS = ("day", "what", "stage", "number", *languages.columns("title"), "owner", "address")


class DueMixin:
    """Adds the pages to the admin of agreements."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("due/", view(self.due_view), name="partners_agreement_due"),
            path("due/export/", view(self.due_export), name="partners_agreement_due_export"),
            *super().get_urls(),
        ]

    def due_view(self, request):
        question = self._question(request)
        choices, _made = DueSettings.objects.get_or_create(user=request.user)
        key = ""
        if request.method == "POST":
            key = self._choose(request, choices)
            if not key:
                return HttpResponseRedirect(request.get_full_path())
        page = _page(request.GET.get("page", "")[:6])
        start = (page - 1) * ROWS
        keys = list(islice(due.keys(question), start, start + ROWS + 1))
        rows = due.items(keys[:ROWS])
        context = {
            **self.admin_site.each_context(request),
            "title": _("What is due"),
            "opts": self.opts,
            "groups": _by_month(rows),
            "kinds": due.Kind.choices,
            "kind": request.GET.get("kind", ""),
            "owners": self._owners(),
            "owner": request.GET.get("owner", ""),
            "unowned": UNOWNED,
            "query": _query(request),
            "next_page": page + 1 if len(keys) > ROWS and page < MAX_PAGE else None,
            "previous_page": page - 1 if page > 1 else None,
            "choices": choices,
            "languages": [("en", _("English")), ("zh-hans", _("Simplified Chinese"))],
            "calendar": key and absolute(reverse("partners:due_calendar", kwargs={"key": key})),
        }
        response = TemplateResponse(request, "admin/partners/due.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def due_export(self, request):
        question = self._question(request)
        audit.record(audit.Action.EXPORT, user=request.user, detail="due")
        response = exports.as_csv("due", COLUMNS, map(_record, due.all_items(question)))
        response["Cache-Control"] = "no-store"
        return response

    def _question(self, request):
        if not due.visible_to(request.user):
            raise PermissionDenied
        kind, owner = request.GET.get("kind", ""), request.GET.get("owner", "")
        chosen = {"kinds": (kind,)} if kind in due.Kind.values else {}
        if owner == UNOWNED:
            chosen["unowned"] = True
        elif owner.isascii() and owner.isdecimal():
            chosen["owner"] = int(owner[:18])
        return due.ahead(AHEAD_DAYS, **chosen)

    def _owners(self):
        owners = Agreement.objects.exclude(owner=None).order_by().values("owner").distinct()
        return get_user_model().objects.filter(pk__in=owners).order_by("username")

    def _choose(self, request, choices):
        """One of the three buttons; gives the key of a new calendar back."""
        match request.POST.get("do"):
            case "open":
                return choices.open_calendar(only_mine=bool(request.POST.get("mine")))
            case "close":
                choices.close_calendar()
                messages.success(request, _("The address of the calendar is void."))
            case "language":
                given = request.POST.get("language", "")
                choices.language = given if given in languages.CODES else ""
                choices.save(update_fields=["language"])
                messages.success(request, _("Saved."))
        return ""


def _page(text):
    return min(int(text), MAX_PAGE) or 1 if text.isascii() and text.isdecimal() else 1


def _query(request):
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _by_month(items):
    """First what waits since before today, then month by month."""
    today = timezone.localdate()
    months = groupby(items, lambda one: None if one.day < today else one.day.replace(day=1))
    return [(month, list(rows)) for month, rows in months]


def _record(item):
    agreement = item.agreement
    record = {
        "day": item.day.isoformat(),
        "what": item.label(),
        "stage": item.stage.label,
        "number": agreement.number,
        "owner": agreement.owner.get_username() if agreement.owner else "",
        "address": absolute(reverse("admin:partners_agreement_change", args=[agreement.pk])),
    }
    return record | {languages.column("title", c): agreement.headline(c) for c in languages.CODES}
