"""Linked data for pages (schema.org as JSON-LD), with what is known and nothing else."""

import datetime

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from news.models import Event, Release
from partners.models import Institution
from portal.machines.subjects import Subject
from publishing.cache.shared import once_per_version
from publishing.editorial import languages
from publishing.editorial.addresses import absolute, fixed_address
from publishing.editorial.dates import read
from publishing.editorial.languages import column
from publishing.editorial.templatetags.editorial import name_here
from publishing.media.renditions import rendition

# schema.org's types for those of ROR 2.1; what is missing is an Organization.
BY_ROR = {
    "education": "CollegeOrUniversity",
    "healthcare": "MedicalOrganization",
    "company": "Corporation",
    "archive": "ArchiveOrganization",
    "nonprofit": "NGO",
    "government": "GovernmentOrganization",
    "facility": "ResearchOrganization",
}
STATUS = {
    "postponed": "Postponed",
    "rescheduled": "Rescheduled",
    "cancelled": "Cancelled",
    "moved_online": "MovedOnline",
}
ATTENDANCE = {"offline": "Offline", "online": "Online", "mixed": "Mixed"}


def linked_data(subject: Subject, context) -> dict:
    """One graph: the page's own subject, where it stands, and the office."""
    site = context["site"]
    graph = [office(site)]
    if isinstance(subject.item, Release):
        graph.append(article(subject, context))
    elif isinstance(subject.item, Event):
        graph.append(event(subject, context))
    elif isinstance(subject.item, Institution):
        graph.append(institution(subject.item, context))
    elif not subject.trail:
        graph.append(website(site))
    if subject.trail:
        graph.append(breadcrumbs(subject.trail))
    return {"@context": "https://schema.org", "@graph": [known(thing) for thing in graph]}


def known(thing: dict) -> dict:
    return {name: value for name, value in thing.items() if value not in (None, "", [], {})}


def office_id() -> str:
    return absolute("/#office")


@once_per_version
def office(site) -> dict:
    mark = site.mark and rendition(site.mark, "square").url
    address = absolute(reverse("home"))
    return {
        "@type": "Organization",
        "@id": office_id(),
        "name": site.name,
        "alternateName": site.name_other,
        "url": address,
        "logo": absolute(mark or static("img/logo.png")),
        "email": site.email,
        "telephone": site.telephone,
    }


def website(site) -> dict:
    language = languages.active()
    search = absolute(reverse("search"))
    return {
        "@type": "WebSite",
        "@id": absolute(f"/{language}/#website"),
        "url": absolute(reverse("home")),
        "name": site.name,
        "description": site.tagline,
        "inLanguage": languages.TAGS[language],
        "publisher": {"@id": office_id()},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{search}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def page_address(context) -> str:
    """Of this page; its canonical address may be that of the original it copies."""
    return context.get("page_address") or context["page_urls"].canonical


def breadcrumbs(trail) -> dict:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(trail, start=1)
        ],
    }


def stamp(instant: datetime.datetime | None) -> str:
    """An instant in the office's zone, to the second."""
    return timezone.localtime(instant).isoformat(timespec="seconds") if instant else ""


def article(subject: Subject, context) -> dict:
    release, site, language = subject.item, context["site"], subject.language
    address, first = page_address(context), subject.published
    updated = getattr(release, column("last_updated", language)) or first
    return {
        "@type": "NewsArticle",
        "@id": f"{address}#article",
        "mainEntityOfPage": address,
        "headline": subject.title,
        "description": subject.description,
        "inLanguage": languages.TAGS[language],
        "datePublished": stamp(first),
        "dateModified": stamp(max(first, updated)) if first else "",
        "image": [subject.wide.address, subject.square.address],
        "author": author(release, site),
        "publisher": {"@id": office_id(), "@type": "Organization", "name": site.name},
        "dateline": release.dateline.removesuffix(" --"),
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": one.text,
                "datePublished": one.corrected_on.isoformat(),
            }
            for one in context.get("corrections") or ()
        ],
        "isBasedOn": release.original_url,
        "articleSection": named(release.field, language) if release.field else "",
        "isAccessibleForFree": True,
        "mentions": [mention(one, language) for one in context.get("institutions") or ()],
        "about": [
            {
                "@type": "Event",
                "name": one.title_in(language),
                "url": absolute(one.get_absolute_url(language)),
            }
            for one in context.get("events") or ()
        ],
        **translation_of(release, language),
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/ViewAction",
            "userInteractionCount": release.pageviews,
        },
    }


def author(release: Release, site) -> dict:
    """The office, or whoever wrote what it only passes on."""
    if release.origin != Release.Origin.OWN and release.source_name:
        return known(
            {"@type": "Organization", "name": release.source_name, "url": release.source_url}
        )
    return office_as_author(site)


@once_per_version
def office_as_author(site) -> dict:
    return {"@type": "Organization", "name": site.name, "url": absolute(fixed_address("home"))}


def translation_of(item, language: str) -> dict:
    """The text in the other language, where it is published: translated one way or the other."""
    there = languages.other(language)
    if there not in item.public_languages():
        return {}
    address = absolute(item.get_absolute_url(there))
    other = {
        "@type": "NewsArticle",
        "@id": f"{address}#article",
        "url": address,
        "inLanguage": languages.TAGS[there],
    }
    return {"workTranslation" if item.source_language == language else "translationOfWork": other}


def named(one, language: str) -> str:
    """Names are never left out, so in the other language where need be."""
    return languages.first_text(one, "name", language)


def mention(one: Institution, language: str) -> dict:
    address = absolute(one.get_absolute_url(language))
    return {"@type": "Organization", "name": named(one, language), "url": address}


def event(subject: Subject, context) -> dict:
    item, site = subject.item, context["site"]
    address = page_address(context)
    start, end = event_days(item)
    mode = ATTENDANCE.get(attendance(item))
    return {
        "@type": "Event",
        "@id": f"{address}#event",
        "url": address,
        "name": subject.title,
        "description": subject.description or subject.title,
        "inLanguage": languages.TAGS[subject.language],
        "startDate": start,
        "endDate": end,
        "eventStatus": f"https://schema.org/Event{STATUS.get(item.status, 'Scheduled')}",
        "previousStartDate": item.previous_date,
        "eventAttendanceMode": mode and f"https://schema.org/{mode}EventAttendanceMode",
        "location": locations(item, address),
        "image": [subject.wide.address, subject.square.address],
        "organizer": organisers(context)
        or {"@id": office_id(), "@type": "Organization", "name": site.name},
        "attendee": [mention(one, subject.language) for one in context.get("institutions") or ()],
    }


def organisers(context) -> list[dict]:
    named = [one for _role, rows in context.get("organisers") or () for one in rows]
    return [{"@type": "Organization", "name": one.name} for one in named]


def event_days(item: Event) -> tuple[str, str]:
    """First and last instant or day, as exactly as they are known."""
    start = str(item.printed_date or "")
    end = str(read(item.end_date) or item.printed_date or "")
    if item.start_time and item.starts_at:
        start = item.starts_at.astimezone(item.zone).isoformat(timespec="seconds")
        if item.end_time:
            end = item.ends_at.astimezone(item.zone).isoformat(timespec="seconds")
        elif item.printed_end is None:
            end = ""
    return start, end


def attendance(item: Event) -> Event.Mode:
    moved = item.status == Event.Status.MOVED_ONLINE
    return Event.Mode.ONLINE if moved else Event.Mode(item.mode)


def locations(item: Event, address: str) -> list[dict]:
    """Where one can be: online, at the place, or both, each as far as it is known.

    An event whose place nobody gave has none here either: schema.org requires no property of
    an Event, and Google, which lists no event without a location, only leaves it out. A place
    beside an event that is held online alone counts there as a mistake.
    """
    mode, found = attendance(item), []
    if mode != Event.Mode.ONLINE and (item.place or item.venue):
        name = item.venue or name_here(item.place)
        found.append({"@type": "Place", "name": name, "address": postal(item.place) or name})
    if mode in (Event.Mode.ONLINE, Event.Mode.MIXED):
        found.append({"@type": "VirtualLocation", "url": address})
    return found


def postal(place) -> dict | None:
    if place is None:
        return None
    city = place.city or place
    country = next((one.country.code for one in place.chain() if one.country), "")
    return known(
        {
            "@type": "PostalAddress",
            "addressLocality": name_here(city),
            "addressCountry": country,
        }
    )


def institution(item: Institution, context) -> dict:
    address = page_address(context)
    kinds = [BY_ROR.get(kind.ror, "Organization") for kind in item.types.all()]
    website = languages.text(item, "website", languages.active()) or item.website
    names = {one.text for one in item.names.all()}
    names.add(languages.text(item, "name", languages.other(languages.active())))
    return {
        "@type": kinds[0] if kinds else "Organization",
        "@id": f"{address}#institution",
        "url": website or address,
        "mainEntityOfPage": address,
        "name": name_here(item),
        "alternateName": sorted(filter(None, names - {name_here(item)})),
        "description": item.summary,
        "address": postal(item.place),
        "foundingDate": item.established,
        "logo": item.logo and absolute(rendition(item.logo, "logo").url),
        "sameAs": [one.address for one in item.identifiers.all() if one.address],
    }
