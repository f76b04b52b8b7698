"""Shows where a text matches, in its own spelling.

A database would show the tokens (京大 大学); here the folded text is searched and the places are
mapped back to the original.
"""

from typing import NamedTuple

from publishing.search.analyzer import fold_with_origins, pairs, plain_word, stem, words_with

SEARCHED_CHARACTERS = 20_000
SNIPPET_CHARACTERS = 180
SHORTEST_STEM = 3


class Segment(NamedTuple):
    """A piece of a snippet; a marked one matches. Templates decide how that looks."""

    text: str
    marked: bool


def highlight(text, query, *, any_pair=False):
    """The whole text as segments, for titles."""
    return _segments(text, _places(text, query, any_pair), 0, len(text))


def snippet(text, query, *, any_pair=False, length=SNIPPET_CHARACTERS):
    """The part of the text with most matches, as segments, with … where text was left out.

    ``query`` is a QueryText. With ``any_pair``, Chinese also matches in pairs of characters, for
    answers that were found that way.
    """
    text = " ".join(text[:SEARCHED_CHARACTERS].split())
    places = _places(text, query, any_pair)
    start, end = _window(text, places, length)
    segments = _segments(text, places, start, end)
    if start:
        segments = [Segment("… ", False), *segments]
    if end < len(text):
        segments = [*segments, Segment(" …", False)]
    return segments


def _places(text, query, any_pair):
    """Where the query matches, as (start, end) in the original text, in order, not overlapping."""
    folded, origins = fold_with_origins(text)
    origins.append(len(text))
    found = _dense_places(folded, query, any_pair) + _word_places(folded, query)
    places = []
    for start, end in sorted((origins[start], _end(origins, end)) for start, end in found):
        if places and start <= places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return places


def _end(origins, end):
    """The original end of a match: the start of the next character that came from elsewhere."""
    last = origins[end - 1]
    return next(place for place in origins[end:] if place > last)


def _dense_places(folded, query, any_pair):
    wanted = {run.text for run in query.runs if run.dense}
    if any_pair:
        wanted |= {pair for run in wanted for pair in pairs(run)}
    found = []
    for piece in wanted:
        start = folded.find(piece)
        while start >= 0:
            found.append((start, start + len(piece)))
            start = folded.find(piece, start + 1)
    return found


def _word_places(folded, query):
    """Whole words that begin with a word of the query, or share its stem."""
    beginnings = tuple(word for word in query.words if len(word) >= SHORTEST_STEM)
    exact = {stem(word) for word in query.words}
    # No stem begins otherwise than its word.
    initials = {word[0] for word in (*query.words, *exact)}
    return [
        (run.start, run.end)
        for run in words_with(folded, initials)
        if (word := plain_word(run.text)).startswith(beginnings) or stem(word) in exact
    ]


def _window(text, places, length):
    """The stretch of at most ``length`` characters with most matched characters, at word edges."""
    if len(text) <= length:
        return 0, len(text)
    if not places:
        return 0, _word_edge(text, length)
    best = max(places, key=lambda place: (_weight(places, place[0], length), -place[0]))
    start = max(0, min(best[0] - length // 4, len(text) - length))
    start = 0 if start < 12 else _word_start(text, start, best[0])
    return start, _word_edge(text, start + length)


def _weight(places, start, length):
    limit = start + length * 3 // 4
    return sum(end - begin for begin, end in places if begin >= start and end <= limit)


def _word_edge(text, end):
    """Back to the end of the last whole Latin word; Chinese may be cut anywhere."""
    if end >= len(text):
        return len(text)
    edge = end
    while edge > end - 30 and text[edge - 1].isascii() and text[edge].isascii():
        if text[edge].isspace():
            break
        edge -= 1
    return edge if edge > end - 30 else end


def _word_start(text, start, limit):
    """On to the next beginning of a Latin word, never past the match at ``limit``."""
    edge = start
    while edge < min(limit, start + 30) and text[edge - 1].isascii() and text[edge].isascii():
        if text[edge - 1].isspace():
            break
        edge += 1
    return min(edge, limit)


def _segments(text, places, start, end):
    segments, position = [], start
    for begin, finish in places:
        begin, finish = max(begin, start), min(finish, end)
        if begin >= finish:
            continue
        if position < begin:
            segments.append(Segment(text[position:begin], False))
        segments.append(Segment(text[begin:finish], True))
        position = finish
    if position < end:
        segments.append(Segment(text[position:end], False))
    return segments
