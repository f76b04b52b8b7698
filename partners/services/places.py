from django.db import transaction

from partners.models import Institution, Place


@transaction.atomic
def save_place(*, place: Place) -> None:
    """Save a place; what lies in it may now lie in another city or country."""
    place.save()
    inside = {place.pk}
    parts = {place.pk}
    while parts:
        parts = set(
            Place.objects.filter(parent__in=parts)
            .exclude(pk__in=inside)
            .values_list("pk", flat=True)
        )
        inside |= parts
    for institution in Institution.objects.filter(place__in=inside).select_related("place"):
        institution.save(update_fields=["city", "country"])
