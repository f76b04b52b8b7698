from django.core.management.base import BaseCommand

from publishing.editorial import copies


class Command(BaseCommand):
    help = (
        "Lets scheduled changes of published items go live. For cron; the portal also does it by "
        "itself before it shows a page past such an instant."
    )

    def handle(self, *args, **options):
        count = copies.publish_due()
        self.stdout.write(f"Went live: {count}")
