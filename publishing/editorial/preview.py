"""A row that is not public as its public page will be."""

from copy import copy

from django.urls import resolve
from django.utils import translation


def public_page_of(request, row, language: str, **context):
    """The public page of ``row`` as ``request`` would get it, were the row public."""
    address = row.get_absolute_url(language)
    with translation.override(language):
        match = resolve(address)
        seen = copy(request)
        seen.path = seen.path_info = address
        seen.method = "GET"
        seen.resolver_match = match
        view = match.func.view_class()
        view.setup(seen, **match.kwargs)
        view.language, view.object = language, _as_the_page_reads_it(row)
        shown = view.get_context_data(object=view.object)
        response = view.render_to_response(shown | {"is_preview": True} | context)
        response.render()
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _as_the_page_reads_it(row):
    rows = type(row).with_copies.all()
    for name in ("for_page", "for_list"):
        if hasattr(rows, name):
            rows = getattr(rows, name)()
            break
    return rows.get(pk=row.pk)
