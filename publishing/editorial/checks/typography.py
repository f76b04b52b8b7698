"""How the words are set: slips that nobody sees in a long text until it is public."""

import re

from django.utils.translation import gettext as _

from publishing.editorial import markup
from publishing.editorial.checks import WARN, Finding, register
from publishing.editorial.languages import column

HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_ADDRESSES = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\S+")
# "partnersBuilding": a small word with a capital inside. Names that do so begin with a capital.
_GLUED = re.compile(r"\b[a-z]{3,}[A-Z][a-z]{2,}\b|\b[A-Za-z]*[a-z]{2,}[.,;:!?][A-Z][a-z]+\b")
_HALF_WIDTH = re.compile(
    rf"{HAN}[,;:!?](?!//)|{HAN}\.(?=\s|$|{HAN})|{HAN}\(|\){HAN}|\({HAN}|{HAN}\)"
)
_ASCII_QUOTES = re.compile(rf"""{HAN}["']|["']{HAN}""")

# Longer titles are cut off by search engines and wrap into a fourth line on a telephone.
TITLE_LIMITS = {"en": 110, "zh-hans": 45}


def _excerpt(text, match, around=8):
    start, end = max(match.start() - around, 0), match.end() + around
    return " ".join(text[start:end].split())


def _each(item, language, pattern):
    """The first place in each text that the pattern finds, with its field."""
    for field, text in markup.plain_texts(item, language).items():
        text = _ADDRESSES.sub(" ", text)
        if match := pattern.search(text):
            yield field, text, match


@register()
def glued_words(item, language):
    if language != "en":
        return
    for field, text in markup.plain_texts(item, language).items():
        for glued in dict.fromkeys(_GLUED.findall(_ADDRESSES.sub(" ", text))):
            sentence = _("Two words are glued together: “%(text)s”") % {"text": glued}
            yield Finding(WARN, "glued", field, sentence)


@register()
def half_width_punctuation(item, language):
    if language != "zh-hans":
        return
    for field, text, match in _each(item, language, _HALF_WIDTH):
        sentence = _("Half-width punctuation in Chinese: “%(text)s”")
        yield Finding(WARN, "half_width", field, sentence % {"text": _excerpt(text, match)})


@register()
def ascii_quotes(item, language):
    if language != "zh-hans":
        return
    for field, text, match in _each(item, language, _ASCII_QUOTES):
        sentence = _("Straight quotation marks in Chinese: “%(text)s”")
        yield Finding(WARN, "ascii_quotes", field, sentence % {"text": _excerpt(text, match)})


@register()
def title_length(item, language):
    limit = TITLE_LIMITS[language]
    length = len(item.title_in(language))
    if length > limit:
        sentence = _("The title is long: %(length)s characters; %(limit)s are enough.")
        field = column(item.title_field, language)
        yield Finding(WARN, "title_length", field, sentence % {"length": length, "limit": limit})
