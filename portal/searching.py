"""The search page: one question over everything public, grouped by kind."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.directory import suggest
from partners.models import Agreement, Institution
from partners.suggestions import suggestion
from publishing.editorial import languages
from publishing.search import misses, offers
from publishing.search.documents import search_documents

KINDS = ("release", "institution", "agreement", "event", "page", "milestone")
# Read at their own address in each language; the other kinds are the same record in both.
PUBLISHED_BY_LANGUAGE = ("release", "event", "page", "milestone")
SUGGESTED = 8
SUGGESTED_PARTNERS = 4


def kind_labels():
    return {
        "release": pgettext("kind of search result", "News"),
        "institution": pgettext("kind of search result", "Partner"),
        "agreement": pgettext("kind of search result", "Agreement"),
        "event": pgettext("kind of search result", "Event"),
        "page": pgettext("kind of search result", "Page"),
        "milestone": pgettext("kind of search result", "Milestone"),
    }


@dataclass(frozen=True)
class Question:
    """What the address asks. A filter that does not exist filters by nothing."""

    path: str
    text: str
    kind: str = ""
    year: int | None = None
    language: str = ""
    page: int = 1

    @classmethod
    def read(cls, request):
        given = request.GET
        kind, language = given.get("kind", ""), given.get("language", "")
        return cls(
            path=request.path,
            text=given.get("q", "").strip(),
            kind=kind if kind in KINDS else "",
            year=number(given.get("year", ""), 9998),
            language=language if language in languages.CODES else "",
            page=number(given.get("page", ""), 999) or 1,
        )

    def address(self, **changes):
        """This question, changed, on its first page."""
        wanted = {
            "q": self.text,
            "kind": self.kind,
            "year": self.year,
            "language": self.language,
            **changes,
        }
        query = QueryDict(mutable=True)
        query.update({name: str(value) for name, value in wanted.items() if value})
        return f"{self.path}?{query.urlencode()}"

    @property
    def is_plain(self):
        return not (self.kind or self.year or self.language or self.page > 1)


def number(text, largest):
    """The number between 1 and ``largest`` that ``text`` is, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(largest))):
        return None
    return int(text) if 1 <= int(text) <= largest else None


def site_search(request) -> dict:
    """The context of the search page for the question in the address."""
    question = Question.read(request)
    context = {"nav_key": "search", "query": question.text, "question": question}
    if not question.text:
        return context
    results = search_documents(
        question.text,
        language=languages.active(),
        kind=question.kind or None,
        year=question.year,
        only_language=question.language or None,
        page=question.page,
    )
    if question.is_plain and not results.total:
        misses.note(question.text, language=languages.active())
    return context | {
        "results": results,
        "hits": hit_contexts(results.hits),
        "tabs": tabs(question, results.counts_by_kind or {}),
        "choices": choices(question, offers.years()),
        "is_filtered": bool(question.year or question.language),
        "total": results.total,
        "corrected": results.corrected,
        "pager": pages(question, results),
    }


def tabs(question, counts):
    labels = kind_labels()
    everything = {
        "label": _("All"),
        "count": sum(counts.values()),
        "url": question.address(kind=""),
        "current": not question.kind,
    }
    return [everything] + [
        {
            "label": labels[kind],
            "count": counts.get(kind, 0),
            "url": question.address(kind=kind),
            "current": kind == question.kind,
        }
        for kind in KINDS
        if counts.get(kind) or kind == question.kind
    ]


def choices(question, years):
    """Languages and years with the addresses that choose them, or take the chosen one away."""
    in_language = [
        {
            "label": languages.OWN_NAMES[code],
            "lang": languages.TAGS[code],
            "current": code == question.language,
            "address": question.address(language="" if code == question.language else code),
        }
        for code in languages.CODES
    ]
    return in_language + [
        {
            "label": str(year),
            "current": year == question.year,
            "address": question.address(year="" if year == question.year else year),
        }
        for year in dict.fromkeys([*years, *filter(None, [question.year])])
    ]


def pages(question, results):
    """Addresses of the page before and after, where they exist."""
    before, after = results.page - 1, results.page + 1
    return {
        "previous": question.address(page=before) if before and results.pages > 1 else "",
        "next": question.address(page=after) if after <= results.pages else "",
    }


def hit_contexts(hits):
    """Hits with what their rows add: the city of a partner, the status of an agreement."""
    ids = {kind: [hit.object_id for hit in hits if hit.kind == kind] for kind in KINDS}
    partners = Institution.objects.public().for_list().in_bulk(ids["institution"])
    agreements = (
        Agreement.objects.public().with_status().select_related("kind").in_bulk(ids["agreement"])
    )
    return [
        hit_context(
            hit,
            partner=partners.get(hit.object_id) if hit.kind == "institution" else None,
            agreement=agreements.get(hit.object_id) if hit.kind == "agreement" else None,
        )
        for hit in hits
    ]


def hit_context(hit, *, partner=None, agreement=None):
    here = languages.active()
    other = languages.other(hit.language)
    return {
        "kind_label": kind_labels()[hit.kind],
        "url": hit_address(hit),
        "title": hit.title,
        "snippet": hit.snippet,
        "date": hit.date,
        "lang": languages.TAGS[hit.language] if hit.language != here else "",
        "place": languages.first_text(partner.city, "name") if partner and partner.city else "",
        "other_name": languages.text(partner, "name", other) if partner else "",
        "other_lang": languages.TAGS[other],
        "status": agreement.status if agreement else "",
    }


def hit_address(hit):
    url, here = reverse(hit.url_name, kwargs=hit.url_kwargs), languages.active()
    if hit.language != here and hit.kind in PUBLISHED_BY_LANGUAGE:
        # What is found in the other language is read there.
        url = f"/{hit.language}/{url.removeprefix(f'/{here}/')}"
    # Milestones have no pages of their own: they are read where they stand together.
    return f"{url}?kind=milestone" if hit.kind == "milestone" else url


def suggestions(text) -> list[dict]:
    """Partners first, then titles of everything else."""
    here = languages.active()
    partners = [suggestion(one) for one in suggest(text, language=here, count=SUGGESTED_PARTNERS)]
    labels = kind_labels()
    hits = offers.suggest_titles(
        text, language=here, count=SUGGESTED - len(partners), without=("institution",)
    )
    return partners + [
        {
            "text": "".join(part.text for part in hit.title),
            "before": labels[hit.kind],
            "note": "",
            "lang": languages.TAGS[hit.language],
            "url": hit_address(hit),
        }
        for hit in hits
    ]
