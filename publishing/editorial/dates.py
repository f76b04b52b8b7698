"""Dates known only in part: ``2019``, ``2019-05`` or ``2019-05-04``.

The text follows EDTF level 0 (ISO 8601-2, annex A): "signed in May" stays "in May". Two derived
columns hold the first and the last day it may mean, for sorting and filtering.
"""

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from publishing.editorial import languages

_FORM = re.compile(r"^\s*(\d{4})(?:[-/.年]\s*(\d{1,2})(?:[-/.月]\s*(\d{1,2})日?|月?)?|年)?\s*$")
# Room on both sides for terms and notice counted from a date; 9999 stands for no end elsewhere.
YEARS = range(1000, 3000)


@dataclass(frozen=True)
class PartialDate:
    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read EDTF level 0, and the usual ways of typing it: ``2019/5/4``, ``2019年5月``.

        Raises ValueError for anything else and for days that do not exist.
        """
        match = _FORM.match(text)
        if not match:
            raise ValueError(text)
        year, month, day = (int(part) if part else None for part in match.groups())
        if year not in YEARS:
            raise ValueError(text)
        datetime.date(year, month or 1, day or 1)
        return cls(year, month, day)

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> datetime.date:
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def precision(self) -> str:
        return "day" if self.day else "month" if self.month else "year"

    def __str__(self):
        parts = [f"{self.year:04}"]
        if self.month:
            parts.append(f"{self.month:02}")
        if self.day:
            parts.append(f"{self.day:02}")
        return "-".join(parts)

    @cached_property
    def iso(self) -> str:
        return str(self)

    @property
    def month_year(self) -> str:
        """What stands beneath a large day numeral: "Sep 2020", 2020年9月, or the year alone."""
        return _month_year(self.year, self.month, get_language())

    @property
    def month_day(self) -> str:
        """Beneath a large year: "25 September", "May", or nothing."""
        if self.month is None:
            return ""
        return formats.date_format(self.first, "MONTH_DAY_FORMAT" if self.day else "F")

    @property
    def full(self) -> str:
        return self.localised()

    def in_dateline(self) -> str:
        """As wires write it: "July 3, 2020", 2020年7月3日."""
        if self.day is None:
            return self.localised()
        english = languages.active() == "en"
        return formats.date_format(self.first, "F j, Y" if english else "DATE_FORMAT")

    def localised(self) -> str:
        """As the reader's language writes it: "25 September 2020", 2020年9月25日."""
        return _localised(self, get_language())


def day_of(instant: datetime.datetime) -> PartialDate:
    """On the calendar of the office."""
    here = timezone.localtime(instant)
    return PartialDate(here.year, here.month, here.day)


# Kept, because each row of a list asks for them.
@lru_cache(4096)
def _localised(date: PartialDate, _language) -> str:
    if date.precision == "year":
        return gettext("%(year)s") % {"year": date.year}
    name = "DATE_FORMAT" if date.day else "YEAR_MONTH_FORMAT"
    return formats.date_format(date.first, name)


@lru_cache(4096)
def _month_year(year: int, month: int | None, _language) -> str:
    if month is None:
        return gettext("%(year)s") % {"year": year}
    first = datetime.date(year, month, 1)
    return formats.date_format(first, pgettext("month beneath a day", "M Y"))


@lru_cache(8192)
def read(text: str | None) -> PartialDate | None:
    """The partial date in a column; None when the date is not known.

    None too for a text that is no date: a row is asked for its dates while its fields are still
    being judged. Such a text is never stored.
    """
    try:
        return PartialDate.parse(text) if text else None
    except ValueError:
        return None


class PartialDateField(models.CharField):
    """EDTF level 0 text. Empty means that the date is not known."""

    description = _("Date known in full or in part")

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def to_python(self, value):
        value = super().to_python(value) or ""
        if not value.strip():
            return ""
        try:
            return str(PartialDate.parse(value))
        except ValueError:
            raise ValidationError(
                _("Write the date as 2020-09-25, 2020-09 or 2020; leave out what is not known."),
                code="invalid",
            ) from None

    def formfield(self, **kwargs):
        # Typed forms such as 2019年5月4日 are longer than what is stored.
        field = super().formfield(**kwargs | {"max_length": 20})
        field.widget.attrs["placeholder"] = "2020-09-25"
        return field

    def clean(self, value, model_instance):
        return super().clean(self.to_python(value), model_instance)


class _DerivedDay(models.DateField):
    edge: str

    def __init__(self, *, source: str, **kwargs):
        self.source = source
        super().__init__(**kwargs | {"null": True, "editable": False})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["source"] = self.source
        return name, path, args, kwargs

    def pre_save(self, model_instance, add):
        date = read(getattr(model_instance, self.source))
        value = getattr(date, self.edge) if date else None
        setattr(model_instance, self.attname, value)
        return value


class FirstDayField(_DerivedDay):
    """The first day that the partial date in ``source`` may mean."""

    edge = "first"


class LastDayField(_DerivedDay):
    """The last day that the partial date in ``source`` may mean."""

    edge = "last"
