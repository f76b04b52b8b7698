"""The cover as a picture for shared links: those who show them read neither SVG nor our fonts."""

import io
import math
import re

from PIL import Image, ImageDraw

from publishing.media.covers import HEIGHT, WIDTH, Cover, compute_cover

# Width and height; the square one is what WeChat shows.
SHAPES = {"wide": (1200, 630), "square": (600, 600)}
# Drawn larger and scaled down, so that edges are smooth.
SCALE = 2
_STEP = re.compile(r"([MLHVahz])([^MLHVahz]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Corners of half an ellipse.
ARC_STEPS = 24


def draw_card(slug: str, shape: str) -> bytes:
    """The card as PNG; ``shape`` is one of ``SHAPES``. The same slug gives the same card."""
    cover = compute_cover(slug)
    picture = _painted(cover)
    size = SHAPES[shape]
    part = picture.resize(size, Image.Resampling.LANCZOS, box=_box(cover, *size))
    content = io.BytesIO()
    part.quantize(128, dither=Image.Dither.NONE).save(content, "PNG", optimize=True)
    return content.getvalue()


def _box(cover, width, height):
    """The part of the cover that fills the card; the sun stays in it."""
    if width > height:
        shown = WIDTH * height / width
        top = (HEIGHT - shown) / 2
        return 0, top * SCALE, WIDTH * SCALE, (top + shown) * SCALE
    left = min(max(cover.sun_x - HEIGHT / 2, 0), WIDTH - HEIGHT)
    return left * SCALE, 0, (left + HEIGHT) * SCALE, HEIGHT * SCALE


def _painted(cover: Cover) -> Image.Image:
    scheme = cover.scheme
    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), scheme.sky)
    x, y, r = cover.sun_x, cover.sun_y, cover.sun_radius
    sun = [(x - r) * SCALE, (y - r) * SCALE, (x + r) * SCALE, (y + r) * SCALE]
    ImageDraw.Draw(picture).ellipse(sun, fill=scheme.sun)
    _fill(picture, cover.hill, scheme.far)
    _fill(picture, cover.far_viaduct, scheme.middle, opacity=0.88)
    water = [0, cover.water_y * SCALE, WIDTH * SCALE, HEIGHT * SCALE]
    ImageDraw.Draw(picture).rectangle(water, fill=scheme.far)
    for strokes, colour in ((cover.ripples, scheme.middle), (cover.reflection, scheme.sun)):
        for stroke in strokes:
            _stroke(picture, stroke, colour)
    _fill(picture, cover.near_viaduct, scheme.near)
    return picture


def _fill(picture, path, colour, opacity=1.0):
    """The first outline filled, the others cut out of it: they are openings."""
    mask = Image.new("L", picture.size)
    pen = ImageDraw.Draw(mask)
    for index, outline in enumerate(outlines(path)):
        pen.polygon([(x * SCALE, y * SCALE) for x, y in outline], fill=0 if index else 255)
    if opacity < 1:
        mask = mask.point(lambda value: round(value * opacity))
    picture.paste(colour, mask=mask)


def _stroke(picture, stroke, colour):
    mask = Image.new("L", picture.size)
    pen = ImageDraw.Draw(mask)
    for line in outlines(stroke.path):
        points = [(x * SCALE, y * SCALE) for x, y in line]
        pen.line(points, fill=round(255 * float(stroke.opacity)), width=int(stroke.width) * SCALE)
    picture.paste(colour, mask=mask)


def outlines(path: str) -> list[list[tuple[float, float]]]:
    """The corners of each part of path data, of the commands that covers use."""
    found = []
    x = y = 0.0
    for command, text in _STEP.findall(path):
        numbers = [float(number) for number in _NUMBER.findall(text)]
        match command:
            case "M":
                x, y = numbers
                found.append([])
            case "L":
                x, y = numbers
            case "H":
                x = numbers[0]
            case "V":
                y = numbers[0]
            case "h":
                x += numbers[0]
            case "a":
                radius, rise, *_flags, way, _down = numbers
                found[-1] += _half_ellipse(x, y, radius, rise)
                x += way
            case _:
                continue
        found[-1].append((x, y))
    return found


def _half_ellipse(x, y, radius, rise):
    for step in range(1, ARC_STEPS):
        angle = math.pi * step / ARC_STEPS
        yield x + radius * (1 - math.cos(angle)), y - rise * math.sin(angle)
