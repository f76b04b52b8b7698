"""What the head of every public page tells to programs."""

from django import template
from django.conf import settings
from django.utils import timezone

from portal.machines.linked import author, date_published, linked_data
from portal.machines.subjects import section_name, subject_of
from publishing.editorial import languages
from publishing.editorial.richtext import data_block

register = template.Library()

# Open Graph wants a territory with each language.
LOCALES = {"en": "en_GB", "zh-hans": "zh_CN"}


@register.inclusion_tag("portal/machines/head.html", takes_context=True)
def machine_head(context):
    """Open Graph, cards and linked data; nothing on pages that no program should keep."""
    subject = subject_of(context)
    here = languages.active()
    alternates = {alternate.hreflang for alternate in context["page_urls"].alternates}
    there = languages.other(here)
    return {
        "subject": subject,
        "site": context["site"],
        "address": context["page_urls"].canonical,
        "locale": LOCALES[here],
        "other_locale": LOCALES[there] if languages.TAGS[there] in alternates else "",
        "published": subject.is_article and date_published(subject.item, here),
        "updated": subject.is_article and subject.item.last_updated(here),
        "author": subject.is_article and author(subject.item, context["site"])["name"],
        "data": data_block(linked_data(subject, context)),
        "government": context["site"].government_tags and government(subject, context),
    }


def government(subject, context):
    """The names that Chinese government sites give to their facts."""
    column = section_name(context.get("nav_key"))
    date = subject.is_article and date_published(subject.item, languages.active())
    return {
        "domain": settings.PORTAL_BASE_URL.partition("://")[2],
        "column": column,
        "date": date and timezone.localtime(date),
        "source": subject.is_article and (subject.item.source_name or context["site"].name),
    }
