"""The world as the portal draws it: 1000 units wide, the Natural Earth projection turned by 40°.

``data/land.txt`` is the path of the land: Natural Earth 1:110m (public domain) in this same
projection, cut into a horizontal stroke every four units. The polynomials of the projection are
those of B. Šavrič, T. Patterson and B. Jenny, "The Natural Earth projection" (2011).
"""

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

CENTRAL_MERIDIAN = 40
SCALE = 207
CENTRE = (500, 300)
WIDTH, HEIGHT = 1000, 470

Point = tuple[float, float]


@functools.cache
def land() -> str:
    return (Path(__file__).parent / "data" / "land.txt").read_text().strip()


def project(latitude: float, longitude: float) -> Point:
    """Degrees to units of the drawing, y downwards."""
    turned = math.radians((longitude - CENTRAL_MERIDIAN + 180) % 360 - 180)
    phi = math.radians(latitude)
    p2, p4 = phi**2, phi**4
    x = turned * (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4)))
    y = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
    return CENTRE[0] + SCALE * x, CENTRE[1] - SCALE * y


def great_circle(start: Point, end: Point, steps: int = 48) -> list[Point]:
    """The shortest way between two (latitude, longitude) points, both ends among the points."""
    a, b = _unit(*start), _unit(*end)
    angle = math.acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(a, b, strict=True)))))
    if angle < 1e-6 or math.pi - angle < 1e-6:
        return [start, end]
    points = []
    for step in range(steps + 1):
        share = step / steps
        left, right = math.sin((1 - share) * angle), math.sin(share * angle)
        x, y, z = ((left * p + right * q) / math.sin(angle) for p, q in zip(a, b, strict=True))
        points.append(
            (math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x)))
        )
    return points


def _unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, theta = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


def _path(points: Sequence[Point]) -> str:
    """Starts anew where the line leaves the map on one side and comes back on the other."""
    parts, previous = [], None
    for x, y in points:
        jumps = previous is None or abs(x - previous) > WIDTH / 2
        parts.append(f"{'M' if jumps else 'L'}{x:.1f} {y:.1f}")
        previous = x
    return "".join(parts)


@dataclass(frozen=True)
class City:
    """A place to be marked; ``partners`` sets the size, ``is_home`` keeps the label on phones."""

    name: str
    latitude: float
    longitude: float
    partners: int = 1
    is_home: bool = False
    url: str = ""


@dataclass(frozen=True)
class Label:
    """Where a name stands: a point of the map and the distances from it, in em."""

    text: str
    x: float
    y: float
    dx: float
    dy: float
    anchor: str
    is_home: bool


@dataclass(frozen=True)
class Pin:
    x: float
    y: float
    radius: float
    name: str
    partners: int


@dataclass(frozen=True)
class Frame:
    """The part of the map that is shown, and the size of the names in its units."""

    left: int
    top: int
    width: int
    height: int
    font_size: float = 0

    def holds(self, pin: Pin) -> bool:
        right, bottom = self.left + self.width, self.top + self.height
        return self.left + 8 < pin.x < right - 8 and self.top + 8 < pin.y < bottom - 8


@dataclass(frozen=True)
class WorldMap:
    frame: Frame
    pins: list[Pin]
    labels: list[Label]
    arc: str


# The usual part of the map for each use. Pins outside it let the whole world be shown.
FRAMES = {
    "world": Frame(0, 14, WIDTH, 380),
    "home": Frame(272, 12, 600, 300),
    "partner": Frame(306, 41, 500, 213),
}
WHOLE = Frame(0, 0, WIDTH, HEIGHT)
# The height of the letters as a share of the width of the frame.
LETTERS = {"world": 0.014, "home": 0.0215, "partner": 0.037}


def frame_for(view: str, pins: Sequence[Pin]) -> Frame:
    frames = (FRAMES[view], FRAMES["world"])
    frame = next((frame for frame in frames if all(map(frame.holds, pins))), WHOLE)
    return replace(frame, font_size=round(frame.width * LETTERS[view], 1))


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.top < y < self.bottom


def draw(
    cities: Iterable[City], arc: tuple[City, City] | None = None, *, view: str = "world"
) -> WorldMap:
    """Pins for all cities, names for those that have room, and the way between two of them."""
    # The largest first, so that small pins are drawn on top and can be seen.
    cities = sorted(cities, key=lambda city: (-city.partners, city.name))
    pins = [_pin(city) for city in cities]
    way: list[Point] = []
    if arc:
        start, end = ((city.latitude, city.longitude) for city in arc)
        way = [project(*point) for point in great_circle(start, end)]
    frame = frame_for(view, pins)
    labels = _labels(list(zip(cities, pins, strict=True)), way, frame)
    return WorldMap(frame, [_rounded(pin) for pin in pins], labels, _path(way) if way else "")


def _pin(city: City) -> Pin:
    x, y = project(city.latitude, city.longitude)
    return Pin(x, y, 2.6 + 1.5 * math.sqrt(city.partners), city.name, city.partners)


def _rounded(pin: Pin) -> Pin:
    return replace(pin, x=round(pin.x, 1), y=round(pin.y, 1), radius=round(pin.radius, 1))


# Directions a label may take from its pin: (x, y) of its anchor corner, y downwards.
_SIDES = ((1, -1), (-1, -1), (1, 1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1))
# Pins nearer than this belong to one crowd, whose names stand around it.
_CROWD = 26


def _labels(marks: list[tuple[City, Pin]], way: list[Point], frame: Frame) -> list[Label]:
    pins = [pin for _city, pin in marks]
    discs = [Box(p.x - p.radius, p.y - p.radius, p.x + p.radius, p.y + p.radius) for p in pins]
    placed: list[Box] = []
    labels = []
    for city, pin in sorted(marks, key=lambda mark: not mark[0].is_home):
        found = _best_place(city, pin, pins, discs, placed, way, frame)
        if found:
            label, box = found
            labels.append(label)
            placed.append(box)
    return labels


def _best_place(city, pin, pins, discs, placed, way, frame) -> tuple[Label, Box] | None:
    """The side away from the neighbours that covers no name and, if possible, no pin."""
    away = _away(pin, pins)
    best = None
    for reach in (0.35, 0.9, 1.6):
        for rank, side in enumerate(_SIDES):
            label, box = _place(city, pin, side, reach, frame.font_size)
            inside = frame.left < box.left and box.right < frame.left + frame.width
            if not inside or any(box.overlap(other) > 0 for other in placed):
                continue
            cost = rank * 0.01 + reach + _turn(side, away)
            cost += sum(2 for disc in discs if box.overlap(disc) > 0)
            cost += 0.1 * sum(1 for point in way if box.holds(*point))
            if best is None or cost < best[0]:
                best = cost, label, box
    return best and best[1:]


def _away(pin: Pin, pins: list[Pin]) -> Point | None:
    """The direction from the middle of the neighbours to this pin; None without neighbours."""
    near = [p for p in pins if p is not pin and math.hypot(p.x - pin.x, p.y - pin.y) < _CROWD]
    if not near:
        return None
    x = pin.x - sum(p.x for p in near) / len(near)
    y = pin.y - sum(p.y for p in near) / len(near)
    length = math.hypot(x, y)
    return (x / length, y / length) if length else None


def _turn(side: tuple[int, int], away: Point | None) -> float:
    """0 for a label in the direction ``away``, 2 for one on the opposite side.

    A pin by itself has its name above; in a crowd the corners leave room for the others.
    """
    if away is None:
        return 0.0 if side == (0, -1) else 0.1
    turn = 1 - (side[0] * away[0] + side[1] * away[1]) / math.hypot(*side)
    return turn + (0.25 if 0 in side else 0.0)


def _place(city: City, pin: Pin, side, reach: float, font_size: float) -> tuple[Label, Box]:
    # Beside the disc for a side, at its shoulder for a corner.
    edge = pin.radius / font_size * (1 if 0 in side else 0.75)
    dx = side[0] * (edge + reach)
    # The baseline: capitals are about 0.7 em high.
    dy = {-1: -edge - (reach if side[0] == 0 else 0.1), 0: 0.35, 1: edge + 0.7}[side[1]]
    if side[1] == 1 and side[0] == 0:
        dy += reach
    width, anchor = _width(city.name), {1: "start", 0: "middle", -1: "end"}[side[0]]
    left = dx - {1: 0, 0: width / 2, -1: width}[side[0]]
    box = Box(
        pin.x + left * font_size,
        pin.y + (dy - 0.85) * font_size,
        pin.x + (left + width) * font_size,
        pin.y + (dy + 0.25) * font_size,
    )
    label = Label(
        city.name,
        round(pin.x, 1),
        round(pin.y, 1),
        round(dx, 2),
        round(dy, 2),
        anchor,
        city.is_home,
    )
    return label, box


def _width(text: str) -> float:
    """About how wide a name is, in em: Han characters fill one, Latin letters half of one."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text)
