"""What stands around the text of a release, in the reader's language and drawn from frames.

Templates call these functions as tags (``news/templatetags/news.py``).
"""

from urllib.parse import quote

from django.utils.safestring import SafeString

from partners.templatetags.partners import agreement_status
from publishing.cache.frames import Frames
from publishing.editorial import languages
from publishing.editorial.addresses import address_of
from publishing.media.templatetags.media import picture

HERO = Frames("components/_picture.html")
SHARE = Frames("news/_share.html")
HELD = Frames("news/_held.html")
PARTY = Frames("news/_party.html")
SIGNED = Frames("news/_signed.html")
PARTNER = Frames("news/_partner_chip.html")
NEIGHBOURS = Frames("news/_prevnext.html")


def hero(release) -> SafeString:
    """The photograph or the drawn cover that opens the page."""
    image = release.lead_image
    texts = {"slug": release.slug, "drawn": picture(image, "hero") if image else ""}
    return HERO.drawn([texts | {"shared": True, "eager": True}])


def share(release, address: str) -> SafeString:
    """Copy, mail, print, and a QR code for telephones; nothing comes from another host."""
    headline = languages.text(release, "headline", languages.active())
    texts = {
        "page_address": address,
        "mail.subject": quote(headline),
        "mail.body": quote(address),
        "code": address_of("news:release_code", release.slug) if release.slug else "",
    }
    return SHARE.drawn([texts])


def held(events) -> SafeString:
    here = languages.active()
    return HELD.drawn(
        {
            "address": event.get_absolute_url(here),
            "title": event.title_in(here),
            "date": event.printed_date.full if event.printed_date else "",
            "place": str(event.place.in_short) if event.place else "",
        }
        for event in events
    )


def parties(rows) -> SafeString:
    here = languages.active()
    return PARTY.drawn(
        {
            "address": row.institution.get_absolute_url(here) if row.is_open else "",
            "name": row.name_in(here),
        }
        for row in rows
    )


def signed(agreements) -> SafeString:
    here = languages.active()
    return SIGNED.drawn(
        {
            "address": agreement.get_absolute_url(here),
            "title": languages.text(agreement, "title", here) or str(agreement.kind),
            "status": agreement_status(agreement),
        }
        for agreement in agreements
    )


def partners(institutions) -> SafeString:
    here = languages.active()
    return PARTNER.drawn(
        {
            "address": institution.get_absolute_url(here),
            "name": languages.first_text(institution, "name", here),
        }
        for institution in institutions
    )


def neighbours(earlier, later) -> SafeString:
    here = languages.active()
    texts = {}
    for name, release in (("earlier", earlier), ("later", later)):
        texts[f"{name}.address"] = release.get_absolute_url(here) if release else ""
        texts[f"{name}.title"] = release.list_title_in(here) if release else ""
    return NEIGHBOURS.drawn([texts])
