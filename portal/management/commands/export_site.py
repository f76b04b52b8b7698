from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.mirror.services import MirrorRefused, export


class Command(BaseCommand):
    help = (
        "Writes the whole public site as plain files, in both languages, for any file server: a "
        "fall-back for days on which the portal cannot run. Searching and filtering need the "
        "portal. Links that lead nowhere are listed."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="empty, or not there yet")

    def handle(self, *, folder, **options):
        try:
            report = export(target=folder, progress=self.tell)
        except MirrorRefused as error:
            raise CommandError(str(error)) from error
        for address, page in sorted(report.dead.items()):
            self.stderr.write(f"Dead link: {address} (on {page or 'no page'})")
        self.stdout.write(f"Mirror written: {folder} ({report.pages} pages).")

    def tell(self, report):
        self.stdout.write(f"{report.pages} pages, {report.files} files …")
