"""Which cities the maps show."""

import math

from django.db.models import Count

from partners import worldmap
from partners.models import Institution, Place
from partners.worldmap import City, WorldMap
from publishing.cache.shared import once_per_version
from publishing.editorial import languages

# More pins than these would cover the land.
PINS = 200


def city(place: Place, *, partners: int, is_home: bool = False) -> City:
    return City(
        languages.first_text(place, "name"),
        float(place.latitude),
        float(place.longitude),
        partners=partners,
        is_home=is_home,
    )


@once_per_version
def partner_map(home_cities: tuple[Place, ...], view: str) -> WorldMap:
    """The cities of the public partners, from two queries at most, and the two home cities."""
    counts = partners_by_city()
    homes = [place for place in home_cities if place.latitude is not None]
    home_ids = {place.pk for place in homes}
    found = Place.objects.filter(pk__in=set(counts) - home_ids)
    cities = [city(place, partners=counts.get(place.pk, 0), is_home=True) for place in homes]
    way = (cities[0], cities[1]) if len(cities) == 2 else None
    cities += [city(place, partners=counts[place.pk]) for place in found]
    return worldmap.draw(cities, way, view=view)


def partners_by_city() -> dict[int, int]:
    """Partners in each city whose coordinates are known, the fullest cities first."""
    rows = (
        Institution.objects.public()
        .partners()
        .filter(city__latitude__isnull=False)
        .order_by()
        .values("city")
        .annotate(n=Count("pk"))
        .order_by("-n", "city")[:PINS]
    )
    return {row["city"]: row["n"] for row in rows}


def institution_map(institution: Institution, home_cities: list[Place]) -> WorldMap | None:
    """The institution's city and the home city that lies farther away; None if unknown."""
    here = institution.city
    if here is None or here.latitude is None:
        return None
    others = [place for place in home_cities if place.latitude is not None and place.pk != here.pk]
    start = city(here, partners=1, is_home=True)
    if not others:
        return worldmap.draw([start], view="partner")
    ends = [city(place, partners=1, is_home=True) for place in others]
    end = max(ends, key=lambda place: _distance(start, place))
    return worldmap.draw([start, end], (start, end), view="partner")


def _distance(one: City, two: City) -> float:
    ax, ay = worldmap.project(one.latitude, one.longitude)
    bx, by = worldmap.project(two.latitude, two.longitude)
    return math.hypot(ax - bx, ay - by)
