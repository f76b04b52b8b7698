"""Differences as staff read them: labels, words, names instead of numbers."""

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext as _

from publishing.editorial import languages, richtext, traversal, wording
from publishing.editorial.records import Revision
from publishing.editorial.richtext import RichTextField

LIVE, WORK = "live", "work"


@dataclass(frozen=True)
class Difference:
    """One changed field of one language. ``blocks`` for texts, else what went and what came."""

    label: str
    language: str | None
    blocks: list[wording.Block] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def tag(self) -> str:
        return languages.TAGS.get(self.language, "")

    @property
    def language_label(self) -> str:
        return languages.SHORT_NAMES.get(self.language, "")


def differences(model, before: dict, after: dict) -> list[Difference]:
    """A constant number of queries for the names of related rows, one for each related model."""
    return shown(traversal.differences(model, before, after))


def shown(changes: list[traversal.Change]) -> list[Difference]:
    names = _Names(changes)
    return [_difference(change, names) for change in changes]


def _difference(change: traversal.Change, names) -> Difference:
    target = change.field
    label = _label(change)
    if change.language and isinstance(change.before or change.after, str):
        return _text_difference(change, label)
    if target.one_to_many:
        before, after = (_row_lines(target, value) for value in (change.before, change.after))
    else:
        before, after = (names.shown(target, value) for value in _told_apart(change))
    return Difference(label, change.language, before=before, after=after)


def _told_apart(change):
    """Of two lists of rows only what left and what came."""
    before, after = change.before, change.after
    if isinstance(before, list) or isinstance(after, list):
        old, new = before or [], after or []
        return [pk for pk in old if pk not in new], [pk for pk in new if pk not in old]
    return before, after


def _label(change) -> str:
    if change.field.one_to_many:
        return _capital(change.field.related_model._meta.verbose_name)
    own = _capital(getattr(change.field, "verbose_name", change.name))
    if change.row is None:
        return own
    return f"{_capital(change.model._meta.verbose_name)}: {own}"


def _capital(text):
    text = str(text)
    return text[:1].upper() + text[1:]


def _text_difference(change, label):
    before, after = change.before or "", change.after or ""
    note = ""
    if isinstance(change.field, RichTextField):
        plain = richtext.plain(before), richtext.plain(after)
        if plain[0] != plain[1]:
            before, after = plain
        else:
            note = _("The words are the same; links or formatting differ.")
            before, after = before.replace("><", ">\n<"), after.replace("><", ">\n<")
    return Difference(label, change.language, blocks=wording.blocks(before, after), note=note)


def _row_lines(relation, data) -> list[str]:
    """The texts of an owned row that came or went."""
    if data is None:
        return []
    values = [text for by_code in data["texts"].values() for text in by_code.values()]
    return [richtext.plain(value) for value in values if isinstance(value, str) and value]


class _Names:
    """What the related rows in a set of changes are called."""

    def __init__(self, changes):
        wanted: dict[type[models.Model], set] = {}
        for change in changes:
            if change.field.is_relation and not change.field.one_to_many:
                for value in (change.before, change.after):
                    pks = value if isinstance(value, list) else [value]
                    wanted.setdefault(change.field.related_model, set()).update(pks)
        self.known = {
            model: model._base_manager.in_bulk([pk for pk in pks if pk is not None])
            for model, pks in wanted.items()
        }

    def shown(self, target, value) -> list[str]:
        if value in (None, "", []):
            return []
        if target.is_relation:
            rows = self.known[target.related_model]
            pks = value if isinstance(value, list) else [value]
            return [
                str(rows[pk]) if pk in rows else _("deleted (%(pk)s)") % {"pk": pk} for pk in pks
            ]
        if isinstance(value, bool):
            return [_("yes") if value else _("no")]
        choices = dict(target.flatchoices)
        return [str(choices.get(value, value))]


def said(item, name: str) -> dict | None:
    """The snapshot that ``name`` stands for: "live", "work", or the number of a revision."""
    if name == LIVE:
        return traversal.snapshot(item.item)
    if name == WORK:
        row = item if item.is_copy else item.open_copy()
        return traversal.snapshot(row) if row else None
    if not (name.isascii() and name.isdecimal() and len(name) < 10):
        return None
    revisions = Revision.objects.of(item).filter(number=int(name))
    return revisions.values_list("data", flat=True).first()
