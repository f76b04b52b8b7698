"""What a text says of partners: whom it names, and whether the register knows them."""

import re

from django.db.models import Value
from django.db.models.functions import StrIndex
from django.utils.translation import gettext as _

from partners.models import Agreement, Institution, InstitutionName
from publishing.editorial import languages, markup
from publishing.editorial.checks import WARN, Finding, register
from publishing.editorial.languages import column

# Shorter names, such as abbreviations of two letters, stand in too many other words.
SHORTEST = {"en": 3, "zh-hans": 3}
HAN = r"[\u4e00-\u9fff]"
_ORGANISATION = {
    "en": re.compile(
        r"\b(?:University of (?:[A-Z][\w'’-]+)(?: [A-Z][\w'’-]+)*"
        r"|(?:[A-Z][\w'’-]+ ){1,4}(?:University|College|Academy))\b"
    ),
    "zh-hans": re.compile(rf"{HAN}{{2,8}}大学(?!生|城|校)"),
}
# "所大学" counts universities and names none.
_NO_NAME = re.compile(r"(?:[所多各该本座批些类家等的]|综合性|知名|著名|高水平)大学$")
_AGREEMENT = {
    "en": re.compile(
        r"\b(?:sign(?:ed|ing)?|conclud(?:ed|ing)|enter(?:ed)? into)\b[^.]{0,120}?"
        r"\b(?:agreement|memorandum|MoU|MOU|letter of intent)\b"
        r"|\b(?:agreement|memorandum of \w+|MoU|MOU|letter of intent)\b[^.]{0,60}?\bsigned\b",
        re.IGNORECASE,
    ),
    "zh-hans": re.compile(r"(?:签署|签订|签约|缔结)[^。]{0,40}?(?:协议|备忘录|意向书|合同)"),
}


def _relates_to(item, model) -> str:
    """The many-to-many field by which an item names rows of ``model``, if it has one."""
    fields = item._meta.local_many_to_many
    return next((f.name for f in fields if f.related_model is model), "")


def _named_in(rows, name: str, text: str):
    """``(row key, name)`` of rows whose name stands in the text; the database does the looking."""
    known = rows.exclude(**{name: ""}).exclude(**{f"{name}__isnull": True})
    found = known.annotate(stands_at=StrIndex(Value(text), name)).filter(stands_at__gt=0)
    return found.order_by()


def named_institutions(text: str, language: str) -> dict[int, str]:
    """Keys of the institutions that a text names, each with the longest name that stands there."""
    name = column("name", language)
    tag = languages.TAGS[language]
    pairs = [
        *_named_in(Institution.objects.all(), name, text).values_list("pk", name),
        *_named_in(InstitutionName.objects.filter(lang=tag), "text", text).values_list(
            "institution", "text"
        ),
    ]
    pairs = [pair for pair in pairs if len(pair[1]) >= SHORTEST[language]]
    named: dict[int, str] = {}
    # The longest first: "University of Cambridge" is not named inside a centre's longer name.
    for key, words in sorted(pairs, key=lambda pair: -len(pair[1])):
        pattern = re.compile(_edged(words))
        if pattern.search(text):
            named.setdefault(key, words)
            text = pattern.sub("\n", text)
    return named


def _edged(words):
    """Whole words; Chinese has no boundaries between them."""
    return rf"(?<!\w){re.escape(words)}(?!\w)" if words.isascii() else re.escape(words)


def _field_with(texts, words) -> str:
    return next((field for field, text in texts.items() if words in text), "")


@register()
def unlinked_institutions(item, language):
    relation = _relates_to(item, Institution)
    if not relation:
        return
    texts = markup.plain_texts(item, language)
    linked = set(getattr(item, relation).values_list("pk", flat=True))
    own = set(Institution.objects.filter(is_own=True).values_list("pk", flat=True))
    for key, words in named_institutions("\n".join(texts.values()), language).items():
        if key not in linked | own:
            sentence = _("“%(name)s” is named but not linked as an institution.")
            yield Finding(WARN, "unlinked_institution", relation, sentence % {"name": words})


@register()
def unknown_institutions(item, language):
    """What looks like the name of a university and is in nobody's record."""
    if not _relates_to(item, Institution):
        return
    texts = markup.plain_texts(item, language)
    text = "\n".join(texts.values())
    for words in named_institutions(text, language).values():
        text = text.replace(words, "\n")
    for words in dict.fromkeys(_ORGANISATION[language].findall(text)):
        if language == "zh-hans" and _NO_NAME.search(words):
            continue
        sentence = _("“%(name)s” is not among the institutions on record.")
        yield Finding(
            WARN, "unknown_institution", _field_with(texts, words), sentence % {"name": words}
        )


@register()
def unlinked_agreements(item, language):
    relation = _relates_to(item, Agreement)
    if not relation:
        return
    texts = markup.plain_texts(item, language)
    text = "\n".join(texts.values())
    linked = set(getattr(item, relation).values_list("pk", flat=True))
    title = column("title", language)
    named = _named_in(Agreement.objects.all(), title, text).values_list("pk", title)
    for key, words in named:
        if key not in linked:
            sentence = _("The agreement “%(title)s” is named but not linked.")
            yield Finding(WARN, "unlinked_agreement", relation, sentence % {"title": words})
    if not linked and not named and (match := _AGREEMENT[language].search(text)):
        sentence = _(
            "The text speaks of an agreement, but none of the register is linked: “%(text)s”"
        )
        values = {"text": " ".join(match[0].split())[:80]}
        yield Finding(WARN, "agreement_not_linked", relation, sentence % values)
