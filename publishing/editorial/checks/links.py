"""Links in rich texts: safe, not broken, not about to break, and readable on their own."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.editorial import languages, markup, targets
from publishing.editorial.checks import BLOCK, WARN, Finding, register

SCHEMES = {"http", "https", "mailto", "tel"}
# Pages of the site that are not for readers.
_CLOSED = ("admin:", "preview")


def is_unsafe(href: str) -> bool:
    """Another scheme, a host without one, a password, or a machine of one's own network."""
    if href.startswith(("//", "/\\", "\\")):
        return True
    try:
        parts = urlsplit(href)
        host = parts.hostname or ""
    except ValueError:
        return True
    if parts.scheme and parts.scheme not in SCHEMES:
        return True
    return bool(parts.username or parts.password) or (bool(host) and _is_local(host, href))


def _is_local(host, href):
    if href.startswith(settings.PORTAL_BASE_URL):
        return False
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host


def _is_relative(href):
    return not href.startswith(("/", "#")) and not urlsplit(href).scheme


@register(level=BLOCK)
def unsafe_links(item, language):
    for field, link in markup.links(item, language):
        if is_unsafe(link.href):
            sentence = _("The link “%(text)s” is not safe: %(address)s") % {
                "text": link.text,
                "address": link.href,
            }
            yield Finding(BLOCK, "unsafe_link", field, sentence)


def _internal(item, language):
    """``(field, Link, Address or None)`` for the links that stay on the site."""
    for field, link in markup.links(item, language):
        if targets.is_internal(link.href) and not link.href.startswith(settings.STATIC_URL):
            yield field, link, targets.read(link.href, language)


@register(level=BLOCK)
def broken_links(item, language):
    links = list(_internal(item, language))
    known = targets.find(address for _field, _link, address in links if address)
    for field, link, address in links:
        missing = address is None or address.url_name.startswith(_CLOSED)
        if missing or (address.page and known[address] is None):
            yield Finding(BLOCK, "broken_link", field, _broken(link))
    for field, link in markup.links(item, language):
        if not is_unsafe(link.href) and _is_relative(link.href):
            yield Finding(BLOCK, "broken_link", field, _broken(link))


def _broken(link):
    return _("The link “%(text)s” leads nowhere: %(address)s") % {
        "text": link.text,
        "address": link.href,
    }


@register()
def fading_links(item, language):
    """Links to what the public cannot read, or will not be able to read for long."""
    links = [(f, link, a) for f, link, a in _internal(item, language) if a and a.page]
    known = targets.find(address for _field, _link, address in links)
    for field, link, address in links:
        target = known[address]
        if target is None:
            continue
        named = {"text": link.text, "title": str(target.row)}
        if not target.is_public:
            sentence = _("The link “%(text)s” leads to something unpublished: %(title)s")
            yield Finding(WARN, "unpublished_link", field, sentence % named)
        elif end := _expiry(target.row, address.language):
            sentence = _(
                "The link “%(text)s” leads to something that expires on %(date)s: %(title)s"
            )
            named["date"] = timezone.localtime(end).date().isoformat()
            yield Finding(WARN, "expiring_link", field, sentence % named)


def _expiry(row, language):
    return row.window(language)[2] if hasattr(row, "window") else None


EMPTY_WORDS = {
    "en": {
        "click", "click here", "details", "here", "learn more", "link", "more",
        "read more", "see here", "this", "this link", "this page",
    },
    "zh-hans": {
        "click here", "here", "更多", "查看", "查看更多", "此处", "此链接", "点击",
        "点击查看", "点击此处", "点击这里", "点此", "点这里", "详情", "这里", "链接",
        "阅读更多",
    },
}  # fmt: skip


@register()
def link_texts(item, language):
    """A screen reader lists links without what stands around them."""
    for field, link in markup.links(item, language):
        words = " ".join(link.text.split()).strip(" .…>»。！!").lower()
        if not words or words in EMPTY_WORDS[language]:
            sentence = _("The link text “%(text)s” does not say where it leads.")
            yield Finding(WARN, "link_text", field, sentence % {"text": link.text.strip()})


@register()
def heading_order(item, language):
    for name in markup.rich_fields(type(item)):
        level = 1
        for heading in markup.outline(languages.text(item, name, language)).headings:
            field = languages.column(name, language)
            if not heading.text.strip():
                yield Finding(WARN, "empty_heading", field, _("A heading is empty."))
            elif heading.level > level + 1:
                sentence = _("The heading “%(text)s” skips a level.")
                yield Finding(WARN, "heading_order", field, sentence % {"text": heading.text})
            level = heading.level
