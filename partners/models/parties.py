"""The parties of agreements: institutions of the directory, or descriptions of others."""

import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from partners.models.institutions import Institution
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages


class AgreementPartyQuerySet(PublicQuerySet):
    def for_links(self):
        """The names and addresses alone; ``is_open``: the institution has a public page."""
        public = Institution.objects.public().filter(pk=OuterRef("institution"))
        names = languages.columns("label", "institution__name")
        rows = self.select_related("institution").only("agreement", "institution__slug", *names)
        return rows.annotate(is_open=Exists(public))

    def for_lines(self):
        """The parties with the names by which a line of the register tells of them."""
        dates = ("joined_on", "left_on")
        own = ("agreement_id", "order", "label", *dates, *languages.columns("label"))
        institution = ("slug", "is_own", *languages.columns("name"))
        return self.select_related("institution").only(
            *own, *(f"institution__{name}" for name in institution)
        )


class AgreementParty(PublicModel):
    """One side of an agreement: a known institution, or a label such as "several companies"."""

    class Role(models.TextChoices):
        PARTY = "party", _("party")
        LEAD = "lead", _("lead")
        FUNDER = "funder", _("funder")
        SUPPORTER = "supporter", _("supporter")
        GUARANTOR = "guarantor", _("guarantor")

    agreement = models.ForeignKey("Agreement", on_delete=models.CASCADE, related_name="parties")
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="party_rows",
        verbose_name=_("institution"),
    )
    label = models.CharField(
        _("or a description"),
        max_length=160,
        blank=True,
        help_text=_("Where the text names no institution: several companies."),
    )
    unit = models.CharField(
        _("unit"), max_length=160, blank=True, help_text=_("The department that is meant.")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.PARTY)
    own_reference = models.CharField(_("its own number"), max_length=60, blank=True)
    must_sign = models.BooleanField(_("must sign"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    # Set by acts only: of a concluded agreement parties join and leave by a dated act.
    joined_on = models.DateField(_("party from"), null=True, editable=False)
    left_on = models.DateField(_("party until"), null=True, editable=False)

    objects = AgreementPartyQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.CheckConstraint(
                condition=Q(joined_on__isnull=True)
                | Q(left_on__isnull=True)
                | Q(left_on__gt=F("joined_on")),
                name="partners_party_leaves_after_joining",
                violation_error_message=_("A party cannot leave before it has joined."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "institution"],
                name="partners_party_once",
                violation_error_message=_("This institution is a party already."),
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=False)
                | (Q(label_en__isnull=False) & ~Q(label_en=""))
                | (Q(label_zh_hans__isnull=False) & ~Q(label_zh_hans="")),
                name="partners_party_is_named",
                violation_error_message=_("Choose an institution or describe the party."),
            ),
        ]

    def __str__(self):
        return self.name_in(languages.active())

    def is_party_on(self, day: datetime.date) -> bool:
        joined = self.joined_on is None or self.joined_on <= day
        return joined and (self.left_on is None or day < self.left_on)

    @staticmethod
    def once_each(agreements, rows) -> list["AgreementParty"]:
        """Whoever is a party of one of these agreements by one of these rows, in their order."""
        by_agreement = {}
        for row in rows:
            by_agreement.setdefault(row.agreement_id, []).append(row)
        found: dict[int | str, AgreementParty] = {}
        for agreement in agreements:
            for row in by_agreement.get(agreement.pk, ()):
                found.setdefault(row.institution_id or row.name_in(languages.active()), row)
        return list(found.values())

    def name_in(self, language: str) -> str:
        """The institution's name, in the other language where it has none in this one."""
        named, field = (self.institution, "name") if self.institution else (self, "label")
        return languages.text(named, field, language) or languages.text(
            named, field, languages.other(language)
        )
