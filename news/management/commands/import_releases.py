from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from news.importing import COLUMNS, import_releases, lines
from publishing.exchange.files import Unreadable


class Command(BaseCommand):
    help = (
        "Brings releases of an old site over, from a CSV file with a head or a JSON list. "
        f"Columns: {', '.join(COLUMNS)}. Several values of one column are set apart by ';'. "
        "What was imported before stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--images", type=Path, help="folder that paths of pictures start from")
        parser.add_argument("--publish", action="store_true", help="publish under the old dates")
        parser.add_argument("--dry-run", action="store_true", help="tell, and keep nothing")

    def handle(self, *, file, images, publish, dry_run, **options):
        try:
            with file.open("rb") as opened:
                items = lines(opened, file.name)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except Unreadable as error:
            raise CommandError(f"{file}: {error}") from error
        report = import_releases(items, images=images, publish=publish, dry_run=dry_run)
        for one in report.problems:
            self.stdout.write(f"not imported: {one.row}: {one.sentence}")
        for one in report.doubts:
            self.stdout.write(f"look at: {one.row}: {one.sentence}")
        for kind, count in report.unshown().items():
            if count and kind != "new":
                self.stdout.write(f"... and {count} more: {kind}")
        done = "would be imported" if dry_run else "imported"
        counts = report.counts
        refused = counts["rows"] - counts["new"] - counts["unchanged"]
        self.stdout.write(
            f"{counts['new']} {done}, {counts['unchanged']} here already, {refused} refused, "
            f"{counts['doubts']} to look at."
        )
