"""The timeline of the whole site: milestones, agreements, events and releases by their days.

One query finds which entries stand on a page; one query for each kind then reads them.
"""

import datetime
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models import Event, Release
from partners.models import Agreement
from partners.templatetags.partners import title_here
from portal.models import Milestone
from publishing.editorial.dates import PartialDate, read

PAGE = 30
KINDS = {
    "milestone": _("Milestones"),
    "agreement": _("Agreements"),
    "event": _("Events"),
    "release": _("News"),
}


@dataclass(frozen=True)
class Entry:
    printed_date: PartialDate
    title: str
    text: str
    link: str
    kind: str


def public_rows(kind: str) -> QuerySet:
    """The rows of one kind that have a day. What a milestone tells is not told twice."""
    told = Milestone.objects.public()
    match kind:
        case "milestone":
            return told.annotate(day=F("date_last"))
        case "agreement":
            rows = Agreement.objects.public().filter(signed_last__lte=timezone.localdate())
            rows = rows.exclude(pk__in=told.filter(agreement__isnull=False).values("agreement"))
            return rows.annotate(day=F("signed_last"))
        case "event":
            rows = Event.objects.public().exclude(status=Event.Status.CANCELLED)
            rows = rows.exclude(pk__in=told.filter(event__isnull=False).values("event"))
            return rows.annotate(day=F("start_date_last"))
        case "release":
            rows = Release.objects.public().exclude(release_date="")
            rows = rows.exclude(pk__in=told.filter(release__isnull=False).values("release"))
            return rows.annotate(day=F("release_date_last"))
    raise ValueError(kind)


def keys(kinds) -> QuerySet:
    """``(day, kind, key)`` of every entry, the newest first."""
    found = [
        public_rows(kind)
        .order_by()
        .annotate(
            entry_kind=Value(kind, output_field=CharField()),
            entry=Cast("pk", BigIntegerField()),
        )
        .values_list("day", "entry_kind", "entry")
        for kind in kinds
    ]
    first, *rest = found
    union = first.union(*rest, all=True) if rest else first
    return union.order_by("-day", "entry_kind", "-entry")


def entries(chosen: list[tuple[datetime.date, str, int]]) -> list[Entry]:
    rows = {kind: _read(kind, [key for _day, k, key in chosen if k == kind]) for kind in KINDS}
    return [_entry(kind, rows[kind][key]) for _day, kind, key in chosen if key in rows[kind]]


def _read(kind, pks):
    rows = public_rows(kind)
    if kind == "milestone":
        rows = rows.for_timeline()
    elif kind == "release":
        rows = rows.defer("body", "body_en", "body_zh_hans")
    return rows.in_bulk(pks)


def _entry(kind, row):
    if kind == "milestone":
        return Entry(row.printed_date, row.title, row.text or "", row.link(), kind)
    date, title, text = {
        "agreement": lambda: (row.signed, title_here(row), ""),
        "event": lambda: (row.start_date, row.title, row.summary or ""),
        "release": lambda: (row.release_date, row.title_in_lists, row.summary or ""),
    }[kind]()
    return Entry(read(date), title, text, row.get_absolute_url(), kind)


def context(request) -> dict:
    kind = request.GET.get("kind", "")
    number = request.GET.get("page", "1")
    if kind and kind not in KINDS:
        raise Http404
    paginator = Paginator(keys([kind] if kind else KINDS), PAGE)
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= paginator.num_pages):
        raise Http404
    page = paginator.page(int(number))
    address = reverse("timeline")
    chips = [("", _("Everything"), address)]
    chips += [(value, label, f"{address}?kind={value}") for value, label in KINDS.items()]
    return {
        "nav_key": "timeline",
        "milestones": entries(list(page.object_list)),
        "page_obj": page,
        "chips": [
            {"name": label, "url": url, "current": value == kind} for value, label, url in chips
        ],
    }
