"""What is looked at before a language of an item is published.

A check is a function ``check(item, language) -> Iterable[Finding]``, registered for a kind of item
with ``@register(Model)``. The floors above register their own. Adding one is adding a function.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models

from publishing.editorial.models import Publishable

BLOCK, WARN = "block", "warn"


@dataclass(frozen=True)
class Finding:
    """``field`` is a field of the staff form, as ``headline_en``; empty where there is none."""

    level: str
    code: str
    field: str
    sentence: str

    @property
    def blocks(self) -> bool:
        return self.level == BLOCK


Check = Callable[[Publishable, str], Iterable[Finding]]

_checks: dict[Check, tuple[type[models.Model], str]] = {}


def register(model: type[models.Model] = Publishable, *, level: str = WARN):
    """A check yields findings of its one ``level``; those that block also guard the service."""

    def add(check: Check) -> Check:
        _checks[check] = (model, level)
        return check

    return add


def blocking(item, language: str) -> list[Finding]:
    return _run(item, language, BLOCK)


def warnings(item, language: str) -> list[Finding]:
    """``item`` has been saved: warnings read its relations."""
    return _run(item, language, WARN)


def findings(item, language: str) -> list[Finding]:
    """What blocks first, then what warns."""
    return blocking(item, language) + warnings(item, language)


def _run(item, language, level):
    found = []
    for check, (model, its_level) in _checks.items():
        if its_level == level and isinstance(item, model):
            found += check(item, language)
    return found
