"""Rows that many pages show, drawn from what their template makes of all rows of one shape.

To render a template costs twenty times what it costs to put a row's texts where they belong; and
rows that are kept one by one help only as long as all of them find room.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.base import Node, NodeList
from django.template.loader import get_template
from django.utils.safestring import SafeString

from publishing.cache.shared import Shared

# Fits where a slug does, so that addresses can be made of it; stands in no template.
_PLACE = "the-text-of-number-{}-stands-here"
_PLACES = re.compile(_PLACE.format(r"(\d+)"))


class Frames:
    """Draws rows of one template from dicts of what it writes and decides upon.

    A text is what differs from row to row. Instead of it the template sees the place where it goes:
    it may write it, as it is or as the slug of an address, as often as it likes, and ask whether
    there is one, for the empty text is no name at all; it may not filter or compare it. What it
    writes is escaped as ever, so that a row is what the template would have made of the texts.

    Any other value is what the template decides upon. It is given as it is and belongs to the
    shape of a row, as does which texts are empty: there must be few shapes.

    A dotted name is a part of something: ``date.day`` is what ``{{ date.day }}`` finds.
    """

    def __init__(self, template: str):
        self.template, self.kept = template, Shared()

    def drawn(self, rows: Iterable[dict]) -> SafeString:
        frames, drawn = {}, NodeList()
        for values in rows:
            shape = (
                tuple(values),
                tuple(
                    [bool(value) if isinstance(value, str) else value for value in values.values()]
                ),
            )
            frame = frames.get(shape)
            if frame is None:
                frame = frames[shape] = self.kept.get(shape, lambda: self._frame(values))  # noqa: B023
            drawn.append(_Row(frame, values))
        return drawn.render(None)

    def _frame(self, values):
        names = [name for name, value in values.items() if isinstance(value, str) and value]
        places = {name: _PLACE.format(number) for number, name in enumerate(names)}
        pieces = _PLACES.split(get_template(self.template).render(in_parts(values | places)))
        order = [int(number) for number in pieces[1::2]]
        if missing := [name for number, name in enumerate(names) if number not in order]:
            raise TypeError(f"{self.template} does not write {', '.join(missing)}.")
        return _Frame(names, pieces, order)


@dataclass(frozen=True)
class _Frame:
    """``pieces`` of a template's words, every other one being replaced by the text that is the
    ``order``th of ``names``.
    """

    names: list[str]
    pieces: list[str]
    order: list[int]


class _Row(Node):
    """A part of a template, so that the template makes text of it."""

    def __init__(self, frame, values):
        self.frame, self.values = frame, values

    def render_annotated(self, context):
        frame, values = self.frame, self.values
        texts = [_escaped(values[name]) for name in frame.names]
        pieces = frame.pieces.copy()
        pieces[1::2] = [texts[number] for number in frame.order]
        return "".join(pieces)


def _escaped(text):
    """What ``{{ text }}`` writes, without asking what else than a text it may be."""
    return text if hasattr(text, "__html__") else html.escape(text)


def in_parts(values: dict) -> dict:
    """As a template finds them: ``{"date.day": "4"}`` is ``{"date": {"day": "4"}}``."""
    context = {}
    for name, value in values.items():
        *way, last = name.split(".")
        part = context
        if value != "":
            for step in way:
                part = part.setdefault(step, {})
            part[last] = value
    return context
