"""Instants as both home cities read them, and as they are entered in the office's own zone."""

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from publishing.editorial.zones import zone_of

_finders = []
SEPARATOR = " · "


def register(find: Callable[[], Iterable[tuple[str, str]]]):
    """Register ``find()``: names of the cities whose clocks are shown, each with its zone."""
    _finders.append(find)
    return find


def cities() -> list[tuple[str, ZoneInfo]]:
    found = [(name, zone_of(zone)) for find in _finders for name, zone in find()]
    return [(name, zone) for name, zone in found if zone is not None]


def shown(instant: datetime) -> str:
    """ "Nanjing 16:00 · Cambridge 08:00"; with the days, where they are not the same."""
    local = [(name, instant.astimezone(zone)) for name, zone in cities()]
    differ = len({there.date() for _name, there in local}) > 1
    return SEPARATOR.join(
        f"{name} {formats.date_format(there, 'MONTH_DAY_FORMAT') + ' ' if differ else ''}"
        f"{there:%H:%M}"
        for name, there in local
    )


def told(instant: datetime) -> str:
    """The day and both clocks: for sentences."""
    day = formats.date_format(timezone.localtime(instant), "DATE_FORMAT")
    return f"{day}, {shown(instant) or timezone.localtime(instant).strftime('%H:%M')}"


def instant_of(local: datetime) -> datetime:
    """The one instant of a local time of the office; a sentence where there is none, or two."""
    zone = timezone.get_current_timezone()
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    words = {"time": f"{local:%H:%M}", "zone": str(zone)}
    if early.utcoffset() == late.utcoffset():
        return early
    if early.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != local:
        raise ValidationError(
            _("The clocks go forward (%(zone)s): on this day there is no %(time)s.") % words
        )
    raise ValidationError(
        _("The clocks go back (%(zone)s): on this day %(time)s comes twice. Choose another hour.")
        % words
    )


class InstantWidget(AdminSplitDateTime):
    """Day and time in the office's zone, which is named, with the clocks of both cities."""

    def render(self, name, value, attrs=None, renderer=None):
        zone = timezone.get_current_timezone()
        known = value if isinstance(value, datetime) else None
        context = {
            "zone": str(zone),
            "cities": cities(),
            "shown": shown(known) if known else "",
        }
        line = render_to_string("admin/editorial/_clocks.html", context)
        return super().render(name, value, attrs, renderer) + line


class InstantField(forms.SplitDateTimeField):
    widget = InstantWidget

    def compress(self, data_list):
        """As Django's own, but with a sentence for the nights in which clocks are changed."""
        if not data_list:
            return None
        day, time = data_list
        if day in self.empty_values:
            raise ValidationError(_("Give the day too, not only the hour."), code="invalid_date")
        if time in self.empty_values:
            raise ValidationError(_("Give the hour too, not only the day."), code="invalid_time")
        return instant_of(datetime.combine(day, time))
