"""The geometry of the arches: each agreement rises at its signature and lands where it ends.

Numbers only, no HTML. Lengths are in the units of the drawing's own viewBox, except those named
``percent``, which place text of unscaled size above it.
"""

import calendar
import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Years drawn of a term that nobody has stated: half an arch, up to its crown.
UNKNOWN_TERM = 4.0
TICK_STEPS = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Span:
    """What the drawing needs to know of one agreement.

    ``end`` is the last day; without one the agreement is evergreen or its term is not known.
    ``look`` is active, soon, lapsed or open; ``slot`` the colour of the field of cooperation.
    """

    start: datetime.date
    end: datetime.date | None = None
    is_evergreen: bool = False
    look: str = "active"
    slot: int = 1


def year_of(day: datetime.date) -> float:
    """A day as a decimal year: 2 July 2021 is 2021.5."""
    days = 366 if calendar.isleap(day.year) else 365
    return day.year + (day.timetuple().tm_yday - 1) / days


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Axis:
    """A line of years from ``first`` to ``last``, both decimal."""

    first: float
    last: float

    @property
    def years(self) -> float:
        return self.last - self.first

    def fraction(self, year: float) -> float:
        return (year - self.first) / self.years

    def percent(self, year: float) -> str:
        return f"{_short(100 * self.fraction(year))}%"

    def ticks(self, at_most: int) -> range:
        """Whole years inside the axis, at the smallest usual step that gives ``at_most``."""
        step = next((s for s in TICK_STEPS if self.years / s <= at_most), TICK_STEPS[-1])
        first = math.ceil(self.first / step - 1e-9) * step
        return range(first, math.floor(self.last + 1e-9) + 1, step)

    def far(self) -> float:
        """Where an arch without an end would land: out of the picture, on the right."""
        return self.last + self.years / 3


def _edges(spans: Sequence[Span], today: datetime.date) -> tuple[float, float]:
    """First start and last end, today among them."""
    days = [today, *(span.start for span in spans), *(span.end for span in spans if span.end)]
    return year_of(min(days)), year_of(max(days))


def viaduct_axis(spans: Sequence[Span], today: datetime.date) -> Axis:
    """From the first year less 0.6 to the last expiry plus 1."""
    first, last = _edges(spans, today)
    return Axis(math.floor(first) - 0.6, last + 1)


def even_axis(first: datetime.date | None, last: datetime.date | None, today) -> Axis:
    """Whole pairs of years around two days and today: the axis of a table and of miniatures."""
    days = [day for day in (first, last, today) if day]
    start = math.floor(year_of(min(days)) / 2) * 2
    end = math.ceil((year_of(max(days)) + 0.25) / 2) * 2
    return Axis(start, max(end, start + 4))


@dataclass(frozen=True)
class Arch:
    """One agreement as drawn: the line, its mirror image, its feet."""

    path: str
    closed: bool
    look: str
    slot: int
    reflection: str = ""
    feet: str = ""


def _landing(span: Span, axis: Axis) -> float:
    """Where the arch comes down, or would come down."""
    if span.end:
        return max(year_of(span.end), year_of(span.start) + 0.05)
    return axis.far() if span.is_evergreen else year_of(span.start) + UNKNOWN_TERM


def _is_half(span: Span) -> bool:
    return span.end is None and not span.is_evergreen


def _line(left: float, right: float, base: float, height: float, *, half=False, down=False) -> str:
    """Half an ellipse between two feet, or its rising quarter only."""
    radius = (right - left) / 2
    sweep = 0 if down else 1
    end_x = left + radius if half else right
    end_y = base + (height if down else -height) if half else base
    return (
        f"M{_short(left)} {_short(base)}A{_short(radius)} {_short(height)} 0 0 {sweep} "
        f"{_short(end_x)} {_short(end_y)}"
    )


@dataclass(frozen=True)
class Tick:
    year: int
    percent: str
    alternate: bool


@dataclass(frozen=True)
class Viaduct:
    arches: list[Arch]
    ticks: list[Tick]
    today: str
    today_percent: str
    water: list[tuple[int, int, str]]


WIDTH, HEIGHT, BASE, TOP = 1200, 400, 288, 42


def viaduct(spans: Iterable[Span], today: datetime.date) -> Viaduct:
    """All agreements side by side, the longest drawn first."""
    spans = list(spans)
    axis = viaduct_axis(spans, today)
    terms = [(_landing(span, axis) - year_of(span.start), span) for span in spans]
    terms.sort(key=lambda pair: -pair[0])
    longest = terms[0][0] if terms else 1
    now = year_of(today)
    return Viaduct(
        arches=[_viaduct_arch(span, axis, (term / longest) ** 0.8) for term, span in terms],
        ticks=[
            Tick(year, axis.percent(year), index % 2 == 0)
            for index, year in enumerate(axis.ticks(at_most=20))
        ],
        today=_short(axis.fraction(now) * WIDTH),
        today_percent=axis.percent(now),
        water=[(24 * i, WIDTH - 18 * i, _short(305 + 13.5 * i)) for i in range(7)],
    )


def _viaduct_arch(span: Span, axis: Axis, share: float) -> Arch:
    left = axis.fraction(year_of(span.start)) * WIDTH
    right = axis.fraction(_landing(span, axis)) * WIDTH
    height, half = (BASE - TOP) * share, _is_half(span)
    feet = f"M{_short(left)} {BASE}h.01"
    if span.end:
        feet += f"M{_short(right)} {BASE}h.01"
    return Arch(
        path=_line(left, right, BASE, height, half=half),
        closed=not half and span.look != "lapsed",
        look=span.look,
        slot=span.slot,
        reflection=_line(left, right, BASE, height * 0.26, half=half, down=True),
        feet=feet,
    )


@dataclass(frozen=True)
class Row:
    """One arch in a table cell, 600 by 42: ``foot`` is where its dates begin."""

    arch: Arch | None
    grid: str
    today: str
    foot: str


ROW_WIDTH, ROW_BASE, ROW_HEIGHT = 600, 39.5, 36


def row(span: Span | None, axis: Axis, today: datetime.date) -> Row:
    """The arch of one agreement, or an empty line of years where no date is known."""
    grid = "".join(
        f"M{_short(axis.fraction(year) * ROW_WIDTH)} 0v42" for year in axis.ticks(at_most=9)
    )
    now = _short(axis.fraction(year_of(today)) * ROW_WIDTH)
    if span is None:
        return Row(None, grid, now, "0%")
    start, landing = year_of(span.start), _landing(span, axis)
    # Two fifths of the axis reach the full height; shorter terms stay recognisable as arches.
    height = ROW_HEIGHT * min(1, (landing - start) / (axis.years * 0.4)) ** 0.5
    arch = Arch(
        path=_line(
            axis.fraction(start) * ROW_WIDTH,
            axis.fraction(landing) * ROW_WIDTH,
            ROW_BASE,
            height,
            half=_is_half(span),
        ),
        closed=span.look in ("active", "soon") and not _is_half(span),
        look=span.look,
        slot=span.slot,
    )
    return Row(arch, grid, now, axis.percent(max(start, axis.first)))


def row_ticks(axis: Axis) -> list[Tick]:
    """The years above the rows; the last line of the grid carries none."""
    years = [year for year in axis.ticks(at_most=9) if year < axis.last - 0.5]
    return [Tick(year, axis.percent(year), index % 2 == 1) for index, year in enumerate(years)]


@dataclass(frozen=True)
class Miniature:
    arches: list[Arch]
    today: str
    first: int
    last: int


MINI_WIDTH, MINI_BASE, MINI_HEIGHT = 160, 58, 54


def miniature(spans: Iterable[Span], axis: Axis, today: datetime.date) -> Miniature:
    """One partner's agreements, 160 by 60, on the axis that all partners share."""
    drawn = []
    for span in spans:
        start, landing = year_of(span.start), _landing(span, axis)
        height = MINI_HEIGHT * min(1, (landing - start) / (axis.years * 0.65)) ** 0.8
        path = _line(
            axis.fraction(start) * MINI_WIDTH,
            axis.fraction(landing) * MINI_WIDTH,
            MINI_BASE,
            height,
            half=_is_half(span),
        )
        drawn.append(Arch(path, False, span.look, span.slot))
    now = axis.fraction(year_of(today)) * MINI_WIDTH
    return Miniature(drawn, _short(now), int(axis.first), int(axis.last))
