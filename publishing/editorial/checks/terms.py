"""What the term bank knows: slips, titles taken for names, two titles for one person."""

import re

from django.utils.translation import gettext as _

from publishing.editorial import markup
from publishing.editorial.checks import WARN, Finding, register
from publishing.editorial.terms import Term

_PERSON = r"(?:[A-Z][\w'’-]+\.?)(?: (?:[A-Z][\w'’-]*\.?)){1,3}"


def _whole(text: str) -> str:
    """The words of ``text`` and no part of another word. Chinese has no word boundaries."""
    edges = (r"(?<![A-Za-z])", r"(?![A-Za-z])") if text.isascii() else ("", "")
    return re.escape(text).join(edges)


@register()
def avoided_words(item, language):
    terms = [term for term in Term.objects.all() if term.avoided]
    texts = markup.plain_texts(item, language)
    for term in terms:
        for avoided in term.avoided:
            pattern = re.compile(_whole(avoided))
            for field, text in texts.items():
                if match := pattern.search(_without(term.text(language), avoided, text)):
                    yield _avoided(term, avoided, field, text, match, language)


def _without(right, avoided, text):
    """The text without the right word, where that contains the wrong one."""
    return text.replace(right, " " * len(right)) if avoided in right else text


def _avoided(term, avoided, field, text, match, language):
    values = {"text": avoided, "term": term.text(language), "chinese": term.zh_hans}
    if term.kind == Term.Kind.TITLE and language == "en":
        before = re.search(r"[A-Z][\w'-]+ $", text[: match.start()])
        values["text"] = (before[0] if before else "") + avoided
        sentence = _("“%(text)s”: that is a title (%(chinese)s, %(term)s), not a name.")
        return Finding(WARN, "title_as_name", field, sentence % values)
    sentence = _("“%(text)s”: the term bank says “%(term)s”.")
    return Finding(WARN, "term", field, sentence % values)


@register()
def two_titles_for_one_person(item, language):
    """English only: a Chinese name does not show where it ends."""
    if language != "en":
        return
    titles = sorted(Term.objects.titles().values_list("en", flat=True), key=len, reverse=True)
    if not titles:
        return
    title = "|".join(map(re.escape, titles))
    before = re.compile(rf"(?<![\w-])({title}) ({_PERSON})")
    after = re.compile(rf"({_PERSON}), (?:the |then )?({title})(?![\w-])")
    for field, text in markup.plain_texts(item, language).items():
        held: dict[str, dict[str, None]] = {}
        for match in before.finditer(text):
            held.setdefault(match[2], {})[match[1]] = None
        for match in after.finditer(text):
            held.setdefault(match[1], {})[match[2]] = None
        for person, names in held.items():
            if len(names) > 1:
                sentence = _("%(person)s has two titles here: %(titles)s.")
                values = {"person": person, "titles": ", ".join(names)}
                yield Finding(WARN, "two_titles", field, sentence % values)
