"""A release as ninjs 3.1 (IPTC), the form in which news agencies take it over."""

from django.urls import reverse

from news.models import Release
from portal.models import SiteSettings
from publishing.editorial import languages, richtext
from publishing.editorial.addresses import absolute
from publishing.editorial.languages import column
from publishing.media.renditions import rendition

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}
PURPOSES = ("lead", "social", "square")


def news_item(release: Release, language: str) -> dict:
    """``release`` with what shapes.releases() brings along; one language of it."""
    office = SiteSettings.load()
    body = richtext.portable(languages.text(release, "body", language), language)
    plain = richtext.plain(body)
    item = {
        "uri": absolute(release.get_absolute_url(language)),
        "standard": STANDARD,
        "type": "text",
        "representationType": "full",
        "language": languages.TAGS[language],
        "pubStatus": "canceled" if release.is_withdrawn(language) else "usable",
        "firstCreated": stamp(getattr(release, column("first_published", language))),
        "versionCreated": stamp(release.last_updated(language) or release.publish_at(language)),
        "contentCreated": stamp(release.created_at),
        "located": languages.text(release, "dateline_place", language),
        "copyrightHolder": languages.first_text(office, "name"),
        "headlines": [{"role": "main", "value": release.title_in(language)}],
        "descriptions": described(languages.text(release, "summary", language)),
        "bodies": [
            {"role": "main", "contentType": "text/html", "value": body},
            {
                "role": "plain",
                "contentType": "text/plain",
                "charCount": len(plain),
                "value": plain,
            },
        ],
        "organisations": [organisation(one, language) for one in release.shown_institutions],
        "events": [event(one, language) for one in release.shown_events],
        "subjects": subjects(release, language),
        "infoSources": sources(release, language),
        "associations": pictures(release, language),
        "altIds": [{"role": "slug", "value": release.slug}],
    }
    return {name: value for name, value in item.items() if value}


def stamp(instant) -> str:
    return instant.isoformat(timespec="seconds") if instant else ""


def described(summary: str) -> list[dict]:
    return [{"role": "summary", "value": summary}] if summary else []


def organisation(one, language) -> dict:
    name = languages.text(one, "name", language) or languages.first_text(one, "name")
    address = absolute(reverse("partners:institution", kwargs={"slug": one.slug}))
    return {"name": name, "rel": "mentions", "uri": address}


def event(one, language) -> dict:
    known = one.public_languages()
    shown = language if language in known else known[0]
    return {
        "name": one.title_in(shown),
        "rel": "about",
        "uri": absolute(one.get_absolute_url(shown)),
    }


def subjects(release, language) -> list[dict]:
    field = release.field
    if field is None:
        return []
    name = languages.text(field, "name", language) or languages.first_text(field, "name")
    return [{"name": name, "rel": "about", "literal": field.slug}]


def sources(release, language) -> list[dict]:
    name = languages.text(release, "source_name", language)
    if not name:
        return []
    source = {"name": name, "role": "source"}
    return [source | ({"uri": release.source_url} if release.source_url else {})]


def pictures(release, language) -> list[dict]:
    image = release.lead_image
    if image is None:
        return []
    made = [rendition(image, purpose) for purpose in PURPOSES]
    caption = languages.text(image, "caption", language)
    picture = {
        "name": "lead image",
        "rel": "illustrates",
        "uri": absolute(made[0].url),
        "type": "picture",
        "by": languages.text(image, "credit", language),
        "descriptions": described(caption or languages.text(image, "alt", language)),
        "renditions": [
            {
                "name": one.purpose.name,
                "href": absolute(one.url),
                "contentType": one.content_type,
                "width": one.size[0],
                "height": one.size[1],
            }
            for one in made
        ],
    }
    return [{name: value for name, value in picture.items() if value}]
