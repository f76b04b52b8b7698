"""Tables as CSV that a spreadsheet opens without harm."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date

from django.http import StreamingHttpResponse

# Cells that begin so would be run as formulas. Hosts and titles are written by strangers.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


def response(rows: Iterable[tuple], filename: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def lines(rows: Iterable[tuple]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text):
        return text
