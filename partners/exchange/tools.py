"""Imports and exports as commands and pages call them."""

from collections.abc import Iterator

from publishing.exchange import files
from publishing.exchange.downloads import csv_lines, json_lines
from publishing.exchange.pages import Door
from publishing.exchange.reports import Report

BATCH = 500


def import_file(book, file, *, name, dry_run=False, progress=None) -> Report:
    """What an import of this file, open for bytes, does; Unreadable where it cannot be taken."""
    columns = book.columns if book.checks_columns else None
    found = files.records(file, columns=columns, name=name, wrappers=(book.name,))
    return book.take(found, dry_run=dry_run, name=name, progress=progress)


def door(book_class, **about) -> Door:
    """The page of an admin by which such a file comes in."""

    def run(file, *, name, user, dry_run, **options):
        book = book_class(user=user, **options)
        return import_file(book, file, name=name, dry_run=dry_run)

    return Door(
        run=run,
        columns=lambda: list(book_class().columns) if book_class.checks_columns else [],
        **about,
    )


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
