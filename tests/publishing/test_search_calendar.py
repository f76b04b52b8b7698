"""How the site search asks for days."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.search.calendar import DAY, Timeline, day_marks, period

DAYS = st.dates(datetime.date(1, 1, 1), datetime.date(9998, 12, 31))


@given(first=DAYS, days=st.integers(0, 900), other=st.integers(-40, 940))
def test_a_period_has_one_mark_of_each_of_its_days_and_none_of_others(first, days, other):
    last = first + min(days * DAY, datetime.date(9998, 12, 31) - first)
    marks = period(first, last)
    try:
        day = first + other * DAY
    except OverflowError:
        return
    own = set(marks) & set(day_marks(day))
    assert len(own) == (first <= day <= last)


def test_a_period_takes_few_marks():
    first, last = datetime.date(2018, 3, 31), datetime.date(2026, 11, 2)
    assert len(period(first, last)) == 1 + 9 + 7 + 10 + 2


def test_what_has_no_date_has_no_marks():
    assert day_marks(None) == []


@pytest.mark.parametrize(
    ("share", "end", "day"),
    [(0.25, 400, 300), (0.5, 400, 200), (0.25, 300, 200), (1, 400, 0), (0.9, 300, 0)],
)
def test_statistics_tell_since_when_there_are_so_many(share, end, day):
    timeline = Timeline([each << 32 for each in (0, 100, 200, 300, 400)])
    assert timeline.back(share, end << 32) == day << 32
