import datetime
from dataclasses import dataclass

from django.core.paginator import EmptyPage, Paginator
from django.http import FileResponse, Http404, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from partners import exports, life
from partners.arches import row_ticks
from partners.choices import choices
from partners.directory import (
    FACETS,
    PAGE_SIZE,
    DirectoryFilters,
    every_institution,
    search_institutions,
)
from partners.models import Agreement, AgreementArea, AgreementDocument, Institution, Signature
from partners.question import PARAMETERS, Question, every_agreement
from partners.register import (
    LOOKS,
    SORTS,
    axis_of,
    lines,
    totals_of_all,
)
from partners.rows import boxes_of, match_of, register_rows, rows_of, with_counts
from publishing.cache.pages import public_page
from publishing.editorial import languages
from publishing.exchange.downloads import json_download
from publishing.search import misses

REGISTER_PAGE_SIZE = 50
# A partner's page shows its most urgent agreements; the register shows them all.
INSTITUTION_AGREEMENTS = 50
QUERY_LENGTH = 200


def page_number(request) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text)):
        raise Http404
    return int(text)


def page_of(paginator: Paginator, number: int):
    try:
        return paginator.page(number)
    except EmptyPage:
        raise Http404 from None


def address(request, *, without=(), **changes) -> str:
    """This address on its first page, with other parameters; ``without`` drops (name, value)."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in without:
        query.setlist(name, [kept for kept in query.getlist(name) if kept != value])
    for name, value in changes.items():
        query.setlist(name, [value] if value else [])
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


@dataclass(frozen=True)
class Chip:
    """A choice that is on, with the address that takes it away."""

    label: str
    address: str


# The directory


@public_page("q", *FACETS, "page")
def directory(request):
    text, number = directory_text(request), page_number(request)
    filters = DirectoryFilters.from_query(request.GET)
    found = search_institutions(text, filters, language=languages.active(), page=number)
    if text and not (found.total or filters.chosen()):
        misses.note(text, language=languages.active())
    paginator = Paginator(range(found.total), PAGE_SIZE)
    page = page_of(paginator, number)
    context = {
        "nav_key": "partners",
        "query": text,
        "found": found,
        "rows": rows_of(found.matches),
        "rows_elsewhere": rows_of(map(match_of, found.elsewhere)),
        "facets": boxes_of(found.facets),
        "chips": [directory_chip(request, chip) for chip in found.chips],
        "page_obj": page,
        "exports": address(request).removeprefix(request.path),
    }
    return TemplateResponse(request, "partners/directory.html", context)


def directory_text(request) -> str:
    return request.GET.get("q", "").strip()[:QUERY_LENGTH]


def directory_chip(request, chip):
    if chip.from_text:
        return Chip(chip.label, address(request, q=""))
    return Chip(chip.label, address(request, without=[(chip.facet, chip.value)]))


def directory_csv(request):
    records = exports.institution_records(found_institutions(request))
    return exports.as_csv("partners", exports.INSTITUTION_COLUMNS, records)


def directory_json(request):
    return json_download("partners", exports.institution_records(found_institutions(request)))


def found_institutions(request):
    """All institutions that the directory finds for this address."""
    text, filters = directory_text(request), DirectoryFilters.from_query(request.GET)
    for part in every_institution(text, filters, language=languages.active()):
        yield from with_counts(part)


@method_decorator(public_page(), name="dispatch")
class InstitutionDetail(DetailView):
    """A partner, or the office itself, with its agreements."""

    template_name = "partners/institution_detail.html"
    queryset = (
        Institution.objects.public().for_list().select_related("logo", "place__parent__parent")
    )

    def get(self, request, *args, **kwargs):
        """Who comes by an address of before, or by that of a merged record, is led on."""
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            moved = Institution.objects.at_former_address(kwargs["slug"]).first()
            if moved is None:
                raise
            return HttpResponsePermanentRedirect(moved.get_absolute_url())

    def get_context_data(self, **kwargs):
        agreements = Agreement.objects.public().filter(institutions=self.object)
        urgent = agreements.with_status().by_urgency().for_register()
        shown = list(urgent[: INSTITUTION_AGREEMENTS + 1])
        axis = axis_of(agreements)
        return super().get_context_data(
            nav_key="partners",
            agreements=shown[:INSTITUTION_AGREEMENTS],
            has_more=len(shown) > INSTITUTION_AGREEMENTS,
            lines=lines(shown[:INSTITUTION_AGREEMENTS], axis),
            axis=axis,
            first_type=next(iter(self.object.types.all()), None),
            **kwargs,
        )


# The register


@public_page(*PARAMETERS, "page")
def register(request):
    question = Question.read(request.GET)
    counts = totals_of_all(question.day)
    paginator = Paginator(question.found(), REGISTER_PAGE_SIZE)
    page = page_of(paginator, page_number(request))
    axis = question.axis()
    context = {
        "nav_key": "agreements",
        "question": question,
        "total": sum(count.count for count in counts),
        "totals": counts,
        "found": paginator.count,
        "looks": [look_chip(request, question, count) for count in counts],
        "all_looks": Chip(_("All"), address(request, status="")),
        "chips": register_chips(request, question),
        "choices": choices(languages.active()),
        "sorts": SORTS,
        "sorted_by": SORTS[question.sort],
        "rows": register_rows(page.object_list, axis, question.day),
        "axis": axis,
        "today": timezone.localdate(),
        "page_obj": page,
        "exports": address(request).removeprefix(request.path),
    }
    return TemplateResponse(request, "partners/register.html", context)


def look_chip(request, question, total):
    return {
        "label": LOOKS[total.look],
        "address": address(request, status=total.look),
        "is_current": question.look == total.look,
        "is_offered": bool(total.count) or total.look != "open" or question.look == "open",
    }


def register_chips(request, question):
    named = {
        "on": question.day and _("Status on %(day)s") % {"day": long_day(question.day)},
        "kind": question.kind and str(question.kind),
        "country": question.country and languages.first_text(question.country, "name"),
        "field": question.field and languages.first_text(question.field, "name"),
        "activity": question.activity and AgreementArea.Activity(question.activity).label,
        "institution": question.institution and languages.first_text(question.institution, "name"),
        "year": question.year and str(question.year),
    }
    return [Chip(label, address(request, **{name: ""})) for name, label in named.items() if label]


def long_day(day):
    return formats.date_format(day, "DATE_FORMAT")


def register_csv(request):
    question = Question.read(request.GET)
    records = exports.agreement_records(every_agreement(question))
    return exports.as_csv(question.name(), exports.AGREEMENT_COLUMNS, records)


def register_json(request):
    question = Question.read(request.GET)
    records = exports.agreement_records(every_agreement(question))
    return json_download("agreements", records, filename=question.name())


def document(request, uid):
    """A file of an agreement, to whoever may have it: saved by the browser, never shown in it."""
    found = get_object_or_404(AgreementDocument.objects.visible_to(request.user), uid=uid)
    try:
        file = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=True,
        filename=found.filename,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    public = AgreementDocument.objects.public().filter(pk=found.pk).exists()
    response["Cache-Control"] = "public, max-age=300" if public else "private, no-store"
    return response


@method_decorator(public_page(), name="dispatch")
class AgreementDetail(DetailView):
    """One line of the register under its permanent number."""

    template_name = "partners/agreement_detail.html"
    slug_field = "number"
    slug_url_kwarg = "number"

    def get_queryset(self):
        return Agreement.objects.public().with_status().for_page()

    def get_context_data(self, **kwargs):
        agreement = self.object
        public = Agreement.objects.public().select_related("kind")
        ids = [party.institution_id for party in agreement.parties.all() if party.institution_id]
        axis = axis_of(public.filter(pk=agreement.pk))
        return super().get_context_data(
            nav_key="agreements",
            # A party that is not shown itself is named here, but has no page to lead to.
            linked=set(
                Institution.objects.public().filter(pk__in=ids).values_list("pk", flat=True)
            ),
            replaced=public.filter(pk=agreement.replaces_id).first(),
            replacements=public.filter(replaces=agreement).order_by("number"),
            parent=public.filter(pk=agreement.parent_id).first(),
            printed_date=Signature.objects.printed_date_of(agreement),
            children=public.filter(parent=agreement).order_by("number"),
            summary=agreement.public_summary(languages.active()),
            title_elsewhere=title_elsewhere(agreement),
            line=lines([agreement], axis)[0],
            ticks=row_ticks(axis),
            **kwargs,
        )


@public_page("on")
def terms(request, number):
    """The text of an agreement as it stood on a day: its terms, its parties, its areas."""
    agreement = get_object_or_404(Agreement.objects.public().for_page(), number=number)
    if not agreement.tells_more():
        raise Http404
    day = day_asked_for(request)
    then, areas = life.as_it_stood(agreement, day)
    context = {
        "nav_key": "agreements",
        "agreement": agreement,
        "day": day,
        "then": then,
        "parties": agreement.parties_on(day),
        "areas": areas,
        "in_full": agreement.public_level == Agreement.PublicLevel.FULL,
    }
    return TemplateResponse(request, "partners/terms.html", context)


def day_asked_for(request) -> datetime.date:
    text = request.GET.get("on", "")
    if not text:
        return timezone.localdate()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def title_elsewhere(agreement) -> str:
    """Its title in the other language, where it has one in both."""
    here = languages.active()
    there = languages.text(agreement, "title", languages.other(here))
    return there if languages.text(agreement, "title", here) else ""
