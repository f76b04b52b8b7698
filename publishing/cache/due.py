"""Instants at which public pages change although nobody saves anything.

Apps register at start: a *source* tells its next instant (publication, embargo, expiry, end of an
event); an *action* brings rows up to date once an instant has passed. Midnight, at which the
status of agreements changes, is built in.
"""

import logging
from datetime import datetime, time, timedelta

from django.utils import timezone

logger = logging.getLogger(__name__)
_sources = []
_actions = []


def register(source):
    """Register ``source(now)``: the next instant strictly after ``now``, or None.

    Sources are asked once for each content generation and each passed instant, not per page.
    """
    _sources.append(source)
    return source


def register_action(action):
    """Register ``action()``, called in autocommit before pages past an instant are rendered.

    It must be idempotent and safe beside other processes that call it at the same moment.
    """
    _actions.append(action)
    return action


def next_due(now):
    """The first instant after ``now`` at which some public page changes by itself."""
    instants = [next_midnight(now)]
    for source in _sources:
        instant = source(now)
        if instant is not None and instant > now:
            instants.append(instant)
    return min(instants)


def next_midnight(now):
    zone = timezone.get_default_timezone()
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone)


def run_actions():
    """Run all actions; false if one failed, so that the caller tries again soon.

    A failure never costs the page: while the database refuses writes, the old text stays.
    """
    succeeded = True
    for action in _actions:
        try:
            action()
        except Exception:
            logger.exception("What was due could not be applied by %s", action)
            succeeded = False
    return succeeded
