"""What an agreement is on a given day: one rule, told of a row in Python and of all rows in SQL."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _


class AgreementStatus(models.TextChoices):
    """What an agreement is on a given day; computed, never typed."""

    SUPERSEDED = "superseded", _("Superseded")
    TERMINATED = "terminated", _("Terminated")
    SUSPENDED = "suspended", _("Suspended")
    EXPIRED = "expired", _("Expired")
    NOT_CONFIRMED = "not_confirmed", _("Status not confirmed")
    EXPIRING = "expiring", _("Expires soon")
    IN_FORCE = "in_force", _("In force")
    SIGNED = "signed", _("Signed, not yet in force")
    ANNOUNCED = "announced", _("Announced")

    @property
    def look(self) -> str:
        """How the arch is drawn: filled, half filled, in outline or dotted."""
        return LOOKS.get(self.value, "open")

    @classmethod
    def with_look(cls, look: str) -> list["AgreementStatus"]:
        return [status for status in cls if status.look == look]


LOOKS = {
    "in_force": "active",
    "expiring": "soon",
    "expired": "lapsed",
    "terminated": "lapsed",
    "superseded": "lapsed",
}
# The order of the looks where what needs attention comes first.
URGENCY = {"soon": 0, "active": 1, "open": 2, "lapsed": 3}


# An agreement without an end date that nobody has signed or confirmed for this long is doubtful.
CONFIRMED_FOR_MONTHS = 24


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month, earlier; the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return datetime.date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)


# What acts change over time, and what therefore has a past: see AgreementState.
HISTORIC = {
    "starts": models.DateField(),
    "signed_last": models.DateField(),
    "ends_last": models.DateField(),
    "notice_from": models.DateField(),
    "is_evergreen": models.BooleanField(),
    "confirmed_on": models.DateField(),
    "suspended_on": models.DateField(),
    "resumed_on": models.DateField(),
}


def status_case(day: datetime.date, prefix: str = "") -> Case:
    """The rule as an expression; ``prefix`` stands before the names of the HISTORIC columns."""
    at = {name: f"{prefix}{name}" for name in HISTORIC}
    doubtful = months_before(day, CONFIRMED_FOR_MONTHS)
    soon = day + datetime.timedelta(days=settings.PORTAL_EXPIRING_DAYS)

    def q(name, look, value):
        return Q((f"{at[name]}__{look}", value))

    def unknown(name):
        return q(name, "isnull", True)

    started = q("starts", "lte", day)
    resumed_first = Q((f"{at['resumed_on']}__lt", F(at["suspended_on"])))
    still = unknown("resumed_on") | q("resumed_on", "gt", day) | resumed_first
    long_ago = (unknown("signed_last") & q("starts", "lt", doubtful)) | q(
        "signed_last", "lt", doubtful
    )
    unconfirmed = unknown("confirmed_on") | q("confirmed_on", "lt", doubtful)
    endless = Q((at["is_evergreen"], False)) & unknown("ends_last") & started
    near = q("notice_from", "lte", day) | (unknown("notice_from") & q("ends_last", "lte", soon))
    rules = (
        (Q(superseded_on__lte=day), AgreementStatus.SUPERSEDED),
        (Q(terminated_on__lte=day), AgreementStatus.TERMINATED),
        (q("suspended_on", "lte", day) & still, AgreementStatus.SUSPENDED),
        (q("ends_last", "lt", day), AgreementStatus.EXPIRED),
        (endless & long_ago & unconfirmed, AgreementStatus.NOT_CONFIRMED),
        (started & near, AgreementStatus.EXPIRING),
        (started, AgreementStatus.IN_FORCE),
        (~unknown("starts"), AgreementStatus.SIGNED),
        (Q(announced_first__isnull=False), AgreementStatus.ANNOUNCED),
    )
    return Case(
        *(When(condition, then=Value(str(status.value))) for condition, status in rules),
        default=Value(str(AgreementStatus.NOT_CONFIRMED.value)),
        output_field=models.CharField(),
    )


def status_by_dates(agreement, then, day: datetime.date) -> AgreementStatus:
    """The same rule; ``then`` has the HISTORIC dates as they stood on ``day``."""
    if agreement.superseded_on and agreement.superseded_on <= day:
        return AgreementStatus.SUPERSEDED
    if agreement.terminated_on and agreement.terminated_on <= day:
        return AgreementStatus.TERMINATED
    if _is_suspended(then, day):
        return AgreementStatus.SUSPENDED
    if then.ends_last and then.ends_last < day:
        return AgreementStatus.EXPIRED
    if _is_doubtful(then, day):
        return AgreementStatus.NOT_CONFIRMED
    if then.starts and then.starts <= day:
        return AgreementStatus.EXPIRING if _is_expiring(then, day) else AgreementStatus.IN_FORCE
    if then.starts:
        return AgreementStatus.SIGNED
    announced = agreement.announced_first
    return AgreementStatus.ANNOUNCED if announced else AgreementStatus.NOT_CONFIRMED


def _is_suspended(then, day):
    if not then.suspended_on or then.suspended_on > day:
        return False
    return not then.resumed_on or then.resumed_on > day or then.resumed_on < then.suspended_on


def _is_doubtful(then, day):
    if then.is_evergreen or then.ends_last or not then.starts or then.starts > day:
        return False
    known = max(then.signed_last or then.starts, then.confirmed_on or datetime.date.min)
    return known < months_before(day, CONFIRMED_FOR_MONTHS)


def _is_expiring(then, day):
    if then.notice_from:
        return then.notice_from <= day
    soon = day + datetime.timedelta(days=settings.PORTAL_EXPIRING_DAYS)
    return then.ends_last is not None and then.ends_last <= soon
