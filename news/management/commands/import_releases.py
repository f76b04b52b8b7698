from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from news.importing import COLUMNS, import_releases, lines


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
            items = lines(file)
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        if unknown := sorted({name for item in items for name in item} - set(COLUMNS)):
            raise CommandError(f"Unknown columns: {', '.join(unknown)}")
        report = import_releases(items, images=images, publish=publish, dry_run=dry_run)
        for source_id, sentence in report.refused:
            self.stdout.write(f"not imported: {source_id}: {sentence}")
        for source_id, sentence in report.doubtful:
            self.stdout.write(f"look at: {source_id}: {sentence}")
        done = "would be imported" if dry_run else "imported"
        self.stdout.write(
            f"{len(report.created)} {done}, {len(report.known)} here already, "
            f"{len(report.refused)} refused, {len({key for key, _ in report.doubtful})} to look at."
        )
