"""What the head of every public page tells to programs."""

from django import template
from django.conf import settings
from django.utils import timezone

from portal.machines.linked import author, linked_data, stamp
from portal.machines.subjects import section_name, subject_of
from publishing.editorial import languages
from publishing.editorial.richtext import data_block

register = template.Library()

# Open Graph wants a territory with each language.
LOCALES = {"en": "en_GB", "zh-hans": "zh_CN"}


@register.inclusion_tag("portal/machines/head.html", takes_context=True)
def machine_head(context):
    """Open Graph, cards and linked data; nothing on pages that no program should keep."""
    subject, site, urls = subject_of(context), context["site"], context["page_urls"]
    here = subject.language
    there = languages.other(here)
    alternates = [alternate.hreflang for alternate in urls.alternates]
    return {
        "subject": subject,
        "site": site,
        "address": urls.canonical,
        "locale": LOCALES[here],
        "other_locale": LOCALES[there] if languages.TAGS[there] in alternates else "",
        "published": stamp(subject.published),
        "updated": subject.is_article and stamp(subject.item.last_updated(here)),
        "author": subject.is_article and author(subject.item, site)["name"],
        "data": data_block(linked_data(subject, context)),
        "government": site.government_tags and government(subject, context),
    }


def government(subject, context):
    """The names that Chinese government sites give to their facts."""
    column = section_name(context.get("nav_key"))
    date = subject.published
    return {
        "domain": settings.PORTAL_BASE_URL.partition("://")[2],
        "column": column,
        "date": date and timezone.localtime(date),
        "source": subject.is_article and (subject.item.source_name or context["site"].name),
    }
