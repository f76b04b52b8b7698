"""A release's text as it is read: paragraphs, with quotes and numbered lists at their places."""

from dataclasses import dataclass, field

from news.models import Point, Quote, Release
from publishing.editorial import richtext


@dataclass
class PullList:
    """A titled list of points, in the reader's language."""

    heading: str
    after: int | None
    points: list[Point] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """What stands in the column of text; exactly one of the three is there."""

    html: str = ""
    quote: Quote | None = None
    pull: PullList | None = None


def composed(release: Release, opening: str = "") -> list[Part]:
    """The parts in reading order. What names no place, or one beyond the end, comes last."""
    texts = richtext.blocks(release.body, opening=opening)
    quotes = release.rows("quotes", "person", "post")
    insets = [(quote.after, Part(quote=quote)) for quote in quotes if quote.text]
    insets += [(pull.after, Part(pull=pull)) for pull in pull_lists(release.rows("points"))]
    parts, start = [], 0
    places = {after for after, _inset in insets if after in range(1, len(texts) + 1)}
    for end in sorted(places | {len(texts)}) if texts else ():
        parts.append(Part(html=richtext.joined(texts[start:end])))
        parts += [inset for after, inset in insets if after == end]
        start = end
    return parts + [inset for after, inset in insets if after not in places]


def pull_lists(points) -> list[PullList]:
    """Points with a heading begin a list; those without continue the one before."""
    lists = []
    for point in points:
        if not point.label:
            continue
        if point.heading or not lists:
            lists.append(PullList(point.heading or "", point.after))
        lists[-1].points.append(point)
    return lists
