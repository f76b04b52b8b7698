"""Agreements, their parties, and the rule that reads their status."""

import datetime

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from partners import life
from partners.models.cooperation import CooperationField
from partners.models.institutions import Institution
from partners.models.places import Place
from partners.models.status import (
    HISTORIC,
    URGENCY,
    AgreementStatus,
    months_before,
    status_by_dates,
    status_case,
)
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.addresses import address_of
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read


class AgreementQuerySet(PublicQuerySet):
    def public(self):
        """Agreements on the public register: the only door for public reads."""
        return self.exclude(public_level=Agreement.PublicLevel.HIDDEN)

    def with_status(self, day: datetime.date | None = None):
        """Annotate ``status`` for ``day`` (today): the rule of ``Agreement.status_on`` in SQL."""
        today = timezone.localdate()
        day = day or today
        if day >= today:
            return self.annotate(status=status_case(day))
        valid = Q(states__valid_from__lte=day, states__valid_until__gt=day)
        known = self.alias(state=FilteredRelation("states", condition=valid))
        then = {
            f"then_{name}": Case(
                When(state__isnull=False, then=F(f"state__{name}")),
                default=F(name),
                output_field=column,
            )
            for name, column in HISTORIC.items()
        }
        return known.alias(**then).annotate(status=status_case(day, prefix="then_"))

    def known_on(self, day: datetime.date):
        """Without those that were neither announced, signed nor begun yet on ``day``."""
        known = Q()
        for name in ("announced_first", "signed_first", "effective_first"):
            known |= Q((f"{name}__lte", day))
        undated = Q(announced="", signed="", effective="")
        return self.filter(known | undated)

    def concluded(self):
        """Every required party has signed: the rule of ``Agreement.is_concluded`` in SQL."""
        required = AgreementParty.objects.filter(agreement=OuterRef("pk"), must_sign=True)
        signatures = AgreementParty.objects.filter(
            agreement=OuterRef("pk"), signatures__isnull=False
        )
        each = Exists(signatures) & Exists(required)
        return self.filter(
            (each & ~Exists(required.filter(signatures__isnull=True)))
            | (~Exists(signatures) & ~Q(signed=""))
        )

    def in_force(self, day: datetime.date | None = None):
        """In force on ``day``, those that expire soon among them."""
        return self.with_status(day).filter(
            status__in=[AgreementStatus.IN_FORCE, AgreementStatus.EXPIRING]
        )

    def by_urgency(self):
        """Needs ``with_status``: what expires soon, what is in force, the open ones, the lapsed."""
        return self.annotate(
            urgency=Case(
                *(
                    When(status=str(status.value), then=Value(URGENCY[status.look]))
                    for status in AgreementStatus
                ),
                output_field=models.SmallIntegerField(),
            )
        ).order_by("urgency", Coalesce("ends_last", Value(datetime.date.max)), "number")

    def for_register(self):
        # Joined: SQLite cannot be asked for more than 1,000 institutions one by one.
        parties = AgreementParty.objects.select_related("institution")
        return self.select_related("field").prefetch_related(models.Prefetch("parties", parties))

    def for_lines(self):
        """What a line of the register or a small picture shows; long texts stay behind."""
        texts = languages.columns("summary", "field__summary")
        return self.select_related("field").defer("summary", *texts)

    def for_page(self):
        return self.for_register().select_related("place")


class Agreement(PublicModel):
    """What institutions agreed. Its status follows from its dates."""

    class Kind(models.TextChoices):
        LETTER_OF_INTENT = "letter_of_intent", _("Letter of intent")
        MOU = "mou", _("Memorandum of understanding")
        MOC = "moc", _("Memorandum of cooperation")
        FRAMEWORK = "framework", _("Framework agreement")
        COOPERATION = "cooperation", _("Cooperation agreement")
        PROJECT = "project", _("Project cooperation agreement")
        IMPLEMENTATION = "implementation", _("Implementation protocol")
        JOINT_ESTABLISHMENT = "joint_establishment", _("Joint-establishment agreement")
        JOINT_EDUCATION = "joint_education", _("Joint-education agreement")
        EXCHANGE = "exchange", _("Exchange agreement")
        LICENCE = "licence", _("Licence or technology-transfer agreement")
        SISTER_CITY = "sister_city", _("Sister-city agreement")
        FRIENDLY_CITY = "friendly_city", _("Friendly-exchange-city agreement")
        MEMBERSHIP = "membership", _("Membership")
        SUPPLEMENT = "supplement", _("Supplement")
        OTHER = "other", _("Other")

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
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
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

    class Meta:
        ordering = ["-signed_last", "number"]
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
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
        title = languages.first_text(self, "title") or self.get_kind_display()
        return f"{self.number} {title}".strip()

    def save(self, *args, **kwargs):
        self.derive()
        if not self.number:
            self.number = self.next_number()
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

    def next_number(self, taken=None) -> str:
        """The next free one of its year; ``taken`` are all numbers, where they are known."""
        dated = read(self.signed) or read(self.announced)
        year = dated.year if dated else timezone.localdate().year
        if taken is None:
            rows = type(self)._base_manager.filter(number__startswith=f"{year}-")
            taken = set(rows.values_list("number", flat=True))
        own = sum(number.startswith(f"{year}-") for number in taken)
        return next(number for n in range(1, own + 2) if (number := f"{year}-{n:02}") not in taken)

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
            kind = self.get_kind_display()
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

    def get_absolute_url(self):
        return address_of("partners:agreement", self.number, parameter="number")

    def status_on(self, day: datetime.date | None = None) -> AgreementStatus:
        """The status on ``day`` (today); for a day of the past, by the terms of that day."""
        today = timezone.localdate()
        day = day or today
        then = self
        if day < today and self.pk:
            valid = (s for s in self.states.all() if s.valid_from <= day < s.valid_until)
            then = next(valid, self)
        return status_by_dates(self, then, day)

    def parties_on(self, day: datetime.date) -> list["AgreementParty"]:
        """Who was a party on ``day``, in order: acts let parties join and leave."""
        return [party for party in self.parties.all() if party.is_party_on(day)]

    def partners(self):
        """Today's parties other than the office itself, in order; all where it is no party."""
        parties = self.parties_on(timezone.localdate()) or list(self.parties.all())
        others = [p for p in parties if not (p.institution and p.institution.is_own)]
        return others or parties


class AgreementPartyQuerySet(PublicQuerySet):
    def for_links(self):
        """As for lines; ``is_open``: the institution has a public page."""
        public = Institution.objects.public().filter(pk=OuterRef("institution"))
        return self.for_lines().annotate(is_open=Exists(public))

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

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
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
