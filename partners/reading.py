"""What the page of a partner reads of its particulars, each question worded once."""

from partners.models import (
    ContactPoint,
    InstitutionIdentifier,
    InstitutionLink,
    InstitutionName,
    InstitutionPlace,
)
from publishing.cache.prepared import prepared


@prepared
def links(institution):
    """The relations with public ones, from whichever end they are told."""
    rows = InstitutionLink.objects.between_public().about(institution)
    return rows.select_related("institution", "other")


@prepared
def names(institution):
    rows = InstitutionName.objects.filter(institution=institution)
    return rows.exclude(kind=InstitutionName.Kind.ALIAS)


@prepared
def places(institution):
    return InstitutionPlace.objects.filter(institution=institution).select_related("place")


@prepared
def contacts(institution):
    return ContactPoint.objects.filter(institution=institution, is_public=True)


@prepared
def identifiers(institution):
    return InstitutionIdentifier.objects.filter(institution=institution)
