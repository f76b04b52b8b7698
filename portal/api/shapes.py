"""Rows as the interface shows them: public fields only, both languages, absolute addresses."""

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import translation

from news.models import Event, Release
from partners.models import Agreement, Institution
from partners.register import status_of
from publishing.editorial import languages, richtext
from publishing.editorial.addresses import absolute
from publishing.media.renditions import rendition


def texts(row, name: str) -> dict[str, str]:
    found = {languages.TAGS[code]: languages.text(row, name, code) for code in languages.CODES}
    return {tag: text for tag, text in found.items() if text}


def addresses(name: str, **kwargs) -> dict[str, str]:
    found = {}
    for code in languages.CODES:
        with translation.override(code):
            found[languages.TAGS[code]] = absolute(reverse(name, kwargs=kwargs))
    return found


def published_texts(item, *, full: bool) -> dict[str, dict]:
    """What can be read now, by language."""
    return {
        languages.TAGS[code]: {
            "address": absolute(item.get_absolute_url(code)),
            "title": item.title_in(code),
            "summary": languages.text(item, "summary", code),
            "published": item.publish_at(code),
            "updated": item.last_updated(code),
        }
        | ({"body": richtext.portable(languages.text(item, "body", code), code)} if full else {})
        for code in item.public_languages()
    }


# What is named beside an item: only what anybody may see.


def named_institutions():
    return Prefetch("institutions", Institution.objects.public(), "shown_institutions")


def named_agreements():
    return Prefetch("agreements", Agreement.objects.public().only("number"), "shown_agreements")


def named_events():
    events = Event.objects.public_anywhere().defer("body", *languages.columns("body"))
    return Prefetch("events", events, "shown_events")


def releases(rows):
    """Both languages are given, so nothing of either is left to be read row by row."""
    return rows.defer(None).prefetch_related(
        named_institutions(), named_events(), named_agreements()
    )


def release(row: Release, *, full: bool = False) -> dict:
    return {
        "slug": row.slug,
        "kind": row.kind,
        "release_date": row.release_date,
        "field": row.field and row.field.slug,
        "origin": row.origin,
        "source_name": texts(row, "source_name"),
        "source_address": row.source_url,
        "image": absolute(rendition(row.lead_image, "lead").url) if row.lead_image else None,
        "pageviews": row.pageviews,
        "institutions": [one.slug for one in row.shown_institutions],
        "events": [one.slug for one in row.shown_events],
        "agreements": [one.number for one in row.shown_agreements],
        "languages": published_texts(row, full=full),
    }


def events(rows):
    return rows.select_related("field").prefetch_related(named_institutions(), named_agreements())


def event(row: Event, *, full: bool = False) -> dict:
    timed = row.start_time is not None
    return {
        "slug": row.slug,
        "kind": row.kind,
        "mode": row.mode,
        "status": row.status,
        "start_date": row.start_date,
        "end_date": row.end_date,
        "starts_at": row.starts_at if timed else None,
        "ends_at": row.ends_at if timed and row.end_time else None,
        "time_zone": str(row.zone),
        "place": place(row.place),
        "venue": texts(row, "venue"),
        "field": row.field and row.field.slug,
        "institutions": [one.slug for one in row.shown_institutions],
        "agreements": [one.number for one in row.shown_agreements],
        "languages": published_texts(row, full=full),
    }


def place(row) -> dict | None:
    return row and {
        "name": texts(row, "name"),
        "country": next((one.country.code for one in row.chain() if one.country), ""),
        "latitude": row.latitude,
        "longitude": row.longitude,
    }


def institution(row: Institution) -> dict:
    return {
        "slug": row.slug,
        "name": texts(row, "name"),
        "summary": texts(row, "summary"),
        "types": [kind.code for kind in row.types.all()],
        "city": texts(row.city, "name") if row.city else {},
        "country": row.country.code or "",
        "website": texts(row, "website"),
        "established": row.established,
        "status": row.status,
        "identifiers": [
            {"scheme": one.scheme, "value": one.value, "address": one.address}
            for one in row.identifiers.all()
        ],
        "addresses": addresses("partners:institution", slug=row.slug),
    }


def agreement(row: Agreement) -> dict:
    summaries = {languages.TAGS[code]: row.public_summary(code) for code in languages.CODES}
    return {
        "number": row.number,
        "kind": row.kind_id,
        "title": texts(row, "title"),
        "summary": {tag: text for tag, text in summaries.items() if text},
        "parties": [party(one) for one in row.parties.all()],
        "field": row.field and row.field.slug,
        "signed": row.signed,
        "effective": row.effective,
        "ends": row.ends,
        "no_end_agreed": row.is_evergreen,
        "sample_term": row.terms_are_sample,
        "announced": row.announced,
        "status": status_of(row).value,
        "addresses": addresses("partners:agreement", number=row.number),
    }


def party(row) -> dict:
    """A party that is not shown itself is named, but leads nowhere."""
    named = row.institution
    return {
        "institution": named.slug if named and named.may_be_shown else None,
        "name": texts(named, "name") if named else texts(row, "label"),
        "role": row.role,
    }


def milestone(row) -> dict:
    linked = {
        name: getattr(row, name) if (one := getattr(row, name)) and one.public_languages() else None
        for name in ("release", "event")
    }
    agreed = row.agreement if row.agreement and row.agreement.is_listed else None
    return {
        "date": row.date,
        "title": texts(row, "title"),
        "text": texts(row, "text"),
        "place": place(row.place),
        "release": linked["release"] and linked["release"].slug,
        "event": linked["event"] and linked["event"].slug,
        "agreement": agreed and agreed.number,
    }
