from django.core.management.base import BaseCommand

from portal.tidying import tidy


class Command(BaseCommand):
    help = "Deletes what is kept for a while only: ended sessions, old sign-ins, mail. Daily."

    def handle(self, **options):
        for kind, number in tidy().items():
            self.stdout.write(f"{kind}: {number} deleted")
