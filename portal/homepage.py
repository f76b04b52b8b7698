"""What the home page shows: what staff chose, and where they chose nothing, the newest."""

from django.db.models import Count
from django.utils.translation import ngettext

from news.models import Event, Release
from partners.models import Agreement, CooperationField, Institution, InstitutionType
from portal.models import Banner, HomeBlock, Pin

# The lead and the rows beside it.
RELEASES = 5


def parts() -> list[str]:
    """The parts of the page in their order."""
    chosen = list(HomeBlock.objects.now().values_list("part", flat=True))
    if chosen:
        return list(dict.fromkeys(chosen))
    # Nothing now may mean that all was scheduled away; nothing at all means that nobody chose.
    return [] if HomeBlock.objects.exists() else list(HomeBlock.Part.values)


def releases() -> list[Release]:
    """Pinned ones in their order, then dated ones, the newest first, then undated ones."""
    pinned = list(Pin.objects.now().values_list("release", flat=True)[:RELEASES])
    found = Release.objects.public().for_list()
    by_key = found.in_bulk(pinned)
    first = [by_key[key] for key in dict.fromkeys(pinned) if key in by_key]
    others = found.exclude(pk__in=pinned).dated_first()[: RELEASES - len(first)]
    return [*first, *others]


def banners() -> list[Banner]:
    return [banner for banner in Banner.objects.now() if banner.text]


def news():
    shown = releases()
    return {"lead": shown[0] if shown else None, "rows": shown[1:]}


def event():
    upcoming = Event.objects.public().upcoming().exclude(status=Event.Status.CANCELLED)
    return {"next_event": upcoming.for_list().first()}


def fields():
    return {"fields": CooperationField.objects.all()}


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
