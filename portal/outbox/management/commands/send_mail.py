from django.core.management.base import BaseCommand

from portal.outbox.models import Letter
from portal.outbox.services import deliver


class Command(BaseCommand):
    help = "Sends mail that the server did not take the first time. For cron, every few minutes."

    def handle(self, **options):
        sent, failed = deliver()
        if sent or failed:
            self.stdout.write(f"Sent: {sent}; not taken by the server: {failed}.")
        if given_up := Letter.objects.filter(given_up=True).count():
            self.stderr.write(f"Given up after three days: {given_up}; they are on the desk.")
