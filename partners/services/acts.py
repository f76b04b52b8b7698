"""What happens to a concluded agreement: each act is dated, kept, and changes the columns.

All take ``agreement``, the day ``date`` on which it was done, and further: ``effective``, from
when it counts (the same day); ``text_en``, ``text_zh_hans``; ``document``; ``by_party``;
``user``; ``confirm=True`` to go on where NeedsConfirmation was raised. They return the act.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from partners import life
from partners.exceptions import NeedsConfirmation
from partners.models import (
    Agreement,
    AgreementAction,
    AgreementArea,
    AgreementParty,
    Institution,
    months_before,
)
from partners.services.checking import checked
from partners.services.states import rebuild_states
from publishing.editorial import audit
from publishing.editorial.dates import PartialDate, read
from publishing.editorial.exceptions import Refused

Kind = AgreementAction.Kind
DAY = datetime.timedelta(days=1)


@transaction.atomic
def amend(*, agreement: Agreement, date: datetime.date, changes: dict, **details):
    """Change terms: ``changes`` maps columns of ``life.TERMS`` to values, ``areas`` to a list."""
    return _change_terms(agreement, Kind.AMENDMENT, date, changes, details)


@transaction.atomic
def correct(*, agreement: Agreement, date: datetime.date, changes: dict, **details):
    """Set right what the record had wrong from the start; the agreement itself did not change."""
    if not (details.get("text_en") or details.get("text_zh_hans")):
        raise Refused(_("Say what was wrong."))
    return _change_terms(agreement, Kind.CORRECTION, date, changes, details)


@transaction.atomic
def extend(*, agreement: Agreement, date: datetime.date, ends: str, **details):
    """Move the end of the running term."""
    row = _locked(agreement)
    _has_end(row)
    _later(row, ends)
    _not_over(row, date)
    return _record(row, agreement, Kind.EXTENSION, date, {"ends": ends}, details)


@transaction.atomic
def renew(*, agreement: Agreement, date: datetime.date, ends: str = "", **details):
    """Begin a new term the day after the old one; it lasts as long as agreed, or until ``ends``."""
    row = _locked(agreement)
    _has_end(row)
    _closed(row, date)
    if not ends and not row.term_months:
        raise Refused(_("Give the end of the new term: none is agreed."))
    ends = ends or str(_full(months_before(row.ends_last, -row.term_months)))
    _later(row, ends)
    details["effective"] = row.ends_last + DAY
    return _record(row, agreement, Kind.RENEWAL, date, {"ends": ends}, details)


@transaction.atomic
def suspend(*, agreement: Agreement, date: datetime.date, **details):
    row = _locked(agreement)
    effective = details.get("effective") or date
    _not_over(row, effective)
    if row.suspended_on and not (row.resumed_on and row.resumed_on > row.suspended_on):
        raise Refused(_("It is suspended already."))
    row.suspended_on, row.resumed_on = effective, None
    return _record(row, agreement, Kind.SUSPENSION, date, {}, details)


@transaction.atomic
def resume(*, agreement: Agreement, date: datetime.date, **details):
    row = _locked(agreement)
    effective = details.get("effective") or date
    _not_over(row, effective)
    if not row.suspended_on or row.resumed_on:
        raise Refused(_("It is not suspended."))
    if effective <= row.suspended_on:
        raise Refused(_("It cannot be resumed before it was suspended."))
    row.resumed_on = effective
    return _record(row, agreement, Kind.RESUMPTION, date, {}, details)


@transaction.atomic
def give_notice(*, agreement: Agreement, date: datetime.date, effective: datetime.date, **details):
    """A party says that it will end: it does so on ``effective``."""
    row = _locked(agreement)
    _not_over(row, date)
    if row.terminated_on:
        raise Refused(_("Notice is on record already."))
    doubts = []
    if row.notice_months and effective < months_before(date, -row.notice_months):
        doubts = ["short_notice"]
    row.terminated_on = effective
    details["effective"] = effective
    return _record(row, agreement, Kind.NOTICE, date, {}, details, doubts)


@transaction.atomic
def terminate(*, agreement: Agreement, date: datetime.date, **details):
    row = _locked(agreement)
    _once(row, Kind.TERMINATION)
    effective = details.get("effective") or date
    if row.ends_last and row.ends_last < effective:
        raise Refused(_("It ended on %(day)s already.") % {"day": _day(row.ends_last)})
    if row.superseded_on:
        raise Refused(_("It is superseded."))
    row.terminated_on = effective
    return _record(row, agreement, Kind.TERMINATION, date, {}, details)


@transaction.atomic
def supersede(*, agreement: Agreement, date: datetime.date, by: Agreement, **details):
    """Another agreement takes its place; the other one then says that it replaces this one."""
    row = _locked(agreement)
    _once(row, Kind.SUPERSESSION)
    _closed(row, date)
    if by.pk == row.pk:
        raise Refused(_("An agreement cannot replace itself."))
    successor = Agreement.objects.select_for_update(of=("self",)).get(pk=by.pk)
    successor.replaces = row
    checked(successor).save()
    row.superseded_on = details.get("effective") or date
    return _record(row, agreement, Kind.SUPERSESSION, date, {}, details)


@transaction.atomic
def confirm(*, agreement: Agreement, date: datetime.date, **details):
    """A party says that it still holds."""
    row = _locked(agreement)
    _closed(row, date)
    row.confirmed_on = max(date, row.confirmed_on or date)
    return _record(row, agreement, Kind.CONFIRMATION, date, {}, details)


@transaction.atomic
def accede(
    *, agreement: Agreement, date: datetime.date, institution: Institution | None = None,
    label_en="", label_zh_hans="", role=AgreementParty.Role.PARTY, **details,
):  # fmt: skip
    """Another party joins: an institution, or a description such as "several companies"."""
    row = _locked(agreement)
    effective = details.get("effective") or date
    _not_over(row, effective)
    if institution and row.parties.filter(institution=institution).exists():
        raise Refused(_("This institution is or was a party already."))
    last = max((party.order for party in row.parties.all()), default=-1)
    # Its accession is this act; no signature of it is missing under the agreement.
    party = AgreementParty(
        agreement=row, institution=institution, label_en=label_en, label_zh_hans=label_zh_hans,
        role=role, must_sign=False, order=last + 1, joined_on=effective,
    )  # fmt: skip
    checked(party).save()
    details["by_party"] = party
    return _record(row, agreement, Kind.ACCESSION, date, {}, details)


@transaction.atomic
def leave(*, agreement: Agreement, date: datetime.date, by_party: AgreementParty, **details):
    """A party withdraws; the agreement goes on between the others."""
    row = _locked(agreement)
    effective = details.get("effective") or date
    _not_over(row, effective)
    party = next((one for one in row.parties.all() if one.pk == by_party.pk), None)
    if party is None:
        raise Refused(_("Only a party can act: %(party)s is none.") % {"party": by_party})
    if party.left_on:
        raise Refused(_("It has left the agreement already."))
    others = [one for one in row.parties_on(effective) if one.pk != party.pk and not one.left_on]
    if len(others) < 2:
        raise Refused(_("Two parties must remain: terminate the agreement instead."))
    party.left_on = effective
    checked(party).save()
    return _record(row, agreement, Kind.LEAVING, date, {}, details | {"by_party": party})


def _locked(agreement) -> Agreement:
    rows = Agreement.objects.select_for_update(of=("self",))
    row = rows.prefetch_related("parties__signatures").get(pk=agreement.pk)
    if not row.is_concluded:
        raise Refused(_("Only a concluded agreement changes by an act; edit this one directly."))
    return row


def _change_terms(agreement, kind, date, changes, details):
    row = _locked(agreement)
    if kind == Kind.AMENDMENT:
        _closed(row, date)
    if unknown := set(changes) - {*life.TERMS, "areas"}:
        raise Refused(_("This is no term: %(name)s.") % {"name": ", ".join(sorted(unknown))})
    if "areas" in changes:
        areas = [life.area(values, order) for order, values in enumerate(changes["areas"], 1)]
        changes = {**changes, "areas": areas}
    changes = {name: value for name, value in changes.items() if value != life.current(row, name)}
    if not changes:
        raise Refused(_("Nothing would change."))
    return _record(row, agreement, kind, date, changes, details)


def _record(row, agreement, kind, date, changes, details, doubts=()):
    """Keep the act, set the columns that follow from it, and hand both back."""
    if date > timezone.localdate():
        raise Refused(_("An act is recorded when it has been done, not before."))
    user, confirmed = details.pop("user", None), details.pop("confirm", False)
    effective = details.pop("effective", None) or date
    by_party = details.get("by_party")
    if by_party and by_party.agreement_id != row.pk:
        raise Refused(_("Only a party can act: %(party)s is none.") % {"party": by_party})
    if (document := details.get("document")) and document.agreement_id != row.pk:
        raise Refused(_("This document belongs to another agreement."))
    doubts = [*doubts, *_doubts(row, kind, date, effective)]
    if doubts and not confirmed:
        raise NeedsConfirmation(doubts)
    action = AgreementAction(
        agreement=row, kind=kind, date=date, effective=effective, accepted_doubts=doubts,
        changes=_before_and_after(row, changes), recorded_by=user, **details,
    )  # fmt: skip
    checked(action, exclude=["recorded_by"])
    try:
        with transaction.atomic():
            action.save()
    except IntegrityError as error:
        raise Refused(_("This is on record already.")) from error
    _apply(row, changes)
    rebuild_states(row)
    audit.record(audit.Action.ACT, user=user, item=row, detail=f"{kind.value}, {date}")
    agreement.refresh_from_db()
    return action


def _doubts(row, kind, date, effective):
    found = []
    first = row.first_signature()
    if first and effective < first.first:
        found.append("before_signature")
    if kind in (Kind.CORRECTION, Kind.CONFIRMATION):
        return found
    if effective < date or row.actions.filter(date__gt=date).exists():
        found.append("back_dated")
    return found


def _before_and_after(row, changes):
    return {name: [life.current(row, name), value] for name, value in changes.items()}


def _apply(row, changes):
    """The columns hold the terms as they will stand when every act has taken effect."""
    actions = list(row.actions.order_by("pk"))
    for name in changes:
        value = life.value_on(row, actions, name, datetime.date.max)
        if name == "areas":
            _replace_areas(row, value)
        else:
            setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(*error.messages) from error
    row.save()


def _replace_areas(row, areas):
    row.areas.all().delete()
    for values in areas:
        values = dict(values)
        units = values.pop("lead_units", [])
        area = AgreementArea(agreement=row, **values)
        checked(area).save()
        area.lead_units.set(Institution.objects.filter(pk__in=units))


def _has_end(row):
    if not row.ends_last:
        raise Refused(_("No end is agreed that could be moved."))


def _later(row, ends):
    try:
        new = PartialDate.parse(ends)
    except ValueError as error:
        raise Refused(_("Give the new end as a date.")) from error
    if new.last <= read(row.ends).last:
        raise Refused(
            _("The new end must be later: it runs until %(day)s already.")
            % {"day": _day(row.ends_last)}
        )


def _closed(row, day):
    """Refuse what cannot be done after it was terminated or superseded."""
    if row.superseded_on and row.superseded_on <= day:
        raise Refused(_("It is superseded."))
    if row.terminated_on and row.terminated_on <= day:
        raise Refused(_("It is terminated."))


def _not_over(row, day):
    _closed(row, day)
    if row.ends_last and row.ends_last < day:
        raise Refused(_("It ended on %(day)s already.") % {"day": _day(row.ends_last)})


def _once(row, kind):
    if row.actions.filter(kind=kind).exists():
        raise Refused(_("This is on record already."))


def _full(day):
    return PartialDate(day.year, day.month, day.day)


def _day(day):
    return formats.date_format(day, "DATE_FORMAT")
