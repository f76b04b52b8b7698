"""The commands that bring records in tell all the same way."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partners.exchange.tools import import_file
from publishing.exchange.files import Unreadable


class ImportCommand(BaseCommand):
    book = None

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="tell, and keep nothing")
        parser.add_argument(
            "--source", default="file", help="the system that numbers without one belong to"
        )

    def handle(self, *, file, dry_run, **options):
        book = self.make_book(**options)
        try:
            with file.open("rb") as opened:
                report = import_file(
                    book, opened, name=file.name, dry_run=dry_run, progress=self.progress
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except Unreadable as error:
            raise CommandError(f"{file}: {error}") from error
        self.tell(report)
        self.tell_more(book)
        counts = report.counts
        summary = (
            f"{counts['rows']} rows: {counts['new']} new, {counts['changed']} changed, "
            f"{counts['unchanged']} unchanged, {counts['problems']} errors."
        )
        if counts["problems"]:
            raise CommandError(f"{summary} Nothing was imported.")
        self.stdout.write(summary + ("" if report.kept else " Nothing was kept: a dry run."))

    def make_book(self, *, source, **options):
        return self.book(source=source)

    def progress(self, rows):
        self.stderr.write(f"  {rows} rows")

    def tell_more(self, book):
        """What only this kind of file has to say."""

    def tell(self, report):
        for entry in report.new:
            self.stdout.write(f"new: row {entry.row}: {entry.key} {entry.title}")
        for entry in report.changed:
            self.stdout.write(f"changed: row {entry.row}: {entry.key} {entry.title}")
            for change in entry.changes:
                self.stdout.write(f"    {change.column}: {change.before!r} -> {change.after!r}")
        for name, problems in (("look at", report.doubts), ("error", report.problems)):
            for one in problems:
                where = f"row {one.row}" + (f", {one.column}" if one.column else "")
                self.stdout.write(f"{name}: {where}: {one.sentence}")
        for kind, count in report.unshown().items():
            if count:
                self.stdout.write(f"... and {count} more: {kind}")
