"""What an institution has beside its name: identifiers, ties, places, contacts, old addresses."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from partners import identifiers
from partners.models.institutions import Institution
from partners.models.period import Period
from partners.models.places import Place
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.slugs import slug_form


class InstitutionIdentifier(PublicModel):
    """An institution's number in a registry."""

    class Scheme(models.TextChoices):
        ROR = "ror", "ROR"
        ISNI = "isni", "ISNI"
        WIKIDATA = "wikidata", "Wikidata"
        GRID = "grid", "GRID"
        FUNDREF = "fundref", "Crossref Funder ID"
        USCC = "uscc", _("Unified social credit code")

    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="identifiers"
    )
    scheme = models.CharField(_("registry"), max_length=10, choices=Scheme.choices)
    value = models.CharField(_("identifier"), max_length=80)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "pk"]
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="partners_identifier_once",
                violation_error_message=_("This identifier is on record already."),
            ),
        ]

    def __str__(self):
        return f"{self.get_scheme_display()} {self.value}"

    def clean(self):
        super().clean()
        if self.scheme not in identifiers.SCHEMES:
            return
        try:
            self.value = identifiers.read(self.scheme, self.value)
        except ValueError:
            raise ValidationError(
                {
                    "value": _("This is no valid identifier of %(scheme)s: check each character.")
                    % {"scheme": self.get_scheme_display()}
                }
            ) from None

    @property
    def address(self) -> str:
        return identifiers.address(self.scheme, self.value)


class LinkQuerySet(PublicQuerySet):
    def about(self, institution):
        """The relations of ``institution``, from whichever end they are told."""
        return self.filter(Q(institution=institution) | Q(other=institution))

    def between_public(self):
        public = Institution.objects.public()
        return self.filter(institution__in=public, other__in=public)


class InstitutionLink(Period):
    """A tie between two institutions: one row, read from both ends, so that it cannot drift."""

    class Kind(models.TextChoices):
        PART_OF = "part_of", _("is part of")
        SUCCESSOR_OF = "successor_of", _("is the successor of")
        FOUNDER_OF = "founder_of", _("is a founder of")
        HOST_OF = "host_of", _("is the host of")
        MEMBER_OF = "member_of", _("is a member of")
        RELATED = "related", _("is related to")

    # Read from the other end: "Cambridge: has as a part: Cambridge Enterprise".
    INVERSE = {
        Kind.PART_OF: _("has as a part"),
        Kind.SUCCESSOR_OF: _("is the predecessor of"),
        Kind.FOUNDER_OF: _("was founded by"),
        Kind.HOST_OF: _("is hosted by"),
        Kind.MEMBER_OF: _("has as a member"),
        Kind.RELATED: _("is related to"),
    }
    # Followed from one to the next, these never lead back to where they began.
    WITHOUT_CYCLE = (Kind.PART_OF, Kind.SUCCESSOR_OF, Kind.FOUNDER_OF, Kind.HOST_OF)

    institution = models.ForeignKey(
        Institution,
        on_delete=models.CASCADE,
        related_name="links",
        verbose_name=_("institution"),
    )
    kind = models.CharField(_("relation"), max_length=14, choices=Kind.choices)
    other = models.ForeignKey(
        Institution,
        on_delete=models.CASCADE,
        related_name="links_to_it",
        verbose_name=_("other institution"),
    )
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where this is stated.")
    )

    objects = LinkQuerySet.as_manager()

    class Meta(Period.Meta):
        ordering = ["kind", "pk"]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["institution", "kind", "other"],
                name="partners_link_once",
                violation_error_message=_("This relation is on record already."),
            ),
            models.UniqueConstraint(
                Least("institution", "other"),
                Greatest("institution", "other"),
                name="partners_link_related_once",
                condition=Q(kind="related"),
                violation_error_message=_("This relation is on record already."),
            ),
            models.CheckConstraint(
                condition=~Q(institution=F("other")),
                name="partners_link_to_another",
                violation_error_message=_("An institution has no relation to itself."),
            ),
        ]

    def __str__(self):
        return f"{self.institution} {self.get_kind_display()} {self.other}"

    def clean(self):
        super().clean()
        if not (self.institution_id and self.other_id):
            return
        if self.institution_id == self.other_id:
            raise ValidationError({"other": _("An institution has no relation to itself.")})
        if self.kind in self.WITHOUT_CYCLE and self.closes_a_circle():
            raise ValidationError({"other": _("This relation would lead back to where it began.")})

    def read_from(self, institution) -> tuple[str, Institution]:
        """The relation in words as ``institution`` tells it, and the one at the other end."""
        if institution.pk == self.institution_id:
            return self.get_kind_display(), self.other
        return str(self.INVERSE[self.Kind(self.kind)]), self.institution

    def closes_a_circle(self) -> bool:
        """Whether the other institution already leads here by relations of the same kind."""
        ties = InstitutionLink.objects.filter(kind=self.kind).exclude(pk=self.pk)
        seen, front = set(), {self.other_id}
        while front and self.institution_id not in front:
            seen |= front
            reached = ties.filter(institution__in=front).values_list("other", flat=True)
            front = set(reached) - seen
        return bool(front)


class InstitutionPlace(PublicModel):
    """A place beside the main one, which stands on the institution: there is always one main."""

    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="other_places"
    )
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="+", verbose_name=_("place")
    )
    what = models.CharField(
        _("what is there"), max_length=120, blank=True, help_text=_("For example: medical campus.")
    )

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("further place")
        verbose_name_plural = _("further places")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "place"],
                name="partners_institutionplace_once",
                violation_error_message=_("This place is listed already."),
            ),
        ]

    def __str__(self):
        return str(self.place)

    def clean(self):
        super().clean()
        if self.place_id and self.place_id == self.institution.place_id:
            raise ValidationError({"place": _("This is the main place already.")})


class ContactPoint(PublicModel):
    """Whom to write to, and for what."""

    class Purpose(models.TextChoices):
        GENERAL = "general", _("general questions")
        INTERNATIONAL = "international", _("international office")
        AGREEMENTS = "agreements", _("agreements")
        RESEARCH = "research", _("joint research")
        STUDENTS = "students", _("student exchange")
        STAFF = "staff", _("staff exchange")
        VISITS = "visits", _("visits and delegations")
        PRESS = "press", _("press")

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="contacts")
    purpose = models.CharField(
        _("for"), max_length=14, choices=Purpose.choices, default=Purpose.GENERAL
    )
    name = models.CharField(_("name"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=60, blank=True)
    is_public = models.BooleanField(_("public"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(telephone=""),
                name="partners_contact_can_be_reached",
                violation_error_message=_("Give an e-mail address or a telephone number."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "name") or self.get_purpose_display()

    def email_parts(self) -> tuple[str, str]:
        """What stands before and behind the @; pages never show the two joined."""
        local, _at, host = self.email.rpartition("@")
        return local, host


class ExternalId(models.Model):
    """The number that a record has in another system: imports find it again by that."""

    source = models.SlugField(_("system"), max_length=40)
    value = models.CharField(_("number there"), max_length=120)

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["source", "value"]
        constraints = [
            models.UniqueConstraint(fields=["source", "value"], name="%(app_label)s_%(class)s_once")
        ]

    def __str__(self):
        return f"{self.source}:{self.value}"


class InstitutionExternalId(ExternalId):
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="external_ids"
    )


class FormerAddress(PublicModel):
    """An address under which an institution was found before; it still leads there."""

    slug = models.CharField(_("address"), max_length=120, validators=[slug_form])
    institution = models.ForeignKey(
        Institution,
        on_delete=models.CASCADE,
        related_name="former_addresses",
        verbose_name=_("institution"),
    )

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                name="partners_formeraddress_slug",
                violation_error_message=_("Another institution had this address before."),
            ),
        ]

    def __str__(self):
        return self.slug


class InstitutionMerge(models.Model):
    """The record of a merge, complete enough to take it back."""

    kept = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("kept")
    )
    duplicate = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("duplicate")
    )
    # What was moved, removed, added and set: see services.merge_institutions.
    record = models.JSONField(_("record"), editable=False, encoder=DjangoJSONEncoder)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    merged_at = models.DateTimeField(_("merged"), auto_now_add=True)
    undone_at = models.DateTimeField(_("taken back"), null=True, editable=False)

    class Meta:
        ordering = ["-merged_at", "-pk"]
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self):
        return f"{self.duplicate} → {self.kept}"
