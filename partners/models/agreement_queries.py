"""What is asked of agreements: who may see them, what they are on a day, in which order."""

import datetime

from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners.models.parties import AgreementParty
from partners.models.status import HISTORIC, URGENCY, AgreementStatus, status_case
from publishing.cache.models import PublicQuerySet
from publishing.editorial import languages


class AgreementQuerySet(PublicQuerySet):
    def public(self):
        """Agreements on the public register: the only door for public reads."""
        return self.exclude(public_level=self.model.PublicLevel.HIDDEN)

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
        return self.select_related("kind", "field").prefetch_related(
            models.Prefetch("parties", parties)
        )

    def for_lines(self):
        """What a line of the register or a small picture shows; long texts stay behind."""
        texts = languages.columns("summary", "field__summary")
        return self.select_related("kind", "field").defer("summary", *texts)

    def for_link(self):
        """What a link shows: the title, or else the kind, and beside it today's status."""
        names = ("number", *languages.columns("title", "kind__name"))
        days = ("superseded_on", "terminated_on", "announced_first")
        return self.select_related("kind").only(*names, *HISTORIC, *days)

    def for_page(self):
        return self.for_register().select_related("place")
