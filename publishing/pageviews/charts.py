"""Bars of a day each, as numbers that a template draws."""

from datetime import date
from typing import NamedTuple

from .statistics import DayRow

WIDTH = 730
HEIGHT = 120
# The share of a day's width that its bar fills.
FILL = 0.8


class Bar(NamedTuple):
    x: str
    y: str
    width: str
    height: str
    day: date
    views: int


class Chart(NamedTuple):
    bars: list[Bar]
    highest: int
    width: int = WIDTH
    height: int = HEIGHT


def bars(rows: list[DayRow]) -> Chart:
    highest = max((row.views for row in rows), default=0)
    step = WIDTH / max(1, len(rows))
    drawn = []
    for number, row in enumerate(rows):
        height = HEIGHT * row.views / highest if highest else 0
        figures = (number * step, HEIGHT - height, step * FILL, height)
        # Texts, because a template would write the decimal sign of the language.
        drawn.append(Bar(*(f"{figure:.2f}" for figure in figures), row.day, row.views))
    return Chart(drawn, highest)
