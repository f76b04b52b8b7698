"""What is asked about publishable items."""

import datetime

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from publishing.cache.models import PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.freshness import Freshness
from publishing.editorial.languages import column
from publishing.editorial.models.states import Stage, State, visible_q

# Later than every debt, for the order of those that have none.
NEVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


class ItemManager(models.Manager):
    """The items alone: no list, chooser, relation, export or index ever meets a working copy."""

    def get_queryset(self):
        return super().get_queryset().filter(live=None)


def items(queryset_class):
    """The default manager of a publishable model."""
    return ItemManager.from_queryset(queryset_class)()


class PublishableQuerySet(PublicQuerySet):
    def public(self, language: str | None = None, *, at=None, withdrawn: bool = False):
        """The only door for public reads: what is published in ``language`` at this instant.

        ``withdrawn`` adds the items whose page stays, with a notice on top; they are in no list.
        """
        states = (State.PUBLISHED, State.WITHDRAWN) if withdrawn else (State.PUBLISHED,)
        return self.filter(visible_q(language or languages.active(), at or timezone.now(), states))

    def public_anywhere(self, *, withdrawn: bool = False):
        """What is published in any language: the item, not a text of it, is asked for."""
        now = timezone.now()
        states = (State.PUBLISHED, State.WITHDRAWN) if withdrawn else (State.PUBLISHED,)
        visible = Q()
        for code in languages.CODES:
            visible |= visible_q(code, now, states)
        return self.filter(visible)

    def unpublished(self, language: str):
        """Items whose page in ``language`` answers 410 or leads to a replacement."""
        gone = Q((column("state", language), State.UNPUBLISHED))
        expired = Q(
            (f"{column('state', language)}__in", (State.PUBLISHED, State.WITHDRAWN)),
            (f"{column('expire_at', language)}__lte", timezone.now()),
        )
        return self.filter(gone | expired)

    def in_stage_of(self, language: str, stage: Stage):
        """Items whose ``language`` is not public and has come as far as ``stage``."""
        return self.filter((column("stage", language), stage)).exclude(
            (column("state", language), State.PUBLISHED)
        )

    def in_state(self, state: State, language: str | None = None):
        """Items with ``state`` in one language, or in any."""
        codes = [language] if language else languages.CODES
        matching = Q()
        for code in codes:
            matching |= Q((column("state", code), state))
        return self.filter(matching)

    def due_copies(self, now):
        """Working copies with a language whose scheduled instant has come."""
        due = Q()
        for code in languages.CODES:
            due |= Q(
                (column("state", code), State.PUBLISHED),
                (f"{column('publish_at', code)}__lte", now),
            )
        return self.filter(due, live__isnull=False)

    def in_freshness(self, freshness: Freshness, language: str):
        return self.filter((column("freshness", language), freshness))

    def out_of_step(self):
        """Items of which one language owes something to the other, oldest debt first."""
        uneven, since = Q(), []
        for code in languages.CODES:
            own, other = (column("freshness", c) for c in (code, languages.other(code)))
            uneven |= Q((f"{own}__in", (Freshness.OUTDATED, Freshness.MACHINE)))
            uneven |= Q((own, Freshness.CURRENT)) & ~Q((other, Freshness.CURRENT))
            since.append(Coalesce(column("owed_since", code), Value(NEVER)))
        return self.filter(uneven).annotate(debt_since=Least(*since)).order_by("debt_since", "pk")

    def with_copy_times(self):
        """``copy_saved_at``: when the working copy of each item was last saved, or None."""
        return self.annotate(copy_saved_at=models.F("working_copy__saved_at"))

    def being_changed(self):
        """Items with a working copy."""
        return self.filter(working_copy__isnull=False)

    def next_change(self, after):
        """The next instant at which an item appears or disappears by itself, or None."""
        names = [
            column(name, code)
            for name in ("publish_at", "embargo_until", "expire_at")
            for code in languages.CODES
        ]
        instants = self.aggregate(
            **{name: models.Min(name, filter=Q((f"{name}__gt", after))) for name in names}
        )
        return min((value for value in instants.values() if value), default=None)
