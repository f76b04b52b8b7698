"""Records as CSV and JSON, written as they are read: memory stays flat."""

import csv
import json
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from publishing.exchange.cells import plain_cell


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text):
        return text


def csv_lines(columns: Iterable[str], records: Iterable[Iterable]) -> Iterator[str]:
    """``records`` are lists of cells in the order of the columns."""
    writer = csv.writer(_Echo())
    # Excel reads UTF-8 only behind a byte order mark.
    yield "\ufeff" + writer.writerow(columns)
    for record in records:
        yield writer.writerow([plain_cell(cell) for cell in record])


def json_lines(name: str, records: Iterable[dict]) -> Iterator[str]:
    yield f'{{"{name}": ['
    for index, record in enumerate(records):
        yield (",\n" if index else "\n") + json.dumps(record, ensure_ascii=False)
    yield "\n]}\n"


def download(body, content_type, filename) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingHttpResponse(body, content_type=content_type, headers=headers)


def csv_download(name, columns, records) -> StreamingHttpResponse:
    body = csv_lines(columns, records)
    return download(body, "text/csv; charset=utf-8", f"{name}.csv")


def json_download(name, records, *, filename="") -> StreamingHttpResponse:
    """``name`` is the key under which the records stand."""
    body = json_lines(name, records)
    return download(body, "application/json; charset=utf-8", f"{filename or name}.json")
