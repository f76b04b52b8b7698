"""Places: countries, cities, districts, venues."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from partners.models.named import NamedModel
from publishing.cache.models import PublicQuerySet
from publishing.editorial import languages, zones

# So many steps lead from a place to its city: from a hall by its building and two zones.
STEPS_TO_CITY = 4


def with_surroundings(foreign_key: str) -> str:
    """The path by which a query brings a place along with what it lies in, up to its city."""
    return "__".join([foreign_key, *["parent"] * STEPS_TO_CITY])


class PlaceQuerySet(PublicQuerySet):
    def for_link(self):
        """What a line shows: the name, and the key of what the place lies in."""
        return self.only("level", "parent", *languages.columns("name"))


class Place(NamedModel):
    """A point of the world with a name in both languages, inside a larger one."""

    class Level(models.TextChoices):
        COUNTRY = "country", _("country")
        PROVINCE = "province", _("province or region")
        CITY = "city", _("city")
        DISTRICT = "district", _("district")
        ZONE = "zone", _("development zone")
        VENUE = "venue", _("venue")

    name = models.CharField(_("name"), max_length=160)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.CITY)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("inside"),
    )
    country = CountryField(_("country"), blank=True)
    subdivision = models.CharField(
        _("subdivision"),
        max_length=6,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Z]{2}-[A-Z0-9]{1,3}$", _("Write the code of ISO 3166-2, for example CN-JS.")
            )
        ],
        help_text=_("Code of ISO 3166-2, for example CN-JS."),
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    geonames_id = models.PositiveIntegerField(_("GeoNames id"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=40, blank=True, help_text=_("For example Europe/London.")
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["name_en", "pk"]
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="partners_place_coordinates",
                violation_error_message=_(
                    "Give both coordinates or none: latitude -90 to 90, longitude -180 to 180."
                ),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name")

    def clean(self):
        super().clean()
        seen = {self.pk} if self.pk else set()
        for place in self.chain():
            if place is not self and place.pk in seen:
                raise ValidationError({"parent": _("A place cannot lie inside itself.")})
            seen.add(place.pk)
        zones.check(self)
        country = next((str(place.country) for place in self.chain() if place.country), "")
        if self.subdivision and country and not self.subdivision.startswith(f"{country}-"):
            raise ValidationError(
                {"subdivision": _("This subdivision belongs to another country.")}
            )

    def chain(self):
        """This place, then what it lies in, outwards; stops at a cycle."""
        place, seen = self, set()
        while place is not None and id(place) not in seen and len(seen) < 10:
            seen.add(id(place))
            yield place
            place = place.parent

    @property
    def in_short(self):
        """Where a line has room for one name: a hall says less than its city."""
        return self.city or self

    @property
    def city(self):
        return next((place for place in self.chain() if place.level == self.Level.CITY), None)
