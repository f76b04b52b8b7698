"""What an item consists of: the one walk that copy, revision, comparison and restore share.

A model's columns fall into texts (one column per language), facts (shared), many-to-many
relations, and owned rows, which the model names in ``owned`` and which carry a stable ``key``.
Identity, publication and derived columns take no part: ``kept_apart`` and non-editable fields.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
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


@dataclass(frozen=True)
class Part:
    """The rows of one table that an item owns, by a foreign key or by a generic relation."""

    model: type[models.Model]
    # The columns that say whose row it is.
    apart: tuple[str, ...]

    def link(self, item) -> dict:
        if len(self.apart) == 1:
            return {f"{self.apart[0]}_id": item.pk}
        kind, pk = self.apart
        return {kind: ContentType.objects.get_for_model(item), pk: item.pk}

    def rows(self, item) -> models.QuerySet:
        return self.model._base_manager.filter(**self.link(item)).order_by("pk")


@cache
def shape(model: type[models.Model], apart: tuple[str, ...] = ()) -> Shape:
    """``apart`` names the columns by which a row is owned."""
    apart = {*apart, *getattr(model, "kept_apart", ())}
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


@cache
def part(model: type[models.Model], accessor: str) -> Part:
    relation = model._meta.get_field(accessor)
    if isinstance(relation, GenericRelation):
        columns = (relation.content_type_field_name, relation.object_id_field_name)
        return Part(relation.related_model, columns)
    return Part(relation.related_model, (relation.field.name,))


def snapshot(item, numbers: dict[str, int] | None = None) -> dict:
    """Everything that an item says, ready for JSON; as many queries as it has relations.

    ``numbers``, if given, learns the primary key of each owned row by its key.
    """
    parts = shape(type(item))
    related = {
        name: _related(type(item), name, [item.pk]).get(item.pk, []) for name in parts.relations
    }
    rows = {name: _owned(item, name, numbers) for name in parts.owned}
    return {**_columns(item, parts), "relations": related, "owned": rows}


def _columns(item, parts) -> dict:
    return {
        "texts": {
            name: {code: _text(item, column(name, code)) for code in languages.CODES}
            for name in parts.texts
        },
        "facts": {name: _stored(item, name) for name in parts.facts},
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


def _related(model, name, pks) -> dict[int, list[int]]:
    """What each of the rows is linked with, in one query for all of them."""
    field = model._meta.get_field(name)
    own, other = field.m2m_field_name(), f"{field.m2m_reverse_field_name()}_id"
    links = field.remote_field.through._base_manager.filter(**{f"{own}__in": pks})
    found: dict[int, list[int]] = {}
    for pk, target in links.order_by(other).values_list(f"{own}_id", other):
        found.setdefault(pk, []).append(target)
    return found


def _owned(item, accessor, numbers):
    if item.pk is None:
        return []
    owned = part(type(item), accessor)
    parts, rows = shape(owned.model, owned.apart), list(owned.rows(item))
    pks = [row.pk for row in rows]
    related = {name: _related(owned.model, name, pks) for name in parts.relations if pks}
    if numbers is not None:
        numbers |= {str(row.key): row.pk for row in rows}
    return [
        {
            "key": str(row.key),
            **_columns(row, parts),
            "relations": {name: related[name].get(row.pk, []) for name in parts.relations},
            "owned": {name: _owned(row, name, numbers) for name in parts.owned},
        }
        for row in rows
    ]


def write(data: dict, item, codes: Iterable[str] = languages.CODES):
    """Give ``item``, which is saved already, the facts of ``data`` and its texts in ``codes``.

    Saves the row, then its relations and owned rows. What has since been deleted is left out.
    """
    fill(data, item, codes)
    item.save()
    write_rows(data, item, codes)


def fill(data: dict, item, codes: Iterable[str] = languages.CODES, apart: tuple[str, ...] = ()):
    """The columns alone, without saving. Parts that ``data`` does not know stay as they are."""
    parts = shape(type(item), apart)
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


def write_rows(
    data: dict, item, codes: Iterable[str] = languages.CODES, apart: tuple[str, ...] = ()
):
    """Relations and owned rows. Rows are matched by key: none is deleted to be made again."""
    parts = shape(type(item), apart)
    for name in parts.relations:
        if name in data["relations"]:
            known = item._meta.get_field(name).remote_field.model._base_manager
            getattr(item, name).set(known.filter(pk__in=data["relations"][name]))
    for name in parts.owned:
        if name in data["owned"]:
            _write_owned(data["owned"][name], item, name, codes)


def _write_owned(entries, item, accessor, codes):
    owned = part(type(item), accessor)
    existing = {str(row.key): row for row in owned.rows(item)}
    for key in existing.keys() - {entry["key"] for entry in entries}:
        existing[key].delete()
    for entry in entries:
        row, told = existing.get(entry["key"]), codes
        if row is None:
            # A new row comes whole: what it says in one language alone may mean nothing.
            row, told = owned.model(key=entry["key"], **owned.link(item)), languages.CODES
        fill(entry, row, told, owned.apart)
        row.save()
        write_rows(entry, row, told, owned.apart)


def differences(model, before: dict, after: dict, *, apart=(), row=None) -> list[Change]:
    """What a reader would find changed, in the order of the form; null equals empty."""
    parts = shape(model, apart)
    changes = []

    def compare(name, language, old, new):
        if plain(old) != plain(new):
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
    owned = part(model, accessor)
    old, new = ({e["key"]: e for e in data.get(accessor, ())} for data in (before, after))
    changes = []
    for key in dict.fromkeys((*old, *new)):
        row = (accessor, key)
        if key in old and key in new:
            changes += differences(owned.model, old[key], new[key], apart=owned.apart, row=row)
        else:
            changes.append(Change(model, accessor, None, old.get(key), new.get(key), row))
    return changes


def plain(value):
    """What of a value counts in a comparison: browsers end lines in a way of their own."""
    if isinstance(value, str):
        value = value.replace("\r\n", "\n")
    return None if value in ("", [], {}) else value


def changed_languages(changes: Iterable[Change]) -> list[str]:
    """A shared fact concerns every language."""
    touched = {change.language for change in changes}
    return [code for code in languages.CODES if code in touched or None in touched]
