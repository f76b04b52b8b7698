"""The past of an agreement's status, rebuilt from its acts."""

import datetime
from itertools import pairwise

from partners import life
from partners.models import Agreement, AgreementAction, AgreementState
from partners.models.status import HISTORIC

Kind = AgreementAction.Kind
_TERMS = ("effective", "ends", "is_evergreen", "notice_months")


def rebuild_states(agreement: Agreement) -> None:
    actions = list(agreement.actions.order_by("pk"))
    agreement.states.all().delete()
    days = sorted({action.counts_from for action in actions} - {datetime.date.min})
    edges = [datetime.date.min, *days, datetime.date.max]
    AgreementState.objects.bulk_create(
        AgreementState(
            agreement=agreement,
            valid_from=first,
            valid_until=until,
            **_dates_on(agreement, actions, first),
        )
        for first, until in pairwise(edges if actions else [])
    )


def _dates_on(agreement, actions, day):
    """The HISTORIC columns by all acts that count on ``day``."""
    terms = {
        name: life.value_on(agreement, actions, name, day, moment="counts_from") for name in _TERMS
    }
    then = Agreement(signed=agreement.signed, **terms)
    then.derive()
    then.confirmed_on = _confirmed(agreement, actions, day)
    then.suspended_on, then.resumed_on = _suspended(agreement, actions, day)
    return {name: getattr(then, name) for name in HISTORIC}


def _confirmed(agreement, actions, day):
    dates = [action.date for action in actions if action.kind == Kind.CONFIRMATION]
    if not dates:
        return agreement.confirmed_on
    return max((date for date in dates if date <= day), default=None)


def _suspended(agreement, actions, day):
    acts = [action for action in actions if action.kind in (Kind.SUSPENSION, Kind.RESUMPTION)]
    if not any(action.kind == Kind.SUSPENSION for action in acts):
        return agreement.suspended_on, agreement.resumed_on
    suspended = resumed = None
    for action in sorted(acts, key=lambda one: (one.effective, one.pk)):
        if action.effective <= day:
            if action.kind == Kind.SUSPENSION:
                suspended, resumed = action.effective, None
            else:
                resumed = action.effective
    return suspended, resumed
