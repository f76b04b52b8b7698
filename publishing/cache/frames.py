"""Rows that many pages show, drawn from what their template makes of all rows of one shape.

To render a template costs twenty times what it costs to put a row's texts where they belong; and
rows that are kept one by one help only as long as all of them find room.
"""

import html
import re
from collections.abc import Iterable

from django.template.base import Node, NodeList, TextNode
from django.template.loader import get_template
from django.utils.html import format_html_join
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
        frames, drawn = {}, []
        for values in rows:
            shape = tuple(values), tuple([_shape(value) for value in values.values()])
            frame = frames.get(shape)
            if frame is None:
                frame = frames[shape] = self.kept.get(shape, lambda: self._frame(values))  # noqa: B023
            drawn.append((frame.render(values),))
        return format_html_join("", "{}", drawn)

    def _frame(self, values):
        names = [name for name, value in values.items() if isinstance(value, str) and value]
        places = {name: _PLACE.format(number) for number, name in enumerate(names)}
        rendered = get_template(self.template).render(in_parts(values | places))
        literal, *pieces = _PLACES.split(rendered)
        frame = NodeList([TextNode(literal)])
        for number, literal in zip(pieces[::2], pieces[1::2], strict=True):
            frame += [_Text(names[int(number)]), TextNode(literal)]
        missing = set(names) - {node.name for node in frame if isinstance(node, _Text)}
        if missing:
            raise TypeError(f"{self.template} does not write {', '.join(sorted(missing))}.")
        return frame


def _shape(value):
    return bool(value) if isinstance(value, str) else value


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


class _Text(Node):
    """What ``{{ name }}`` writes of a text, without asking what else it may be."""

    def __init__(self, name):
        self.name = name

    def render_annotated(self, values):
        text = values[self.name]
        return text if hasattr(text, "__html__") else html.escape(text)
