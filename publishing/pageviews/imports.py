"""Numbers of an old site, from a file with the columns ``key`` and ``views``."""

import csv
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from . import kinds
from .services import set_base


class Outcome(NamedTuple):
    changed: int
    unchanged: int
    problems: list[str]


class _Undo(Exception):
    pass


def import_bases(
    lines: Iterable[str], *, dry_run: bool = False, force: bool = False, user=None
) -> Outcome:
    """``key`` is a token (``release-12``). Sound rows are taken, the others are told.

    Numbers are absolute, so the same file may be imported again.
    """
    outcome = Outcome(0, 0, [])
    try:
        with transaction.atomic():
            outcome = _import(lines, force, user)
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    return outcome


def _import(lines, force, user):
    reader = csv.DictReader(lines)
    if not {"key", "views"} <= set(reader.fieldnames or ()):
        return Outcome(0, 0, [_("The file needs the columns key and views.")])
    rows = [(reader.line_num, row["key"] or "", row["views"] or "") for row in reader]
    existing = _existing(kinds.parse(token.strip()) for _line, token, _views in rows)
    changed = unchanged = 0
    problems = []
    for line, token, views in rows:
        try:
            if _take(token.strip(), views.strip(), existing, force, user):
                changed += 1
            else:
                unchanged += 1
        except ValidationError as error:
            told = {"line": line, "key": token, "problem": " ".join(error.messages)}
            problems.append(_("Line %(line)s, %(key)s: %(problem)s") % told)
    return Outcome(changed, unchanged, problems)


def _existing(items):
    """Those that exist, whether a visitor may see them or not."""
    return {
        kinds.Item(key, object_id)
        for key, ids in kinds.by_kind(item for item in items if item).items()
        for object_id in kinds.get(key)
        .model._base_manager.filter(pk__in=ids)
        .values_list("pk", flat=True)
    }


def _take(token, views, existing, force, user):
    item = kinds.parse(token)
    if item not in existing:
        raise ValidationError(_("There is no such item."), code="unknown")
    if not (views.isascii() and views.isdigit() and len(views) < 18):
        raise ValidationError(_("The number of views is not a whole number."), code="number")
    return set_base(key=item.kind, object_id=item.id, base=int(views), force=force, user=user)
