"""How institutions read in the index of the directory."""

import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from partners.models import (
    CONFIRMED_FOR_MONTHS,
    Agreement,
    AgreementParty,
    CooperationField,
    Institution,
    InstitutionName,
    InstitutionType,
    Place,
)
from publishing.editorial import languages
from publishing.editorial.languages import CODES
from publishing.search import names
from publishing.search.names import Entry, Name

KIND = "institution"
PLACE_DEPTH = 5

# What comes first among equal matches: partners with an agreement, most of all one in force.
WEIGHTS = {"active": 3, "soon": 3, "lapsed": 1.5}


def register():
    names.register(
        KIND,
        Institution,
        entry,
        queryset=institutions,
        related={
            Institution.types.through: None,
            InstitutionName: lambda name: [name.institution_id],
            AgreementParty: lambda party: [party.institution_id],
            Agreement: lambda agreement: keys(agreements=agreement),
            Place: lambda place: keys(inside(place)),
            InstitutionType: lambda kind: keys(types=kind),
            CooperationField: lambda field: keys(agreements__field=field),
        },
    )


def keys(*conditions, **filters):
    return Institution.objects.filter(*conditions, **filters).values_list("pk", flat=True)


def inside(place):
    """Institutions in this place or in one that lies in it."""
    steps = ["place" + "__parent" * depth for depth in range(PLACE_DEPTH)]
    return Q.create([(step, place) for step in steps], connector=Q.OR)


def institutions():
    """All institutions with what ``entry`` reads, and whether the directory shows them."""
    shown = Institution.objects.public().partners().filter(pk=OuterRef("pk"))
    return (
        Institution.objects.annotate(is_shown=Exists(shown))
        .select_related("place" + "__parent" * (PLACE_DEPTH - 1))
        .prefetch_related("types", "names", "agreements__field")
    )


def entry(institution):
    today = timezone.localdate()
    agreements = [
        agreement
        for agreement in institution.agreements.all()
        if agreement.public_level != Agreement.PublicLevel.HIDDEN
    ]
    looks = {agreement.status_on(today).look for agreement in agreements}
    places = list(institution.place.chain()) if institution.place else []
    return Entry(
        names=tuple(institution_names(institution)),
        places=tuple(filter(None, (languages.text(p, "name", c) for p in places for c in CODES))),
        facets={
            "country": (str(institution.country),) if institution.country else (),
            "city": (institution.city_id,) if institution.city_id else (),
            "type": tuple(kind.code for kind in institution.types.all()),
        },
        changing={
            "status": tuple(sorted(looks)),
            "agreement": tuple({a.kind_id for a in agreements}),
            "field": tuple({a.field.slug for a in agreements if a.field}),
        },
        weight=max((WEIGHTS.get(look, 0) for look in looks), default=0),
        is_notable=bool(looks & {"active", "soon"}),
        is_public=institution.is_shown,
        stale_from=min(filter(None, (next_change(a, today) for a in agreements)), default=None),
    )


def institution_names(institution):
    others = list(institution.names.all())
    readings = {other.text: other.pinyin for other in others}
    for text, language in ((institution.name_en, "en"), (institution.name_zh_hans, "zh-Hans")):
        if text:
            yield Name(text, "official", language, readings.get(text, ""))
    for other in others:
        yield Name(other.text, other.kind, other.lang, other.pinyin)


def next_change(agreement, today):
    """The first day after ``today`` on which the agreement's status may be another."""
    day = datetime.timedelta(days=1)
    known = [agreement.signed_last, agreement.confirmed_on, agreement.starts]
    days = [
        agreement.superseded_on,
        agreement.terminated_on,
        agreement.suspended_on,
        agreement.resumed_on,
        agreement.starts,
        agreement.notice_from,
        agreement.ends_last and agreement.ends_last + day,
        agreement.ends_last
        and agreement.ends_last - datetime.timedelta(days=settings.PORTAL_EXPIRING_DAYS),
        # Months differ in length: a few days around the end of the time of trust.
        *(
            date + datetime.timedelta(days=CONFIRMED_FOR_MONTHS * 365 // 12 + extra)
            for date in known
            if date
            for extra in range(5)
        ),
    ]
    return min((date for date in days if date and date > today), default=None)
