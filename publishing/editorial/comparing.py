"""Differences as staff read them: labels, words, names instead of numbers."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from publishing.editorial import history, languages, richtext, traversal, wording
from publishing.editorial.records import Revision
from publishing.editorial.richtext import RichTextField
from publishing.media.models import Image

LIVE, WORK = "live", "work"


@dataclass(frozen=True)
class Shown:
    """One thing that went or came: its name, and for a picture the picture."""

    text: str
    picture: Image | None = None

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Side:
    """What one side of a comparison is: whose, from when, with which note."""

    label: str
    who: str = ""
    at: datetime | None = None
    note: str = ""
    languages: str = ""


@dataclass(frozen=True)
class Difference:
    """One changed field of one language. ``blocks`` for texts, else what went and what came."""

    label: str
    language: str | None
    blocks: list[wording.Block] = field(default_factory=list)
    before: list[Shown] = field(default_factory=list)
    after: list[Shown] = field(default_factory=list)
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
        return _text_difference(change, label, names)
    if target.one_to_many:
        before, after = (names.row(target, value) for value in (change.before, change.after))
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
    colon = pgettext("between the parts of a title", ": ")
    return colon.join((_capital(change.model._meta.verbose_name), own))


def _capital(text):
    text = str(text)
    return text[:1].upper() + text[1:]


def _text_difference(change, label, names):
    before, after = change.before or "", change.after or ""
    note, pictures = "", ([], [])
    if isinstance(change.field, RichTextField):
        pictures = names.figures(before, after)
        plain = richtext.plain(before), richtext.plain(after)
        if plain[0] != plain[1]:
            before, after = plain
        else:
            note = _("The words are the same; links or formatting differ.")
            before, after = before.replace("><", ">\n<"), after.replace("><", ">\n<")
    blocks = wording.blocks(before, after)
    return Difference(label, change.language, blocks, *pictures, note=note)


def _pointers(change):
    """``(model, pks)`` of every related row that a change names, in owned rows too."""
    for value in (change.before, change.after):
        if not change.field.is_relation:
            continue
        if not change.field.one_to_many:
            yield change.field.related_model, value if isinstance(value, list) else [value]
        elif value:
            model = change.field.related_model
            for name, pk in value["facts"].items():
                if related := model._meta.get_field(name).related_model:
                    yield related, [pk]


class _Names:
    """What the related rows in a set of changes are called, and the pictures among them."""

    def __init__(self, changes):
        wanted: dict[type[models.Model], set] = {}
        uids = set()
        for change in changes:
            for model, pks in _pointers(change):
                wanted.setdefault(model, set()).update(pks)
            if isinstance(change.field, RichTextField):
                for text in (change.before, change.after):
                    uids |= richtext.references(text)["image"]
        pictures = Image.objects.filter(uid__in=uids) if uids else ()
        self.pictures = {picture.uid: picture for picture in pictures}
        self.known = {
            model: model._base_manager.in_bulk([pk for pk in pks if pk is not None])
            for model, pks in wanted.items()
        }

    def shown(self, target, value) -> list[Shown]:
        if value in (None, "", []):
            return []
        if target.is_relation:
            pks = value if isinstance(value, list) else [value]
            return [self._named(target.related_model, pk) for pk in pks]
        if isinstance(value, bool):
            return [Shown(_("yes") if value else _("no"))]
        choices = dict(target.flatchoices)
        return [Shown(str(choices.get(value, value)))]

    def _named(self, model, pk):
        row = self.known[model].get(pk)
        if row is None:
            return Shown(_("deleted (%(pk)s)") % {"pk": pk})
        return Shown(str(row), row if isinstance(row, Image) else None)

    def row(self, relation, data) -> list[Shown]:
        """The texts and related rows of an owned row that came or went."""
        if data is None:
            return []
        values = [text for by_code in data["texts"].values() for text in by_code.values()]
        texts = [richtext.plain(value) for value in values if isinstance(value, str) and value]
        fields = [relation.related_model._meta.get_field(name) for name in data["facts"]]
        related = [field for field in fields if field.is_relation and data["facts"][field.name]]
        return [
            *(self._named(field.related_model, data["facts"][field.name]) for field in related),
            *map(Shown, texts),
        ]

    def figures(self, before: str, after: str) -> tuple[list[Shown], list[Shown]]:
        """The pictures that a text lost and gained."""
        old, new = (richtext.references(text)["image"] for text in (before, after))
        return tuple(
            [Shown(str(self.pictures[uid]), self.pictures[uid]) for uid in uids & {*self.pictures}]
            for uids in (old - new, new - old)
        )


def side(item, name: str) -> Side:
    """Who saved what ``name`` stands for, when and with which note."""
    if name in (LIVE, WORK):
        label = {LIVE: _("Live"), WORK: _("Working copy")}[name]
        row = item.item if name == LIVE else item if item.is_copy else item.open_copy()
        who = history.last_saver(item) if name == WORK else None
        return Side(label, str(who or ""), row and row.saved_at)
    label = _("Revision %(number)s") % {"number": name}
    revision = Revision.objects.of(item).select_related("user").defer("data")
    revision = revision.filter(number=int(name)).first()
    who = str(revision.user or "")
    return Side(label, who, revision.created_at, revision.note, revision.languages_label())


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
