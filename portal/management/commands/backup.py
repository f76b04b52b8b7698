from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.backup.exceptions import BackupRefused
from portal.backup.services import back_up
from publishing.editorial import audit


class Command(BaseCommand):
    help = (
        "Writes one archive of all that cannot be made again: database, pictures, pageview "
        "journals, key. The portal may go on running. The file appears when it is complete."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="for instance portal-2026-01-31.tar.gz")

    def handle(self, *, file, **options):
        try:
            manifest = back_up(target=file)
        except BackupRefused as error:
            raise CommandError(str(error)) from error
        audit.record(audit.Action.EXPORT, detail=f"backup {file.name}")
        size = file.stat().st_size / 1_000_000
        files = len(manifest["members"])
        self.stdout.write(f"Backup written: {file} ({size:.1f} MB, {files} files).")
