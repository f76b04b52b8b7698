"""Text and dates as the reader's language writes them."""

import re

from django import template
from django.utils import timezone

from publishing.cache.frames import Frames
from publishing.editorial import dates, languages, richtext
from publishing.editorial.addresses import address_of
from publishing.editorial.records import ChangeNote

register = template.Library()

PAGERS = Frames("components/_pager.html")
ADDRESSES = Frames("components/_address.html")
UPDATES, NOTES = Frames("components/_updates.html"), Frames("components/_update.html")
_AFTER_PHRASE = re.compile(r"(?<=[，；：。！？])(?![，；：。！？”’」』》）])")


@register.filter
def richtext_html(text):
    return richtext.render(text)


@register.filter
def partial_date(text):
    """ "25 September 2020", "May 2016", 2016年5月; an empty string for an unknown date."""
    date = dates.read(text)
    return date.localised() if date else ""


@register.filter(expects_localtime=True)
def stamp(instant):
    """For programs: an instant in the office's zone, to the second."""
    return instant.isoformat(timespec="seconds")


@register.filter
def phrases(text):
    """A Chinese headline of several phrases, cut after its punctuation; else nothing.

    Set as blocks, its lines rather end there than within a word.
    """
    found = [phrase for phrase in _AFTER_PHRASE.split(text or "") if phrase]
    return found if len(found) > 1 else []


@register.filter
def entry(mapping, key):
    """``{{ labels|entry:name }}``: the entry under a key that is known only here."""
    return mapping.get(key, "")


@register.filter
def lang_tag(code):
    """The BCP 47 tag of a language code: zh-hans is zh-Hans."""
    return languages.TAGS[code]


@register.filter
def name_here(institution):
    """The name in the reader's language, else the other one: names are never left out."""
    return languages.first_text(institution, "name")


@register.filter
def name_elsewhere(institution):
    """The name in the other language, where both are known and differ."""
    here = languages.active()
    there = languages.text(institution, "name", languages.other(here))
    return (
        there
        if languages.text(institution, "name", here) and there != name_here(institution)
        else ""
    )


@register.simple_tag
def updates(item):
    """When this text was first published and what has changed since, in the reader's language."""
    language = languages.active()
    first, last = (
        getattr(item, languages.column(name, language))
        for name in ("first_published", "last_updated")
    )
    if not first:
        return ""
    there = getattr(item, "has_change_notes", True)
    notes = list(ChangeNote.objects.of(item).told().filter(language=language)) if there else []
    texts = _instant("first", first)
    if last and any(not note.is_minor for note in notes):
        texts |= _instant("updated", last)
    lines = NOTES.drawn(_instant("at", note.at) | {"note": note.note} for note in notes)
    return UPDATES.drawn([texts | {"notes": lines}])


def _instant(name, instant):
    """For readers and, as ``stamp`` has it, for programs."""
    return {
        f"{name}.day": dates.day_of(instant).full,
        f"{name}.stamp": stamp(timezone.localtime(instant)),
    }


@register.simple_tag
def page_addresses(urls):
    """For the head of a page: its canonical address, and those in each language."""
    links = [{"rel": "canonical", "href": urls.canonical}] if urls.canonical else []
    links += [
        {"rel": "alternate", "hreflang": one.hreflang, "href": one.href} for one in urls.alternates
    ]
    return ADDRESSES.drawn(links)


@register.simple_tag
def cover_address(slug):
    return address_of("cover", slug)


@register.simple_tag
def other_language_tag():
    return languages.TAGS[languages.other(languages.active())]


@register.simple_tag(takes_context=True)
def pager(context, page):
    """The ways to the other pages of a list, around this one and at both ends."""
    if not page.has_other_pages():
        return ""
    return PAGERS.drawn([_pager_texts(page, context["request"].GET)])


def _pager_texts(page, params):
    numbers = list(page.paginator.get_elided_page_range(page.number))
    texts = {
        "previous": str(page.previous_page_number()) if page.has_previous() else "",
        "next": str(page.next_page_number()) if page.has_next() else "",
        "others": _without_page(params),
        "here": numbers.index(page.number),
        "gap": str(next((number for number in numbers if not isinstance(number, int)), "")),
    }
    for place, number in enumerate(numbers):
        texts[f"numbers.{place}"] = str(number) if isinstance(number, int) else None
    return texts


def _without_page(params):
    if params.keys() <= {"page"}:
        return ""
    others = params.copy()
    others.pop("page", None)
    return others.urlencode()


@register.filter
def side_by_side(form):
    """The visible fields of a form in rows: both languages of a text, and what it says belongs
    ``together`` (tuples of names), stand in one row.
    """
    rows, placed = [], set()
    groups = list(getattr(form, "together", ()))
    pairs = [languages.columns(name.removesuffix("_en")) for name in form.fields]
    for field in form.visible_fields():
        if field.name in placed:
            continue
        names = next((names for names in [*groups, *pairs] if field.name in names), (field.name,))
        row = [form[name] for name in names if name in form.fields]
        placed.update(field.name for field in row)
        rows.append(row)
    return rows
