"""Files as offices have them: CSV of any dialect, JSON lists and lines, read as a stream."""

import csv
import io
import json
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from publishing.exchange.cells import taken_back
from publishing.exchange.columns import likely

SAMPLE = 65_536
CHUNK = 262_144
# One record longer than this is a file that is not what it seems.
RECORD_CHARACTERS = 4_000_000
_DIALECTS = ",;\t"
# With the break behind it; the last one of a text may have none yet.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_BETWEEN = re.compile(r"[\s,]*")


class Unreadable(ValueError):
    """The file as a whole cannot be taken; the message is a translated sentence."""


def records(file, *, columns, name="", wrappers=()) -> Iterator[tuple[int, dict]]:
    """Each record with its number: that of the row in a spreadsheet, of the item in JSON.

    ``file`` is open for bytes. ``columns`` None takes any. ``wrappers`` are the keys under which
    a list may stand in JSON. A record under the key None has cells too many.
    """
    stream = _opened(file)
    start = stream.read(SAMPLE)
    if not start.strip():
        raise Unreadable(_("The file is empty."))
    rest = _Checked(stream, start)
    if start.lstrip()[0] in "[{":
        yield from _json_records(rest, columns, wrappers)
    elif name.lower().endswith((".json", ".jsonl", ".ndjson")):
        raise Unreadable(_("This is not JSON: it begins with neither [ nor {."))
    else:
        yield from _csv_records(rest, columns)
    # Whoever opened the file closes it.
    stream.detach()


def _opened(file):
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start == b"PK\x03\x04":
        raise Unreadable(_("This is a workbook or an archive. Save the sheet as “CSV UTF-8”."))
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return _Text(file, encoding=encoding, newline="")


class _Text(io.TextIOWrapper):
    def read(self, size=-1):
        try:
            return super().read(size)
        except UnicodeDecodeError as error:
            raise Unreadable(_not_utf8(error.object[: error.end + 2000])) from error


def _not_utf8(sample):
    if sample[:1] in (b"\x89", b"%") or b"\0" in sample:
        return _no_text()
    for cut in range(4):
        try:
            sample[: len(sample) - cut].decode("gb18030")
        except UnicodeDecodeError:
            continue
        return _(
            "The file is not in UTF-8; it seems to be in GB18030, as Excel writes it in China. "
            "Save it as “CSV UTF-8”."
        )
    return _("The file is not in UTF-8. Save it as “CSV UTF-8”.")


def _no_text():
    return _("The file holds bytes that no text has. Is it what its name says?")


class _Checked:
    """The text of a stream in pieces; a NUL in it means that it is no text."""

    def __init__(self, stream, start):
        self.stream, self.start = stream, start

    def read(self):
        text, self.start = self.start or self.stream.read(CHUNK), ""
        if "\0" in text:
            raise Unreadable(_no_text())
        return text

    def lines(self):
        """Lines with their ends, whatever these are."""
        kept = ""
        while text := self.read():
            lines = _LINE.findall(kept + text)
            kept = lines.pop() if lines else ""
            yield from lines
            if len(kept) > RECORD_CHARACTERS:
                raise Unreadable(_too_long())
        if kept:
            yield kept


def _too_long():
    return _("A record has more than 4 million characters. Is a quotation mark left open?")


def _csv_records(source, columns):
    lines = source.lines()
    first = next(lines)
    if match := re.fullmatch(r"sep=(.)\s*", first.strip("\ufeff"), flags=re.IGNORECASE):
        delimiter, first = match[1], next(lines, "")
    else:
        delimiter = max(_DIALECTS, key=first.count)

    def all_lines():
        yield first
        yield from lines

    reader = csv.reader(all_lines(), delimiter=delimiter, strict=True)
    try:
        head = _head(next(reader, []), columns)
        for number, cells in enumerate(reader, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            values = dict(zip(head, map(taken_back, cells), strict=False))
            if any(cell.strip() for cell in cells[len(head) :]):
                values[None] = ""
            values.pop("", None)
            yield number, values
    except csv.Error as error:
        sentence = _("Line %(line)d is no CSV. Is a quotation mark left open or not doubled?")
        raise Unreadable(sentence % {"line": reader.line_num}) from error


def _head(cells, columns):
    names = [re.sub(r"[\s-]+", "_", cell.strip().casefold()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if twice := next((name for name in names if name and names.count(name) > 1), None):
        raise Unreadable(_("The column “%(name)s” is there twice.") % {"name": twice})
    if columns is not None:
        _known(names, columns)
    return names


def _known(names, columns):
    wrong = [name for name in names if name and name not in columns]
    if not wrong:
        return
    sentence = _("There is no column “%(name)s”.")
    sentences = [_not_known(sentence, {"name": name}, columns) for name in wrong[:10]]
    if len(wrong) == len([name for name in names if name]):
        sentences.append(_("The first row must hold the names of the columns."))
    raise Unreadable(" ".join(sentences))


def _known_keys(value, number, columns):
    sentence = _("Item %(number)d: there is no field “%(name)s”.")
    wrong = [name for name in value if name not in columns][:10]
    if wrong:
        told = [_not_known(sentence, {"number": number, "name": name}, columns) for name in wrong]
        raise Unreadable(" ".join(told))


def _not_known(sentence, values, columns):
    told = sentence % (values | {"name": values["name"][:60]})
    return " ".join(filter(None, [told, likely(values["name"], columns)]))


def _json_records(source, columns, wrappers):
    for number, value in enumerate(_json_values(source, wrappers), start=1):
        if not isinstance(value, dict):
            raise Unreadable(_("Item %(number)d is no record.") % {"number": number})
        if columns is not None:
            _known_keys(value, number, columns)
        yield number, value


def _json_values(source, wrappers):
    """The items of a list, of a list under one of the keys, or the values one after another."""
    decoder, text, done = json.JSONDecoder(), source.read().lstrip(), False
    wrapped = re.match(r'\{\s*"(\w+)"\s*:\s*\[', text)
    if wrapped and wrapped[1] in wrappers:
        text = text[wrapped.end() - 1 :]
    listed = text.startswith("[")
    text = text[1:] if listed else text
    place = 0
    while True:
        place = _BETWEEN.match(text, place).end()
        if listed and text.startswith("]", place):
            return
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            more = "" if done else source.read()
            done = not more
            text, place = text[place:] + more, 0
            if done and not text and not listed:
                return
            if done or len(text) > RECORD_CHARACTERS:
                raise Unreadable(_broken(text, error)) from error
        else:
            yield value


def _broken(text, error):
    near = " ".join(text[max(0, getattr(error, "pos", 0) - 20) :][:40].split())
    if not near:
        return _("The JSON breaks off: the end of the list is missing.")
    return _("This is no JSON: there is a fault near “%(text)s”.") % {"text": near}
