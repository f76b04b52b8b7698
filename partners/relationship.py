"""What happened with a partner, in one order: agreements and acts, and what the floors above tell.

Each source asks a constant number of queries and gives no more than its newest ``limit`` steps.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Case, DateField, F, Prefetch, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.models import Agreement, AgreementAction, AgreementParty
from partners.register import status_of
from publishing.editorial import languages
from publishing.editorial.dates import PartialDate, read

LIMIT = 30
NEVER = datetime.date(1, 1, 1)
Kind = AgreementAction.Kind
# What the columns of the agreement do not say already.
TOLD_ACTS = (
    Kind.AMENDMENT,
    Kind.EXTENSION,
    Kind.RENEWAL,
    Kind.NOTICE,
    Kind.CONFIRMATION,
    Kind.ACCESSION,
    Kind.LEAVING,
    Kind.SUSPENSION,
    Kind.RESUMPTION,
    Kind.TERMINATION,
    Kind.SUPERSESSION,
)


@dataclass(frozen=True)
class Step:
    """One dated line; ``about`` and ``tells`` let a milestone stand for what it is about."""

    date: PartialDate
    word: str
    title: str
    href: str = ""
    note: str = ""
    about: tuple | None = None
    tells: tuple = ()


_sources: list[Callable[..., Iterable[Step]]] = []


def register(source: Callable[..., Iterable[Step]]) -> None:
    """``source(institution, limit)`` gives steps in the reader's language."""
    _sources.append(source)


def steps(institution, *, limit: int = LIMIT) -> tuple[list[Step], bool]:
    """The newest steps that lie in the past, and whether there are more."""
    today = timezone.localdate()
    found = [s for source in (of_agreements, *_sources) for s in source(institution, limit + 1)]
    told = {about for step in found for about in step.tells}
    found = [s for s in found if s.date.first <= today and s.about not in told]
    found.sort(key=lambda step: step.date.last, reverse=True)
    return found[:limit], len(found) > limit


def of_agreements(institution, limit):
    agreements = _latest(institution, limit)
    acts = AgreementAction.objects.filter(agreement__in=agreements, kind__in=TOLD_ACTS)
    by_agreement = {}
    for act in acts.select_related("by_party__institution").order_by("-effective", "-pk")[:200]:
        by_agreement.setdefault(act.agreement_id, []).append(act)
    for agreement in agreements:
        # The register shows acts only of agreements of which it tells more.
        known = by_agreement.get(agreement.pk, []) if agreement.tells_more() else []
        yield from _steps(agreement, known, institution)


def _latest(institution, limit) -> list[Agreement]:
    """Its public agreements by what happened last."""
    today = timezone.localdate()
    past = [_past(name, today) for name in ("ends_last", "terminated_on", "suspended_on")]
    past += [_past(name, today) for name in ("resumed_on", "superseded_on")]
    begun = Coalesce("signed_last", "announced_first", Value(NEVER), output_field=DateField())
    agreements = Agreement.objects.public().filter(institutions=institution).with_status()
    agreements = agreements.annotate(last=Greatest(begun, *past, output_field=DateField()))
    parties = Prefetch("parties", AgreementParty.objects.for_lines())
    return list(agreements.for_lines().prefetch_related(parties).order_by("-last", "-pk")[:limit])


def _past(name, today):
    return Case(
        When(Q((f"{name}__lte", today)), then=F(name)),
        default=Value(NEVER),
        output_field=DateField(),
    )


def _steps(agreement, acts, institution):
    names = [p.name_in(languages.active()) for p in agreement.partners() if p.institution_id
             != institution.pk]  # fmt: skip
    facts = {
        "title": agreement.headline_here(),
        "href": agreement.get_absolute_url(),
        "note": _("with %(others)s") % {"others": pgettext("between names", ", ").join(names)}
        if names
        else str(agreement.kind),
    }
    signed = ("agreement", agreement.pk)
    for text, word, about in (
        (agreement.announced, _("Announced"), None),
        (agreement.signed, _("Signed"), signed),
        *_from_columns(agreement, {act.kind for act in acts}),
    ):
        if date := read(str(text)) if text else None:
            yield Step(date, word, about=about, **facts)
    for act in acts:
        day = act.effective
        word = act.get_kind_display()
        if act.kind in (Kind.ACCESSION, Kind.LEAVING) and act.by_party:
            word = _("%(act)s: %(party)s") % {"act": word, "party": act.by_party}
        yield Step(PartialDate(day.year, day.month, day.day), word, **facts)


def _from_columns(agreement, kinds):
    """What the columns say and no act on record does."""
    if Kind.SUSPENSION not in kinds:
        yield agreement.suspended_on, _("Suspended"), None
        yield agreement.resumed_on, _("Resumed"), None
    if Kind.TERMINATION not in kinds:
        yield agreement.terminated_on, _("Terminated"), None
    if Kind.SUPERSESSION not in kinds:
        yield agreement.superseded_on, _("Superseded"), None
    if status_of(agreement).value == "expired":
        yield agreement.ends, _("Expired"), None
