"""The two languages of the portal, and the names of their columns.

Every filter, ordering, search and export names a language's column; only reading an attribute
follows the reader's language.
"""

from functools import cache

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

CODES = tuple(code for code, _name in settings.LANGUAGES)

# What each language calls itself, and its BCP 47 tag.
OWN_NAMES = {"en": "English", "zh-hans": "简体中文"}
SHORT_NAMES = {"en": "English", "zh-hans": "中文"}
TAGS = {"en": "en", "zh-hans": "zh-Hans"}


@cache
def suffix(language: str) -> str:
    return language.replace("-", "_")


@cache
def column(name: str, language: str) -> str:
    return f"{name}_{suffix(language)}"


def columns(*names: str) -> tuple[str, ...]:
    """Every language's column of ``names``: for admin rows, searches and exports."""
    return tuple(column(name, code) for name in names for code in CODES)


def active() -> str:
    """The reader's language; the default one outside a request."""
    language = get_language() or settings.LANGUAGE_CODE
    return language if language in CODES else settings.LANGUAGE_CODE


@cache
def other(language: str) -> str:
    return next(code for code in CODES if code != language)


def text(instance, name: str, language: str) -> str:
    return getattr(instance, column(name, language)) or ""


def first_text(instance, name: str, language: str = "") -> str:
    """``name`` in the reader's language or, for staff lists only, in the other one."""
    language = language or active()
    return text(instance, name, language) or text(instance, name, other(language))


def language_name(code: str) -> str:
    """ "English" or "Chinese" in the words of whoever reads: for sentences to staff."""
    return str({"en": _("English"), "zh-hans": _("Chinese")}[code])


def name_of_tag(tag: str) -> str:
    """What the language of a BCP 47 tag calls itself; the tag where that is not known."""
    known = {TAGS[code]: name for code, name in OWN_NAMES.items()}
    return known.get(tag, tag)
