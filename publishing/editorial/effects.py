"""What else changes when a language of an item is published, told before it happens.

The floors above register functions ``effect(item, language) -> Iterable[Effect]``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _

from publishing.editorial.models import Publishable


@dataclass(frozen=True)
class Effect:
    """``notable``: a reason to ask before publishing, and not merely worth knowing."""

    sentence: str
    url: str = ""
    notable: bool = False


_effects: list[tuple[type[models.Model], Callable]] = []


def register(model: type[models.Model] = Publishable):
    def add(effect: Callable[[Publishable, str], Iterable[Effect]]):
        _effects.append((model, effect))
        return effect

    return add


def of(item, language: str) -> list[Effect]:
    return [
        effect
        for model, function in _effects
        if isinstance(item, model)
        for effect in function(item, language)
    ]


@register()
def moved_address(item, language):
    """A working copy with another address: the old one will lead to it."""
    live = item.item
    if item.is_copy and item.slug != live.slug and live.has_been_public():
        sentence = _("%(old)s will lead to %(new)s.") % {
            "old": live.get_absolute_url(language),
            "new": item.get_absolute_url(language),
        }
        yield Effect(sentence, notable=True)
