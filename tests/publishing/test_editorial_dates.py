import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from news.models import Event
from partners.models import Agreement
from publishing.editorial.dates import PartialDate, PartialDateField


@pytest.mark.parametrize(
    ("typed", "stored", "first", "last"),
    [
        ("2019", "2019", (2019, 1, 1), (2019, 12, 31)),
        ("2019-02", "2019-02", (2019, 2, 1), (2019, 2, 28)),
        ("2020-02", "2020-02", (2020, 2, 1), (2020, 2, 29)),
        ("2019-05-04", "2019-05-04", (2019, 5, 4), (2019, 5, 4)),
        ("2019/9/10", "2019-09-10", (2019, 9, 10), (2019, 9, 10)),
        ("2019年9月10日", "2019-09-10", (2019, 9, 10), (2019, 9, 10)),
        ("2019年9月", "2019-09", (2019, 9, 1), (2019, 9, 30)),
        (" 2019 ", "2019", (2019, 1, 1), (2019, 12, 31)),
    ],
)
def test_a_date_is_read_as_far_as_it_is_known(typed, stored, first, last):
    date = PartialDate.parse(typed)
    assert str(date) == stored
    assert (date.first, date.last) == (datetime.date(*first), datetime.date(*last))


@pytest.mark.parametrize(
    "typed",
    [
        "May 2019",
        "2019-13",
        "2019-02-30",
        "19-05",
        "2019-05-04T10:00",
        "0000",
        "2019--1",
        "9999-12-31",
    ],
)
def test_anything_else_is_refused_with_a_sentence(typed):
    with pytest.raises(ValidationError, match="2020-09-25"):
        PartialDateField().clean(typed, None)


def test_each_language_writes_dates_its_own_way():
    day, month, year = (PartialDate.parse(text) for text in ("2020-09-05", "2020-09", "2020"))
    assert [d.localised() for d in (day, month, year)] == [
        "5 September 2020",
        "September 2020",
        "2020",
    ]
    with translation.override("zh-hans"):
        assert [d.localised() for d in (day, month, year)] == [
            "2020年9月5日",
            "2020年9月",
            "2020年",
        ]


@pytest.mark.django_db
def test_derived_days_follow_the_text_on_every_save():
    agreement = Agreement.objects.create(kind_id="mou", signed="2016-05")
    agreement.refresh_from_db()
    assert agreement.signed_first == datetime.date(2016, 5, 1)
    assert agreement.signed_last == datetime.date(2016, 5, 31)
    agreement.signed = ""
    agreement.save()
    agreement.refresh_from_db()
    assert agreement.signed_first is None


def test_a_text_that_is_no_date_is_refused_beside_its_field_and_never_stored(db):
    event = Event(title_en="Conference", start_date="next spring")
    with pytest.raises(ValidationError) as refusal:
        event.full_clean()
    assert set(refusal.value.message_dict) == {"start_date"}
    with pytest.raises(ValidationError), transaction.atomic():
        event.save()
    assert not Event.objects.exists()
