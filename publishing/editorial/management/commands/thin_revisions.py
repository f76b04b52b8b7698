from django.core.management.base import BaseCommand

from publishing.editorial import history


class Command(BaseCommand):
    help = (
        "Deletes old revisions. Kept are all of the last days, every published and every first "
        "revision, and of the other old ones each item's last of each day."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--days",
            type=int,
            default=history.KEEP_ALL_DAYS,
            help="keep everything that is younger (default: %(default)s)",
        )

    def handle(self, *args, **options):
        count = history.thin(days=options["days"])
        self.stdout.write(f"Revisions deleted: {count}")
