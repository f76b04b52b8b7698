"""Imports and exports as commands and pages call them."""

from collections.abc import Iterator
from pathlib import Path

from publishing.exchange import files
from publishing.exchange.downloads import csv_lines, json_lines

BATCH = 500


def import_file(book, path: Path, *, name="", dry_run=False, progress=None):
    """The report of an import of this file; files.Unreadable where it cannot be taken at all."""
    found = files.records(path, columns=book.columns, wrappers=(book.name,))
    return book.take(found, dry_run=dry_run, name=name or path.name, progress=progress)


def export_lines(book, form: str, *, private: bool) -> Iterator[str]:
    """The whole kind as lines of CSV or JSON, by the columns that an import reads."""
    columns = [c for name, c in book.columns.items() if private or name not in book.private]
    rows = book.loaded().order_by("pk").iterator(chunk_size=BATCH)
    records = (book.record(row) for row in rows)
    if form == "csv":
        cells = ([column.text(one[column.name]) for column in columns] for one in records)
        return csv_lines([column.name for column in columns], cells)
    said = ({column.name: column.json(one[column.name]) for column in columns} for one in records)
    return json_lines(book.name, said)
