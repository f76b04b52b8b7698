"""The search page: one question over everything public, grouped by kind."""

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from publishing.editorial import languages
from publishing.search.documents import search_documents

KINDS = ("release", "institution", "agreement", "event", "page", "milestone")


def kind_labels():
    return {
        "release": pgettext("kind of search result", "News"),
        "institution": pgettext("kind of search result", "Partner"),
        "agreement": pgettext("kind of search result", "Agreement"),
        "event": pgettext("kind of search result", "Event"),
        "page": pgettext("kind of search result", "Page"),
        "milestone": pgettext("kind of search result", "Milestone"),
    }


def site_search(request) -> dict:
    """The context of the search page for the question in the address."""
    text = request.GET.get("q", "").strip()
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else None
    number = request.GET.get("page", "1")
    number = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1
    context = {"nav_key": "search", "query": text, "kind": kind}
    if not text:
        return context
    results = search_documents(text, language=languages.active(), kind=kind, page=max(number, 1))
    return context | {
        "results": results,
        "hits": [hit_context(hit) for hit in results.hits],
        "tabs": tabs(request.path, text, kind, results.counts_by_kind or {}),
        "total": results.total,
        "corrected": results.corrected,
        "pager": pages(request.path, text, kind, results),
    }


def address(path, text, kind=None, page=1):
    query = QueryDict(mutable=True)
    query["q"] = text
    if kind:
        query["kind"] = kind
    if page > 1:
        query["page"] = str(page)
    return f"{path}?{query.urlencode()}"


def tabs(path, text, chosen, counts):
    labels = kind_labels()
    everything = {
        "label": _("All"),
        "count": sum(counts.values()),
        "url": address(path, text),
        "current": chosen is None,
    }
    return [everything] + [
        {
            "label": labels[kind],
            "count": counts[kind],
            "url": address(path, text, kind),
            "current": kind == chosen,
        }
        for kind in KINDS
        if counts.get(kind)
    ]


def pages(path, text, kind, results):
    """Addresses of the page before and after, where they exist."""
    before, after = results.page - 1, results.page + 1
    return {
        "previous": address(path, text, kind, before) if before >= 1 and results.pages > 1 else "",
        "next": address(path, text, kind, after) if after <= results.pages else "",
    }


def hit_context(hit):
    here = languages.active()
    kwargs = hit.url_kwargs
    url = reverse(hit.url_name, kwargs=kwargs)
    if hit.language != here and hit.kind in ("release", "event", "page"):
        # What is found in the other language is read there.
        url = f"/{hit.language}/{url.removeprefix(f'/{here}/')}"
    return {
        "kind_label": kind_labels()[hit.kind],
        "url": url,
        "title": hit.title,
        "snippet": hit.snippet,
        "date": hit.date,
        "lang": languages.TAGS[hit.language] if hit.language != here else "",
    }
