"""What the pages of releases, events and partners read of news, each question worded once.

Most releases own few of the things that a release may own. The first question also asks which of
them there are, and nothing asks again for those that there are not.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from news.models import Event, Release
from partners import relationship
from partners.models import Agreement, AgreementParty, Institution, Participation
from publishing.cache.prepared import prepared
from publishing.editorial.records import ChangeNote

ROWS = ("quotes", "points", "notes", "attachments", "pictures", "corrections")
CHOSEN = ("videos", "press_contacts", "boilerplates")
# How many releases stand under the text as related ones.
RELATED = 3
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
    found = Release.objects.for_page().public(at=now, withdrawn=True).filter(slug=slug)
    return found.annotate(**parts, has_people=Exists(people), has_change_notes=Exists(notes))


def events(release) -> list[Event]:
    return _events(release.pk, timezone.now())


@prepared
def _events(release, now):
    return Event.objects.public(at=now).filter(releases=release).for_link()


def agreements(release) -> list[Agreement]:
    return _agreements(release.pk)


@prepared
def _agreements(release):
    return Agreement.objects.public().filter(releases=release).for_lines()


def parties(release, agreements) -> list[AgreementParty]:
    """Whoever is a party of these agreements, which are those of the release."""
    return AgreementParty.once_each(agreements, _parties(release.pk)) if agreements else []


@prepared
def _parties(release):
    return AgreementParty.objects.filter(agreement__releases=release).for_links()


def institutions(release) -> list[Institution]:
    return _institutions(release.pk)


@prepared
def _institutions(release):
    return Institution.objects.public().filter(releases=release).for_link()


def related(release) -> list[Release]:
    """Of the same events first, then by how many partners they share."""
    asked = release.pk, timezone.now()
    found = _of_same_events(*asked)
    if len(found) < RELATED:
        found += [one for one in _of_same_partners(*asked) if one not in found]
    return found[:RELATED]


@prepared
def _of_same_events(release, now):
    return Release.objects.public(at=now).of_same_events(release)[:RELATED]


@prepared
def _of_same_partners(release, now):
    # As many again, because some of these may be of the same events.
    return Release.objects.public(at=now).of_same_partners(release)[: 2 * RELATED]


def neighbours(release) -> tuple[Release | None, Release | None]:
    """The releases just before and after this one in the reader's list, as far as there are."""
    here = release.place()
    if here[0] is None:
        # Undated and not published: it stands in no list yet.
        return None, None
    found = _neighbours(*here, timezone.now())
    older = next((one for one in found if one.place() < here), None)
    return older, next((one for one in found if one.place() > here), None)


@prepared
def _neighbours(place, release, now):
    public = Release.objects.public(at=now)
    beside = (public.beside(place, release, older=older) for older in (True, False))
    nearest = [Subquery(found.values("pk")[:1]) for found in beside]
    return Release.objects.filter(pk__in=nearest).for_link()


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
