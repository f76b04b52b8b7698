"""What an item consists of: the one walk that copy, revision, comparison and restore share.

A model's columns fall into texts (one column per language), facts (shared), many-to-many
relations, and owned rows, which the model names in ``owned`` and which carry a stable ``key``.
Identity, publication and derived columns take no part: ``kept_apart`` and non-editable fields.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db import models
from modeltranslation.fields import TranslationField

from publishing.editorial import languages
from publishing.editorial.languages import column


@dataclass(frozen=True)
class Shape:
    texts: tuple[str, ...]
    facts: tuple[str, ...]
    relations: tuple[str, ...]
    owned: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One difference. ``language`` None: a shared fact. ``row`` names an owned row by its key."""

    model: type[models.Model]
    name: str
    language: str | None
    before: object
    after: object
    row: tuple[str, str] | None = None

    @property
    def field(self):
        single = self.language and self.name in getattr(self.model, "per_language", ())
        return self.model._meta.get_field(column(self.name, self.language) if single else self.name)


@cache
def shape(model: type[models.Model], parent: str = "") -> Shape:
    """``parent`` is the foreign key by which a row is owned."""
    apart = {parent, *getattr(model, "kept_apart", ())}
    fields = model._meta.concrete_fields
    columns = [f for f in fields if isinstance(f, TranslationField)]
    texts = dict.fromkeys(f.translated_field.name for f in columns)
    translated = {*texts, *(f.name for f in columns)}
    per_language = getattr(model, "per_language", ())
    single = {column(name, code) for name in per_language for code in languages.CODES}
    return Shape(
        texts=tuple(name for name in (*texts, *per_language) if name not in apart),
        facts=tuple(
            f.name
            for f in fields
            if f.editable and not f.primary_key and f.name not in apart | translated | single
        ),
        relations=tuple(
            f.name
            for f in model._meta.local_many_to_many
            if f.remote_field.through._meta.auto_created and f.name not in apart
        ),
        owned=tuple(getattr(model, "owned", ())),
    )


def owned_rows(item, accessor: str):
    """The child model, the name of its foreign key, and the rows that ``item`` owns."""
    relation = item._meta.get_field(accessor)
    rows = relation.related_model._base_manager.filter(**{relation.field.name: item.pk})
    return relation.related_model, relation.field.name, rows.order_by("pk")


def snapshot(item, parent: str = "") -> dict:
    """Everything that an item says, ready for JSON."""
    parts = shape(type(item), parent)
    return {
        "texts": {
            name: {code: _text(item, column(name, code)) for code in languages.CODES}
            for name in parts.texts
        },
        "facts": {name: _stored(item, name) for name in parts.facts},
        "relations": {name: _related(item, name) for name in parts.relations},
        "owned": {name: _owned(item, name) for name in parts.owned},
    }


def _text(item, name):
    value = _stored(item, name)
    return "" if value is None else value


def _stored(item, name):
    field = item._meta.get_field(name)
    value = getattr(item, field.attname)
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return field.value_to_string(item)


def _related(item, name):
    if item.pk is None:
        return []
    field = item._meta.get_field(name)
    links = field.remote_field.through._base_manager.filter(**{field.m2m_field_name(): item.pk})
    return sorted(links.values_list(f"{field.m2m_reverse_field_name()}_id", flat=True))


def _owned(item, accessor):
    if item.pk is None:
        return []
    _child, parent, rows = owned_rows(item, accessor)
    return [{"key": str(row.key), **snapshot(row, parent)} for row in rows]


def write(data: dict, item, codes: Iterable[str] = languages.CODES):
    """Give ``item``, which is saved already, the facts of ``data`` and its texts in ``codes``.

    Saves the row, then its relations and owned rows. What has since been deleted is left out.
    """
    fill(data, item, codes)
    item.save()
    write_rows(data, item, codes)


def fill(data: dict, item, codes: Iterable[str] = languages.CODES, parent: str = ""):
    """The columns alone, without saving. Parts that ``data`` does not know stay as they are."""
    parts = shape(type(item), parent)
    for name in parts.texts:
        for code in codes:
            if code in data["texts"].get(name, ()):
                _set(item, column(name, code), data["texts"][name][code])
    for name in parts.facts:
        if name in data["facts"]:
            _set(item, name, data["facts"][name])


def _set(item, name, value):
    field = item._meta.get_field(name)
    if field.is_relation and value is not None:
        targets = field.remote_field.model._base_manager
        if not targets.filter(pk=value).exists():
            return
    setattr(item, field.attname, field.to_python(value))


def write_rows(data: dict, item, codes: Iterable[str] = languages.CODES, parent: str = ""):
    """Relations and owned rows. Rows are matched by key: none is deleted to be made again."""
    parts = shape(type(item), parent)
    for name in parts.relations:
        if name in data["relations"]:
            known = item._meta.get_field(name).remote_field.model._base_manager
            getattr(item, name).set(known.filter(pk__in=data["relations"][name]))
    for name in parts.owned:
        if name in data["owned"]:
            _write_owned(data["owned"][name], item, name, codes)


def _write_owned(entries, item, accessor, codes):
    child, parent, rows = owned_rows(item, accessor)
    existing = {str(row.key): row for row in rows}
    for key in existing.keys() - {entry["key"] for entry in entries}:
        existing[key].delete()
    for entry in entries:
        row = existing.get(entry["key"]) or child(key=entry["key"], **{f"{parent}_id": item.pk})
        fill(entry, row, codes, parent)
        row.save()
        write_rows(entry, row, codes, parent)


def differences(model, before: dict, after: dict, *, parent="", row=None) -> list[Change]:
    """What a reader would find changed, in the order of the form; null equals empty."""
    parts = shape(model, parent)
    changes = []

    def compare(name, language, old, new):
        if _plain(old) != _plain(new):
            changes.append(Change(model, name, language, old, new, row))

    for name in parts.texts:
        old, new = (data["texts"].get(name, {}) for data in (before, after))
        for code in languages.CODES:
            compare(name, code, old.get(code), new.get(code))
    for group, names in (("facts", parts.facts), ("relations", parts.relations)):
        for name in names:
            compare(name, None, before[group].get(name), after[group].get(name))
    for name in parts.owned:
        changes += _owned_differences(model, name, before["owned"], after["owned"])
    return changes


def _owned_differences(model, accessor, before, after):
    relation = model._meta.get_field(accessor)
    old, new = ({e["key"]: e for e in data.get(accessor, ())} for data in (before, after))
    changes = []
    for key in dict.fromkeys((*old, *new)):
        row = (accessor, key)
        if key in old and key in new:
            changes += differences(
                relation.related_model,
                old[key],
                new[key],
                parent=relation.field.name,
                row=row,
            )
        else:
            changes.append(Change(model, accessor, None, old.get(key), new.get(key), row))
    return changes


def _plain(value):
    return None if value in ("", [], {}) else value


def changed_languages(changes: Iterable[Change]) -> list[str]:
    """A shared fact concerns every language."""
    touched = {change.language for change in changes}
    return [code for code in languages.CODES if code in touched or None in touched]
