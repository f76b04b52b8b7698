from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.backup.exceptions import BackupRefused
from portal.backup.services import restore


class Command(BaseCommand):
    help = (
        "Brings back what `manage.py backup` wrote, into an empty database and data folder. The "
        "archive is checked as a whole before anything is touched."
    )
    # The database may be empty, or not there yet.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="replace the content that is there; stop the portal first",
        )

    def handle(self, *, file, replace, **options):
        try:
            manifest, notes = restore(source=file, replace=replace)
        except BackupRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored the backup of {manifest['made']}.")
        for note in notes:
            self.stdout.write(note)
