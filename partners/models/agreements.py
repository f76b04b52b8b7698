"""Agreements: their terms, and what follows from these."""

import datetime
import itertools
from collections.abc import Iterator

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from partners import life
from partners.models.agreement_queries import AgreementQuerySet
from partners.models.cooperation import AgreementKind, CooperationField
from partners.models.institutions import Institution
from partners.models.parties import AgreementParty
from partners.models.places import Place
from partners.models.status import (
    AgreementStatus,
    months_before,
    status_by_dates,
)
from publishing.cache.models import PublicModel
from publishing.editorial import languages
from publishing.editorial.addresses import address_of
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read


class Agreement(PublicModel):
    """What institutions agreed. Its status follows from its dates."""

    class Binding(models.TextChoices):
        NON_BINDING = "non_binding", _("not binding")
        BINDING = "binding", _("binding")
        MIXED = "mixed", _("binding in part")
        NOT_STATED = "not_stated", _("not stated")

    class PublicLevel(models.TextChoices):
        HIDDEN = "hidden", _("hidden")
        LISTED = "listed", _("listed")
        SUMMARY = "summary", _("with summary")
        FULL = "full", _("in full")

    number = models.CharField(
        _("number"),
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(
                r"^[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*$",
                _("Use letters, digits and single hyphens."),
            )
        ],
        help_text=_("Permanent, for example 2020-04. Empty: the next free number."),
    )
    title = models.CharField(_("title"), max_length=250, blank=True)
    kind = models.ForeignKey(
        AgreementKind,
        to_field="code",
        on_delete=models.PROTECT,
        related_name="agreements",
        verbose_name=_("kind"),
    )
    binding = models.CharField(
        _("legal force"), max_length=12, choices=Binding.choices, default=Binding.NOT_STATED
    )
    summary = models.TextField(_("summary"), blank=True)
    field = models.ForeignKey(
        CooperationField,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("field of cooperation"),
    )
    signed = PartialDateField(
        _("last signature"),
        help_text=_(
            "2016, 2016-05 or 2016-05-16. Follows from the signatures once one is recorded."
        ),
    )
    signed_first = FirstDayField(source="signed")
    signed_last = LastDayField(source="signed")
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("signed at"),
    )
    effective = PartialDateField(_("effective"), help_text=_("Empty: with the last signature."))
    effective_first = FirstDayField(source="effective")
    effective_last = LastDayField(source="effective")
    ends = PartialDateField(_("ends"), help_text=_("The last day on which it is in force."))
    ends_first = FirstDayField(source="ends")
    ends_last = LastDayField(source="ends")
    starts = models.DateField(_("in force from"), null=True, editable=False)
    is_evergreen = models.BooleanField(
        _("no end agreed"), default=False, help_text=_("Runs until somebody ends it.")
    )
    notice_months = models.PositiveSmallIntegerField(
        _("notice, months"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    renews_automatically = models.BooleanField(_("renews by itself"), default=False)
    term_months = models.PositiveSmallIntegerField(
        _("term, months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1200)],
        help_text=_("How long each renewal lasts."),
    )
    notice_from = models.DateField(_("notice from"), null=True, editable=False)
    announced = PartialDateField(
        _("announced"), help_text=_("When it was made known that it would be signed.")
    )
    announced_first = FirstDayField(source="announced")
    announced_last = LastDayField(source="announced")
    announced_source = models.URLField(_("source of the announcement"), blank=True)
    terms_are_sample = models.BooleanField(
        _("sample term"),
        default=False,
        help_text=_("The end date is invented for demonstration; the page says so."),
    )

    confirmed_on = models.DateField(_("last confirmed"), null=True, blank=True)
    suspended_on = models.DateField(_("suspended from"), null=True, blank=True)
    resumed_on = models.DateField(_("resumed on"), null=True, blank=True)
    terminated_on = models.DateField(_("terminated from"), null=True, blank=True)
    superseded_on = models.DateField(_("superseded from"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("under the agreement"),
        help_text=_("The framework that this one carries out."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True},
        verbose_name=_("looked after by"),
        help_text=_("Seen by staff only."),
    )
    review_on = models.DateField(
        _("next review"), null=True, blank=True, help_text=_("Seen by staff only.")
    )
    # Doubts that staff have seen and confirmed, by their codes: see doubts().
    accepted_doubts = models.JSONField(default=list, editable=False)
    public_level = models.CharField(
        _("on the public register"),
        max_length=8,
        choices=PublicLevel.choices,
        default=PublicLevel.SUMMARY,
    )
    institutions = models.ManyToManyField(
        Institution, through="AgreementParty", related_name="agreements", editable=False
    )
    people = GenericRelation("Participation", "target_id", "target_type")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)

    objects = AgreementQuerySet.as_manager()

    # Rows that its name may be made of; lists of mixed rows ask for them at once.
    named_with = ("kind",)

    class Meta:
        ordering = ["-signed_last", "number"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        indexes = [models.Index(fields=["signed_first"], name="partners_agreement_signed")]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                name="partners_agreement_number",
                violation_error_message=_("Another agreement has this number already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_last__isnull=True)
                | Q(starts__isnull=True)
                | Q(ends_last__gte=F("starts")),
                name="partners_agreement_ends_after_start",
                violation_error_message=_("It cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(is_evergreen=False) | Q(ends_last__isnull=True),
                name="partners_agreement_evergreen_has_no_end",
                violation_error_message=_(
                    "Give an end date, or say that no end is agreed; not both."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(replaces=F("pk")),
                name="partners_agreement_not_own_successor",
                violation_error_message=_("An agreement cannot replace itself."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("pk")),
                name="partners_agreement_not_under_itself",
                violation_error_message=_("An agreement cannot stand under itself."),
            ),
        ]

    def __str__(self):
        title = languages.first_text(self, "title") or str(self.kind)
        return f"{self.number} {title}".strip()

    def save(self, *args, **kwargs):
        self.derive()
        if not self.number:
            self.number = next(self.free_numbers(self.year_of_number()))
        super().save(*args, **kwargs)

    def derive(self):
        """Start and notice day, which the query and the property both read.

        A partial start counts from its last day, a partial end until its last day.
        """
        effective, signed, ends = read(self.effective), read(self.signed), read(self.ends)
        start = effective or signed
        self.starts = start.last if start else None
        self.signed_last = signed.last if signed else None
        self.ends_last = ends.last if ends else None
        announced = read(self.announced)
        self.announced_first = announced.first if announced else None
        self.notice_from = (
            months_before(self.ends_last, self.notice_months)
            if self.ends_last and self.notice_months
            else None
        )

    def year_of_number(self) -> int:
        dated = read(self.signed) or read(self.announced)
        return dated.year if dated else timezone.localdate().year

    @classmethod
    def free_numbers(cls, year: int) -> Iterator[str]:
        """The numbers of a year that no agreement has, in order."""
        rows = cls._base_manager.filter(number__startswith=f"{year}-")
        taken = set(rows.values_list("number", flat=True))
        numbers = (f"{year}-{n:02}" for n in itertools.count(1))
        return (number for number in numbers if number not in taken)

    def clean(self):
        super().clean()
        self.derive()
        if self.ends_last and self.starts and self.ends_last < self.starts:
            raise ValidationError({"ends": _("It cannot end before it starts.")})
        if self.is_evergreen and self.ends:
            raise ValidationError(
                {"ends": _("Give an end date, or say that no end is agreed; not both.")}
            )
        if self.replaces_id and self.replaces_id == self.pk:
            raise ValidationError({"replaces": _("An agreement cannot replace itself.")})
        if self.leads_back("replaces"):
            raise ValidationError({"replaces": _("These agreements would replace each other.")})
        if self.leads_back("parent"):
            raise ValidationError({"parent": _("An agreement cannot stand under itself.")})

    def leads_back(self, relation: str) -> bool:
        """Whether following ``relation`` from here comes back to this agreement."""
        seen, step = set(), getattr(self, f"{relation}_id")
        while step is not None and step not in seen:
            if step == self.pk:
                return True
            seen.add(step)
            rows = Agreement.objects.filter(pk=step)
            step = rows.values_list(f"{relation}_id", flat=True).first()
        return False

    @property
    def is_concluded(self) -> bool:
        """Every required party has signed.

        Where no single signature is recorded, the date of the last one says the same.
        """
        parties = list(self.parties.all())
        signed = {party.pk for party in parties if party.signatures.all()}
        if not signed:
            return bool(self.signed)
        required = [party.pk for party in parties if party.must_sign]
        return bool(required) and signed.issuperset(required)

    def terms_on(self, day: datetime.date) -> dict:
        """The terms as they stood on ``day``: the columns of ``life.TERMS``, and ``areas``."""
        return life.terms_on(self, list(self.actions.all()), day)

    @property
    def day_of_people(self) -> datetime.date | None:
        """The day for which the titles of those who took part are right."""
        return self.signed_last

    def doubts(self) -> list[str]:
        """Codes of what is allowed but rarely meant: staff confirm it, see ``DOUBTS``."""
        effective, signed = read(self.effective), self.first_signature()
        early = effective and signed and effective.last < signed.first
        return ["before_signature"] if early else []

    def first_signature(self):
        """The earliest signature known, as a partial date, or None."""
        dates = []
        if self.pk:
            for party in self.parties.all():
                dates += [read(one.date) for one in party.signatures.all() if one.date]
        dates = dates or [read(self.signed)]
        return min(filter(None, dates), key=lambda date: date.first, default=None)

    def headline(self, language: str) -> str:
        """Its title, or its kind and the parties, in one language."""
        if title := languages.text(self, "title", language):
            return title
        with translation.override(language):
            kind = str(self.kind)
            names = [party.name_in(language) for party in self.partners()]
            return _("%(kind)s: %(parties)s") % {
                "kind": kind,
                "parties": pgettext("between names", ", ").join(names),
            }

    def headline_here(self) -> str:
        return self.headline(languages.active())

    def public_summary(self, language: str) -> str:
        """The summary, as far as the register may show it."""
        return languages.text(self, "summary", language) if self.tells_more() else ""

    def tells_more(self) -> bool:
        """Whether the register shows more than that there is such an agreement."""
        return self.public_level in (self.PublicLevel.SUMMARY, self.PublicLevel.FULL)

    @property
    def is_listed(self) -> bool:
        """The rule of ``public()``, told of a row that is in memory."""
        return self.public_level != self.PublicLevel.HIDDEN

    def get_absolute_url(self, language: str | None = None) -> str:
        where = {"parameter": "number", "language": language}
        return address_of("partners:agreement", self.number, **where)

    def status_on(self, day: datetime.date | None = None) -> AgreementStatus:
        """The status on ``day`` (today); for a day of the past, by the terms of that day."""
        today = timezone.localdate()
        day = day or today
        then = self
        if day < today and self.pk:
            valid = (s for s in self.states.all() if s.valid_from <= day < s.valid_until)
            then = next(valid, self)
        return status_by_dates(self, then, day)

    def parties_on(self, day: datetime.date) -> list[AgreementParty]:
        """Who was a party on ``day``, in order: acts let parties join and leave."""
        return [party for party in self.parties.all() if party.is_party_on(day)]

    def partners(self):
        """Today's parties other than the office itself, in order; all where it is no party."""
        parties = self.parties_on(timezone.localdate()) or list(self.parties.all())
        others = [p for p in parties if not (p.institution and p.institution.is_own)]
        return others or parties
