"""The terms of an agreement through time: what each act changed, and how they stood on a day.

An act keeps, for each term it changed, the value before and after. The terms of a day follow
from the first value known and from all acts that had taken effect by then.
"""

import datetime
from collections.abc import Iterable

from publishing.editorial.languages import columns

# What the parties agreed; once an agreement is concluded, only an act changes these columns.
TERMS = (
    *columns("title", "summary"),
    "binding",
    "effective",
    "ends",
    "is_evergreen",
    "renews_automatically",
    "term_months",
    "notice_months",
)
_TEXTS = columns("title", "summary")
AREA_COLUMNS = ("order", "activity", "isced", *columns("heading", "text"))


def areas_of(agreement) -> list[dict]:
    """The areas of cooperation as plain values, for an act to keep."""
    rows = agreement.areas.prefetch_related("lead_units")
    return [
        area(
            {name: _plain(getattr(row, name)) for name in AREA_COLUMNS}
            | {"lead_units": sorted(unit.pk for unit in row.lead_units.all())},
            order,
        )
        for order, row in enumerate(rows, start=1)
    ]


def area(values: dict, order: int) -> dict:
    """``values`` of an area made complete, at its place in the order."""
    empty = {**dict.fromkeys(AREA_COLUMNS, ""), "lead_units": []}
    return empty | values | {"order": order}


def _plain(value):
    return "" if value is None else value


def current(agreement, name: str):
    if name == "areas":
        return areas_of(agreement)
    value = getattr(agreement, name)
    return "" if value is None and name in _TEXTS else value


def terms_on(agreement, actions: Iterable, day: datetime.date) -> dict:
    """Every term by its name, as it stood on ``day``."""
    actions = sorted(actions, key=lambda action: action.pk)
    return {name: value_on(agreement, actions, name, day) for name in (*TERMS, "areas")}


def value_on(agreement, actions, name, day, moment="effective_from_start"):
    """One term on ``day``, from ``actions`` in the order in which they were recorded.

    ``moment`` names the day of an act from which it counts.
    """
    changing = [action for action in actions if name in action.changes]
    if not changing:
        return current(agreement, name)
    value = changing[0].changes[name][0]
    # Corrections say what had been agreed from the start; the others build upon it.
    for action in sorted(changing, key=lambda one: (getattr(one, moment), one.pk)):
        if getattr(action, moment) <= day:
            value = action.changes[name][1]
    return value


def as_it_stood(agreement, day: datetime.date):
    """The agreement and its areas as rows in memory, with the terms of ``day``; never saved."""
    values = agreement.terms_on(day)
    areas = values.pop("areas")
    area_of = agreement.areas.model
    plain = ({name: one[name] for name in AREA_COLUMNS} for one in areas)
    return type(agreement)(**values), [area_of(**one) for one in plain]
