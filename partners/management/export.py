from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partners.exchange.tools import export_lines
from publishing.editorial import audit


class ExportCommand(BaseCommand):
    book = None

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="ends with .csv or .json")
        parser.add_argument(
            "--private", action="store_true", help="with the columns that only staff see"
        )

    def handle(self, *, file, private, **options):
        form = file.suffix.lower().removeprefix(".")
        if form not in ("csv", "json"):
            raise CommandError("The name of the file must end with .csv or .json.")
        book = self.book()
        audit.record(audit.Action.EXPORT, detail=f"{book.name}, {file.name}")
        try:
            with file.open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(export_lines(book, form, private=private))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(f"Written: {file}")
