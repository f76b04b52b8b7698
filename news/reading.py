"""What the pages of releases, events and partners read of news, each question worded once.

Most releases own few of the things that a release may own. The first question also asks which of
them there are, and nothing asks again for those that there are not. It also tells the keys of what
the release is linked to: other releases lead to the same, which is kept for each version.
"""

from itertools import chain
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from news.models import Event, Release
from news.relating import related_keys
from partners import relationship
from partners.models import Agreement, AgreementParty, Institution, Participation, Place
from publishing.cache.prepared import prepared
from publishing.cache.shared import each_once_per_version, once_per_version
from publishing.editorial.records import ChangeNote

ROWS = ("quotes", "points", "notes", "attachments", "pictures", "corrections")
CHOSEN = ("videos", "press_contacts", "boilerplates")
# Of what releases lead to; 0.8, 0.7 and, an agreement with its parties, 4 kilobytes each.
EVENTS, INSTITUTIONS, AGREEMENTS = 5_000, 2_000, 2_000
# How many releases, and how many events to come, stand on the page of a partner.
ABOUT = 5


def release_at(slug: str) -> Release | None:
    """The release that has a page at this address in the reader's language."""
    kind = ContentType.objects.get_for_model(Release).pk
    return next(iter(_release_at(slug, timezone.now(), kind)), None)


@prepared
def _release_at(slug, now, kind):
    of_this = {"release": OuterRef("pk")}
    known = {name: Release._meta.get_field(name).related_model.objects for name in ROWS}
    known |= {name: getattr(Release, name).through.objects for name in CHOSEN}
    parts = {f"has_{name}": Exists(rows.filter(**of_this)) for name, rows in known.items()}
    people = Participation.objects.filter(target_type=kind, target_id=OuterRef("pk"))
    notes = ChangeNote.objects.filter(content_type=kind, object_id=OuterRef("pk"))
    found = Release.objects.for_reader().with_keys().public(at=now, withdrawn=True)
    return found.filter(slug=slug).annotate(
        **parts, has_people=Exists(people), has_change_notes=Exists(notes)
    )


def linked(release) -> Release:
    """The release with the keys of what it is linked to: from its first question, where there was
    one, and asked for once where there was none, as in a preview.
    """
    if not hasattr(release, "event_keys"):
        known = _linked(release.pk)[0]
        release.event_keys, release.agreement_keys = known.event_keys, known.agreement_keys
        release.institution_keys = known.institution_keys
    return release


@prepared
def _linked(release):
    return Release.with_copies.filter(pk=release).only("pk").with_keys()


def events(release) -> list[Event]:
    return _kept(_events_by_key, linked(release).event_keys, release)


@each_once_per_version(EVENTS)
def _events_by_key(keys, release):
    found = {event.pk: event for event in _events(release, timezone.now())}
    # Few places see many events: one of each is enough.
    places = _places() if found else {}
    for event in found.values():
        event.place = places.get(event.place_id)
    return found


@prepared
def _events(release, now):
    return Event.objects.public(at=now).filter(releases=release).for_link()


@once_per_version
def _places() -> dict[int, Place]:
    """All places by their key, each with what it lies in."""
    found = {place.pk: place for place in Place.objects.for_link()}
    for place in found.values():
        place.parent = found.get(place.parent_id)
    return found


def agreements(release) -> list[Agreement]:
    return _kept(_agreements_by_key, linked(release).agreement_keys, release)


@each_once_per_version(AGREEMENTS)
def _agreements_by_key(keys, release):
    return {agreement.pk: agreement for agreement in _agreements(release)}


@prepared
def _agreements(release):
    return Agreement.objects.public().filter(releases=release).for_link()


def parties(release, agreements) -> list[AgreementParty]:
    """Whoever is a party of these agreements, which are those of the release."""
    rows = _kept(_parties_by_agreement, [agreement.pk for agreement in agreements], release)
    return AgreementParty.once_each(agreements, chain.from_iterable(rows))


@each_once_per_version(AGREEMENTS)
def _parties_by_agreement(agreements, release):
    found = {agreement: [] for agreement in agreements}
    for party in _parties(release):
        found.setdefault(party.agreement_id, []).append(party)
    return found


@prepared
def _parties(release):
    return AgreementParty.objects.filter(agreement__releases=release).for_links()


def institutions(release) -> list[Institution]:
    return _kept(_institutions_by_key, linked(release).institution_keys, release)


@each_once_per_version(INSTITUTIONS)
def _institutions_by_key(keys, release):
    return {institution.pk: institution for institution in _institutions(release)}


@prepared
def _institutions(release):
    return Institution.objects.public().filter(releases=release).for_link()


def _kept(by_key, keys, release):
    """The rows of these keys, all asked for in one question where one of them is not kept."""
    found = by_key(keys, release.pk)
    return [found[key] for key in keys if key in found]


class Around(NamedTuple):
    """The releases that are named under a text."""

    related: list[Release]
    earlier: Release | None
    later: Release | None


def around(release) -> Around:
    """Related releases, and those just before and after this one in the reader's list."""
    now, keys = timezone.now(), related_keys(linked(release))
    here = release.place()
    if here[0] is None:
        # Undated and not published: it stands in no list yet.
        rows = _rows(now, *keys) if keys else []
        return Around(_in_order(rows, keys), None, None)
    rows = _rows_around(*here, now, *keys)
    earlier = (one for one in rows if one.place() < here)
    later = (one for one in rows if one.place() > here)
    return Around(
        _in_order(rows, keys),
        max(earlier, key=Release.place, default=None),
        min(later, key=Release.place, default=None),
    )


def _in_order(rows, keys):
    found = {row.pk: row for row in rows}
    return [found[key] for key in keys if key in found]


@prepared
def _rows(now, *keys):
    return Release.objects.public(at=now).filter(pk__in=keys).for_row()


@prepared
def _rows_around(place, release, now, *keys):
    public = Release.objects.public(at=now)
    beside = (public.beside(place, release, older=older) for older in (True, False))
    nearest = [Subquery(found.values("pk")[:1]) for found in beside]
    return public.filter(pk__in=[*keys, *nearest]).for_row()


def event_at(slug: str) -> Event | None:
    """The event that has a page at this address in the reader's language."""
    return next(iter(_event_at(slug, timezone.now())), None)


@prepared
def _event_at(slug, now):
    return Event.objects.for_page().public(at=now, withdrawn=True).filter(slug=slug)


def releases_of_event(event) -> list[Release]:
    return _releases_of_event(event.pk, timezone.now())


@prepared
def _releases_of_event(event, now):
    return Release.objects.public(at=now).filter(events=event).newest_first().for_list()


def parts_of_event(event) -> list[Event]:
    return _parts_of_event(event.pk, timezone.now())


@prepared
def _parts_of_event(event, now):
    parts = Event.objects.public(at=now).filter(parent=event)
    return parts.for_list().order_by("starts_at", "pk")


def releases_about(institution) -> list[Release]:
    """The newest that name it."""
    return _releases_about(institution.pk, timezone.now())


@prepared
def _releases_about(institution, now):
    releases = Release.objects.public(at=now).filter(institutions=institution)
    return releases.newest_first().for_row()[:ABOUT]


def events_to_come(institution) -> list[Event]:
    return _events_to_come(institution.pk, timezone.now())


@prepared
def _events_to_come(institution, now):
    events = Event.objects.public(at=now).filter(institutions=institution)
    return events.upcoming(now).for_list()[:ABOUT]


def events_with(institution, limit: int) -> list[Event]:
    """Those that took place, the latest first."""
    return _events_with(institution.pk, timezone.now())[:limit]


@prepared
def _events_with(institution, now):
    rows = Event.objects.public(at=now).filter(institutions=institution, starts_at__lte=now)
    rows = rows.exclude(status=Event.Status.CANCELLED).order_by("-start_date_last", "-pk")
    return rows.for_list()[: relationship.LIMIT + 1]
