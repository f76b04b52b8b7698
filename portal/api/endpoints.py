"""The endpoints. Each asks the queryset or the search that the page of the same name asks."""

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from ninja import NinjaAPI, Query
from ninja.renderers import JSONRenderer

from news.models import Event, Release
from partners.directory import DirectoryFilters, current_labels, search_institutions
from partners.models import Agreement, AgreementKind, CooperationField, Institution
from partners.models.places import with_surroundings
from partners.question import PARAMETERS, Question
from portal.api import answers, ewp, ninjs, paging, schemas, shapes
from portal.models import Milestone
from portal.searching import hit_context
from publishing.editorial import languages
from publishing.editorial.addresses import absolute
from publishing.editorial.languages import column
from publishing.pageviews.querysets import sum_of
from publishing.search.documents import search_documents

DESCRIPTION = """Everything public of the portal, read-only. Lists come in pages: next_cursor of a
page is the cursor of the next one and empty on the last. Answers carry an ETag. Errors are one
sentence."""


class Readable(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    renderer=Readable(),
    title="Portal",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
)
answers.install(api)
CODES = {tag: code for code, tag in languages.TAGS.items()}


def get(path, answer, name):
    """Register an endpoint under ``path`` that answers with a schema, or not in JSON (None)."""

    def decorate(view):
        wrong = dict.fromkeys((400, 404), schemas.Problem)
        responses = {200: answer, **wrong}
        api.get(path, response=responses, operation_id=name, url_name=name)(answers.strict(view))
        return view

    return decorate


def code_of(asked) -> str:
    return CODES[asked.lang]


def existing(rows, value: str | None, what: str, column: str = "slug"):
    """The row that a filter names; an unknown one is an error, not an empty list."""
    if value is None:
        return None
    row = rows.filter(**{column: value}).first()
    if row is None:
        raise Http404(f"There is no {what} {value!r}.")
    return row


@get("/releases/", schemas.Releases, "releases")
def releases(request, asked: Query[schemas.ReleasesAsked]):
    code = code_of(asked)
    field = existing(CooperationField.objects.all(), asked.field, "field of cooperation")
    rows = Release.objects.public(code)
    if asked.year:
        rows = rows.in_year(asked.year)
    if field:
        rows = rows.filter(field=field)
    order = paging.Order(column("order", code))
    found, following = order.page(shapes.releases(rows.for_list()), asked.cursor, asked.limit)
    return {"releases": [shapes.release(row) for row in found], "next_cursor": following}


@get("/releases/{slug:slug}/", schemas.FullRelease, "release")
def release(request, slug: str):
    rows = shapes.releases(Release.objects.public_anywhere().for_page())
    return shapes.release(get_object_or_404(rows, slug=slug), full=True)


@get("/releases/{slug:slug}/ninjs/", dict, "release_ninjs")
def release_ninjs(request, slug: str, asked: Query[schemas.InLanguage]):
    """ninjs 3.1; a release that was withdrawn is canceled."""
    code = code_of(asked)
    rows = shapes.releases(Release.objects.public(code, withdrawn=True).for_page())
    with translation.override(code):
        return as_json(ninjs.news_item(get_object_or_404(rows, slug=slug), code))


def as_json(value) -> JsonResponse:
    return JsonResponse(value, json_dumps_params=Readable.json_dumps_params)


@get("/events/", schemas.Events, "events")
def events(request, asked: Query[schemas.EventsAsked]):
    rows, now = Event.objects.public(code_of(asked)), timezone.now()
    if asked.when:
        rows = rows.upcoming(now) if asked.when == "upcoming" else rows.past(now)
    order = paging.Order("starts_at", descending=asked.when != "upcoming")
    found, following = order.page(shapes.events(rows.for_list()), asked.cursor, asked.limit)
    return {"events": [shapes.event(row) for row in found], "next_cursor": following}


@get("/events/{slug:slug}/", schemas.FullEvent, "event")
def event(request, slug: str):
    rows = shapes.events(Event.objects.public_anywhere().for_list())
    return shapes.event(get_object_or_404(rows, slug=slug), full=True)


@get("/institutions/", schemas.Institutions, "institutions")
def institutions(request, asked: Query[schemas.InstitutionsAsked]):
    """In the order of the directory."""
    code, start = code_of(asked), int(asked.cursor or 0)
    with translation.override(code):
        found = search_institutions(
            asked.q, filters(asked, code), language=code, start=start, size=asked.limit
        )
    prefetch_related_objects([result.institution for result in found.results], "identifiers")
    shown = [
        shapes.institution(result.institution)
        | {"matched": result.matched.text if result.matched else None}
        for result in found.results
    ]
    after = start + asked.limit
    return {
        "institutions": shown,
        "total": found.total,
        "corrected": found.corrected,
        "next_cursor": str(after) if shown and after < found.total else "",
    }


def filters(asked, code) -> DirectoryFilters:
    chosen = {name: tuple(getattr(asked, name)) for name in DirectoryFilters.__annotations__}
    names = current_labels(code).names
    for facet, values in chosen.items():
        for value in values:
            if value not in names[facet]:
                raise Http404(f"There is no {facet} {value!r}.")
    return DirectoryFilters(**chosen)


@get("/institutions/{slug:slug}/", schemas.InstitutionOut, "institution")
def institution(request, slug: str):
    return shapes.institution(get_object_or_404(Institution.objects.public().for_list(), slug=slug))


@get("/institutions/{slug:slug}/ewp/", None, "institution_ewp")
def institution_ewp(request, slug: str):
    row = get_object_or_404(Institution.objects.public().for_list(), slug=slug)
    return as_xml(ewp.institutions_response(row))


@get("/agreements/", schemas.Agreements, "agreements")
def agreements(request, asked: Query[schemas.AgreementsAsked]):
    """In the order of the register."""
    existing(AgreementKind.objects.all(), asked.kind, "kind of agreement", "code")
    existing(CooperationField.objects.all(), asked.field, "field of cooperation")
    existing(Institution.objects.public(), asked.institution, "institution")
    query = QueryDict(mutable=True)
    for name in PARAMETERS:
        if value := getattr(asked, name, None):
            query[name] = str(value)
    with translation.override(code_of(asked)):
        found = Question.read(query).found()
        keys, following = paging.slice_of(found, asked.cursor, asked.limit)
    rows = Agreement.objects.public().for_register().in_bulk(keys)
    shown = [shapes.agreement(rows[key]) for key in keys if key in rows]
    return {"agreements": shown, "next_cursor": following}


def shown_agreement(number):
    return get_object_or_404(Agreement.objects.public().with_status().for_register(), number=number)


@get("/agreements/{slug:number}/", schemas.AgreementOut, "agreement")
def agreement(request, number: str):
    return shapes.agreement(shown_agreement(number))


@get("/agreements/{slug:number}/ewp/", None, "agreement_ewp")
def agreement_ewp(request, number: str):
    """Only between two institutions that are shown."""
    body = ewp.iias_response(shown_agreement(number))
    if body is None:
        raise Http404("This agreement is not one between two institutions.")
    return as_xml(body)


def as_xml(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


@get("/milestones/", schemas.Milestones, "milestones")
def milestones(request, asked: Query[schemas.MilestonesAsked]):
    rows = Milestone.objects.public(code_of(asked)).for_timeline()
    rows = rows.select_related(with_surroundings("place"))
    order = paging.Order("date_last", descending=asked.order == "newest")
    found, following = order.page(rows, asked.cursor, asked.limit)
    return {"milestones": [shapes.milestone(row) for row in found], "next_cursor": following}


@get("/pageviews/", schemas.Pageviews, "pageviews")
def pageviews(request, asked: Query[schemas.PageviewsAsked]):
    public = Release.objects.public_anywhere()
    order = paging.Order("id", descending=False)
    rows = public.only("slug").with_pageviews()
    found, following = order.page(rows, asked.cursor, asked.limit)
    return {
        "pageviews": [{"release": row.slug, "pageviews": row.pageviews} for row in found],
        "total": sum_of("release", public.values("pk")),
        "next_cursor": following,
    }


@get("/search/", schemas.Hits, "search")
def search(request, asked: Query[schemas.SearchAsked]):
    """In the order of the search page."""
    code, number = code_of(asked), int(asked.cursor or 1)
    with translation.override(code):
        results = search_documents(
            asked.q.strip(), language=code, kind=asked.kind, page=max(number, 1)
        )
        hits = [hit(one, hit_context(one)) for one in results.hits]
    return {
        "hits": hits,
        "total": results.total,
        "counts": results.counts_by_kind or {},
        "corrected": results.corrected,
        "next_cursor": str(results.page + 1) if results.page < results.pages else "",
    }


def hit(found, shown) -> dict:
    def plain(segments):
        return "".join(segment.text for segment in segments)

    return {
        "kind": found.kind,
        "language": languages.TAGS[found.language],
        "address": absolute(shown["url"]),
        "title": plain(found.title),
        "snippet": plain(found.snippet),
        "date": found.date,
    }


patterns, app_name, namespace = api.urls
for pattern in patterns:
    pattern.callback = answers.reading(pattern.callback)
urls = (patterns, app_name, namespace)
