"""What can be counted. The floors above register their models here."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

TOKEN = re.compile(r"([a-z][a-z0-9_]{0,31})-([1-9][0-9]{0,17})")


class Item(NamedTuple):
    """One thing that is counted; written ``release-12`` in addresses and journals."""

    kind: str
    id: int

    def __str__(self):
        return f"{self.kind}-{self.id}"


class Kind(NamedTuple):
    key: str
    label: str
    public_ids: Callable[[set[int]], set[int]]

    @property
    def model(self):
        return apps.get_model(self.label)


class Gathering(NamedTuple):
    """Something that is not counted itself and has the views of the items it gathers."""

    key: str
    label: str
    kind: str
    ids_of: Callable[[int], Iterable[int]]

    @property
    def model(self):
        return apps.get_model(self.label)


_kinds: dict[str, Kind] = {}
_gatherings: dict[str, Gathering] = {}


def register(key: str, model, public_ids: Callable[[set[int]], set[int]]) -> None:
    """``model`` is a class or ``"app.Model"``; ``public_ids`` keeps those a visitor may see."""
    if not TOKEN.fullmatch(f"{key}-1"):
        raise ImproperlyConfigured(f"Not a key for counting: {key!r}. Use small ASCII letters.")
    label = model if isinstance(model, str) else model._meta.label
    _kinds[key] = Kind(key, label.lower(), public_ids)


def gather(key: str, model: str, kind: str, ids_of: Callable[[int], Iterable[int]]) -> None:
    """``ids_of`` gives the keys of the items of ``kind`` that belong to a row of ``model``."""
    _gatherings[key] = Gathering(key, model.lower(), kind, ids_of)


def gathering(token: str) -> tuple[Gathering, int] | None:
    """What a token such as ``partner-12`` gathers, and the key of its row."""
    match = TOKEN.fullmatch(token)
    if match is None or match[1] not in _gatherings:
        return None
    return _gatherings[match[1]], int(match[2])


def gathering_of(instance) -> str:
    """The token of a row that gathers; empty where its model does not."""
    label = instance._meta.concrete_model._meta.label_lower
    found = (each.key for each in _gatherings.values() if each.label == label)
    return next((f"{key}-{instance.pk}" for key in found), "")


def unregister(key: str) -> None:
    _kinds.pop(key, None)


def get(key: str) -> Kind | None:
    return _kinds.get(key)


def keys() -> list[str]:
    return sorted(_kinds)


def parse(token: str) -> Item | None:
    """The item that a token names, if its kind is counted at all."""
    match = TOKEN.fullmatch(token)
    if match is None or match[1] not in _kinds:
        return None
    return Item(match[1], int(match[2]))


def item_of(instance) -> Item:
    return Item(key_of(type(instance)), instance.pk)


def key_of(model) -> str:
    """The key of a model. Raises LookupError where the model is not counted."""
    label = model._meta.concrete_model._meta.label_lower
    for kind in _kinds.values():
        if kind.label == label:
            return kind.key
    raise LookupError(f"{label} is not registered for counting.")


def by_kind(items: Iterable[Item]) -> dict[str, set[int]]:
    grouped: dict[str, set[int]] = {}
    for kind, object_id in items:
        grouped.setdefault(kind, set()).add(object_id)
    return grouped


def public(items: Iterable[Item]) -> set[Item]:
    """Those of the items that a visitor may see now. One query per kind."""
    return {
        Item(key, object_id)
        for key, ids in by_kind(items).items()
        if key in _kinds
        for object_id in _kinds[key].public_ids(ids)
    }
