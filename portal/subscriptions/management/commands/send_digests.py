from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.outbox.services import deliver
from portal.subscriptions.digests import send


class Command(BaseCommand):
    help = "Writes to subscribers of news what they have not been told yet. For cron."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="only say how many letters it would write"
        )

    def handle(self, *, dry_run, **options):
        report = send(dry_run=dry_run)
        verb = "Letters to write" if dry_run else "Letters written"
        self.stdout.write(f"{verb}: {report.letters}, with {report.entries} items.")
        if not dry_run and settings.PORTAL_MAIL_AT_ONCE:
            deliver()
        if report.failed:
            numbers = ", ".join(map(str, report.failed))
            raise CommandError(f"No letter could be made for the subscribers {numbers}.")
