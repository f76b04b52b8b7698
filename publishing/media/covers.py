"""Covers: a picture for an item that has no photograph, drawn from its slug alone.

The same slug always gives the same picture, so the address can be cached for ever. The number in
the address is the version of the drawing: a change of the drawing needs a new number.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.shortcuts import render

WIDTH, HEIGHT = 1200, 750


@dataclass(frozen=True)
class Scheme:
    sky: str
    far: str
    middle: str
    near: str
    sun: str


SCHEMES = (
    Scheme("#0d3b38", "#145450", "#1f6f66", "#a9d6c3", "#ff8d70"),
    Scheme("#dbe8e1", "#9ccab8", "#4f9382", "#0d3b38", "#b5311b"),
    Scheme("#f2d8a7", "#e3ab56", "#b5702c", "#3b2a18", "#b5311b"),
    Scheme("#12324a", "#1d4d6b", "#3f7ea0", "#b7d9ea", "#f4be5a"),
    Scheme("#eee6f6", "#c5b5e2", "#7d68b5", "#2b2150", "#e2674b"),
    Scheme("#20302c", "#38524a", "#6d8f80", "#dfeae2", "#f4be5a"),
)


@dataclass(frozen=True)
class Stroke:
    """Horizontal strokes of one weight, as path data."""

    path: str
    width: str
    opacity: str


@dataclass(frozen=True)
class Cover:
    """Everything the template needs; paths are SVG path data, lengths are pixels."""

    scheme: Scheme
    sun_x: int
    sun_y: int
    sun_radius: int
    hill: str
    far_viaduct: str
    near_viaduct: str
    water_y: int
    ripples: tuple[Stroke, ...]
    reflection: tuple[Stroke, ...]


class Dice:
    """Whole numbers from the bytes of SHA-256: the same for the same slug on every machine."""

    def __init__(self, slug: str):
        self._bytes = self._stream(slug)

    @staticmethod
    def _stream(slug: str) -> Iterator[int]:
        digest = hashlib.sha256(slug.encode()).digest()
        while True:
            yield from digest
            digest = hashlib.sha256(digest).digest()

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        roll = next(self._bytes) * 256 + next(self._bytes)
        return low + roll * (high - low + 1) // 65536


def compute_cover(slug: str) -> Cover:
    dice = Dice(slug)
    scheme = SCHEMES[dice.between(0, len(SCHEMES) - 1)]
    deck = dice.between(372, 412)
    water = deck + dice.between(82, 102)
    radius = dice.between(108, 168)
    sun_x = dice.between(190, 1010)
    # Between a full disc in the sky and one that has half set behind the bridge.
    sun_y = dice.between(118 + radius, deck - radius // 3)
    return Cover(
        scheme=scheme,
        sun_x=sun_x,
        sun_y=sun_y,
        sun_radius=radius,
        hill=_hill(dice, deck, water),
        far_viaduct=_far_viaduct(dice, deck, water),
        near_viaduct=_near_viaduct(dice, deck),
        water_y=water,
        ripples=_ripples(dice, water),
        reflection=_reflection(dice, sun_x, radius, water),
    )


def _hill(dice: Dice, deck: int, water: int) -> str:
    foot = deck - dice.between(-6, 22)
    tall, low = dice.between(46, 84), dice.between(12, 28)
    first, second = dice.between(0, 628) / 100, dice.between(0, 628) / 100
    points = []
    for x in range(0, WIDTH + 1, 40):
        wave = tall * math.sin(x / 175 + first) + low * math.sin(x / 83 + second)
        # Land sinks no lower than the crowns of the near arches: no sky beneath the deck.
        points.append(f"L{x} {min(round(foot - wave), deck + 40)}")
    return f"M0 {water}{''.join(points)}V{water}z"


def _arches(pitch: int, pier: int, start: int, spring: int, rise: int, foot: int) -> str:
    """Openings of a row of arches: up one pier, over a half ellipse and down the next."""
    half = (pitch - pier) / 2
    openings = []
    for left in range(start, WIDTH, pitch):
        openings.append(f"M{left} {foot}V{spring}a{half:g} {rise} 0 0 1 {pitch - pier} 0V{foot}z")
    return "".join(openings)


def _far_viaduct(dice: Dice, deck: int, water: int) -> str:
    count = dice.between(13, 16)
    pitch = WIDTH // count
    top = deck - dice.between(-14, 54)
    rise = dice.between(24, 34)
    openings = _arches(
        pitch, 20, -dice.between(0, pitch), spring=top + 10 + rise, rise=rise, foot=water
    )
    return f"M0 {top}H{WIDTH}V{water}H0z{openings}"


def _near_viaduct(dice: Dice, deck: int) -> str:
    count = dice.between(4, 5)
    pitch = WIDTH // count
    rise = dice.between(108, 124)
    pier = 54 if count == 4 else 46
    openings = _arches(
        pitch, pier, -dice.between(20, pitch - 20), deck + 58 + rise, rise=rise, foot=HEIGHT
    )
    return f"M0 {deck}H{WIDTH}V{HEIGHT}H0z{openings}"


def _ripples(dice: Dice, water: int) -> tuple[Stroke, ...]:
    """Nearer ripples are longer, thicker and further apart."""
    bands = []
    for band, (width, opacity) in enumerate((("3", ".55"), ("4", ".7"), ("5", ".8"))):
        top = water + 14 + band * (HEIGHT - water) // 4
        reach = (HEIGHT - water) // (4 - band)
        moves = []
        for _ in range(14):
            length = dice.between(90, 190 + 90 * band)
            x, y = dice.between(-60, WIDTH - 60), top + dice.between(0, reach)
            moves.append(f"M{x} {y}h{length}")
        bands.append(Stroke("".join(moves), width, opacity))
    return tuple(bands)


def _reflection(dice: Dice, sun_x: int, radius: int, water: int) -> tuple[Stroke, ...]:
    """The sun on the water: strokes that narrow and fade."""
    drift = dice.between(-3, 3)
    strokes = []
    for step in range(9):
        half = round(radius * (1 - step * 0.068))
        y = water + 14 + step * 19
        opacity = f"{0.95 - step * 0.085:.2f}".lstrip("0")
        strokes.append(Stroke(f"M{sun_x - half + drift * step} {y}h{2 * half}", "6", opacity))
    return tuple(strokes)


def cover(request, slug):
    """The picture itself. Its address names the version of the drawing, so it never changes."""
    response = render(
        request, "media/cover.svg", {"cover": compute_cover(slug)}, content_type="image/svg+xml"
    )
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
