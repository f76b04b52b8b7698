"""What the home page shows: what staff chose, and where they chose nothing, the newest."""

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import ngettext

from news.models import Event, Release
from partners.models import Agreement, CooperationField, Institution, InstitutionType
from portal.models import Banner, HomeBlock, Pin
from publishing.cache.prepared import prepared
from publishing.cache.shared import once_per_version

# The lead and the rows beside it.
RELEASES = 5


@once_per_version
def parts() -> list[str]:
    """The parts of the page in their order."""
    chosen = list(HomeBlock.objects.now().values_list("part", flat=True))
    if chosen:
        return list(dict.fromkeys(chosen))
    # Nothing now may mean that all was scheduled away; nothing at all means that nobody chose.
    return [] if HomeBlock.objects.exists() else list(HomeBlock.Part.values)


def releases() -> list[Release]:
    """Pinned ones in their order, then dated ones, the newest first, then undated ones."""
    pinned = pins()
    by_key = Release.objects.public().for_row().in_bulk(pinned) if pinned else {}
    found = {key: by_key[key] for key in pinned if key in by_key}
    for others in (_dated, _undated):
        if len(found) < RELEASES:
            found |= {one.pk: one for one in others(timezone.now()) if one.pk not in found}
    return list(found.values())[:RELEASES]


@once_per_version
def pins() -> list[int]:
    return list(Pin.objects.now().values_list("release", flat=True)[:RELEASES])


@prepared
def _dated(now):
    # As many again, because some of these may be pinned.
    return _newest(now).exclude(release_date="")[: 2 * RELEASES]


@prepared
def _undated(now):
    return _newest(now).undated()[: 2 * RELEASES]


def _newest(now):
    return Release.objects.public(at=now).newest_first().for_row()


@once_per_version
def banners() -> list[Banner]:
    return [banner for banner in Banner.objects.now() if banner.text]


def news():
    shown = releases()
    return {"lead": shown[0] if shown else None, "rows": shown[1:]}


def event():
    return {"next_event": next(iter(_next_event(timezone.now())), None)}


@prepared
def _next_event(now):
    upcoming = Event.objects.public(at=now).upcoming(now).for_list()
    return upcoming.exclude(status=Event.Status.CANCELLED)[:1]


@once_per_version
def fields():
    return {"fields": list(CooperationField.objects.all())}


@once_per_version
def partners():
    """How many partners of which kind, in how many cities, and agreements in force."""
    public = Institution.objects.public().partners()
    totals = public.aggregate(partners=Count("pk"), cities=Count("city", distinct=True))
    kinds = InstitutionType.objects.with_partners()[:3]
    figures = [{"value": kind.partners, "label": kind.plural or kind.name} for kind in kinds]
    in_force = Agreement.objects.public().in_force().count()
    label = ngettext("agreement in force", "agreements in force", in_force)
    return totals | {"partner_numbers": [*figures, {"value": in_force, "label": label}]}


CONTENTS = {"news": news, "event": event, "fields": fields, "partners": partners}


def context() -> dict:
    """Everything the page's parts ask for; what is not shown is not asked of the database."""
    shown = parts()
    made = {"parts": [f"portal/home/{part}.html" for part in shown], "banners": banners()}
    for part in shown:
        made |= CONTENTS[part]()
    return made
