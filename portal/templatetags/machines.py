"""What the head of every public page tells to programs."""

from django import template
from django.conf import settings
from django.utils import timezone

from portal.machines.linked import author, linked_data, stamp
from portal.machines.subjects import section_name, subject_of
from publishing.cache.frames import Frames
from publishing.editorial import languages
from publishing.editorial.richtext import data_block

register = template.Library()

HEAD = Frames("portal/machines/head.html")
# Open Graph wants a territory with each language.
LOCALES = {"en": "en_GB", "zh-hans": "zh_CN"}


@register.simple_tag(takes_context=True)
def machine_head(context):
    """Open Graph, cards and linked data; nothing on pages that no program should keep."""
    subject, site, urls = subject_of(context), context["site"], context["page_urls"]
    there = languages.other(subject.language)
    is_translated = any(one.hreflang == languages.TAGS[there] for one in urls.alternates)
    texts = {
        "title": subject.title,
        "description": subject.description,
        "address": urls.canonical,
        "site_name": site.name,
        "locale": LOCALES[subject.language],
        "other_locale": LOCALES[there] if is_translated else "",
        "data": data_block(linked_data(subject, context)),
        "is_article": subject.is_article,
    }
    for shape, picture in (("wide", subject.wide), ("square", subject.square)):
        for name in ("address", "width", "height", "alt"):
            texts[f"{shape}.{name}"] = getattr(picture, name)
    if subject.is_article:
        texts["published"] = stamp(subject.published)
        texts["updated"] = stamp(subject.item.last_updated(subject.language))
        texts["author"] = author(subject.item, site)["name"]
    if site.government_tags:
        texts |= government(subject, context)
    return HEAD.drawn([texts])


def government(subject, context):
    """The names that Chinese government sites give to their facts."""
    site, column = context["site"], section_name(context.get("nav_key"))
    texts = {
        "for_government": True,
        "domain": settings.PORTAL_BASE_URL.partition("://")[2],
        "code": site.government_code,
        "column": column,
    }
    if subject.is_article:
        date = subject.published
        texts["date"] = f"{timezone.localtime(date):%Y-%m-%d %H:%M}" if date else ""
        texts["source"] = subject.item.source_name or site.name
    elif column:
        texts["column_description"] = subject.description or column
    return texts
