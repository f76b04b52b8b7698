"""The parity board: what each language owes, over all kinds of items, oldest debt first."""

import heapq
from itertools import islice

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from publishing.editorial import copies, languages, policy
from publishing.editorial.freshness import Freshness
from publishing.editorial.languages import column

ROWS = 50
MAX_PAGE = 200


def parity_board(request):
    kinds = [m for m in copies.publishable_models() if policy.may_see(request.user, m)]
    if not kinds:
        raise PermissionDenied
    page = _page(request.GET.get("page", ""))
    rows = [_row(item) for item in _oldest(kinds, (page - 1) * ROWS, ROWS + 1)]
    context = admin.site.each_context(request) | {
        "title": _("Languages in step"),
        "languages": [
            (languages.TAGS[code], languages.OWN_NAMES[code]) for code in languages.CODES
        ],
        "counts": _counts(kinds),
        "rows": rows[:ROWS],
        "page": page,
        "next_page": page + 1 if len(rows) > ROWS and page < MAX_PAGE else None,
        "previous_page": page - 1 if page > 1 else None,
    }
    return TemplateResponse(request, "admin/editorial/parity.html", context)


def _page(text) -> int:
    return min(int(text), MAX_PAGE) if text.isascii() and text.isdecimal() and int(text) else 1


def _oldest(kinds, start, count):
    """One query for each kind, of no more rows than the page can need."""
    queues = [
        m.objects.out_of_step().with_copy_times().only(*_read(m))[: start + count] for m in kinds
    ]
    merged = heapq.merge(*queues, key=lambda item: item.debt_since)
    return islice(merged, start, start + count)


def _read(model):
    return languages.columns(model.title_field, "freshness", "owed_since")


def _counts(kinds) -> list[tuple[str, str, int]]:
    """How many items are out of date in each language."""
    return [
        (
            languages.TAGS[code],
            languages.OWN_NAMES[code],
            sum(m.objects.in_freshness(Freshness.OUTDATED, code).count() for m in kinds),
        )
        for code in languages.CODES
    ]


def _row(item):
    meta = item._meta
    return {
        "title": str(item),
        "kind": meta.verbose_name,
        "url": reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[item.pk]),
        "has_copy": item.copy_saved_at is not None,
        "cells": [
            {
                "state": getattr(item, column("freshness", code)),
                "label": Freshness(getattr(item, column("freshness", code))).label,
                "since": getattr(item, column("owed_since", code)),
                "tag": languages.TAGS[code],
            }
            for code in languages.CODES
        ],
    }
