from django.core.management.base import BaseCommand

from portal.demo import removing


class Command(BaseCommand):
    help = (
        "Takes away what load_demo made, and nothing else. What the office has since used in "
        "content of its own stays."
    )

    def handle(self, **options):
        result = removing.remove()
        for row in result.kept:
            self.stdout.write(
                f"“{row}” ({row._meta.verbose_name}) stays: content of your own refers to it."
            )
        if result.settings_kept:
            self.stdout.write("The site settings stay: they have been changed since.")
        if result.removed:
            self.stdout.write(f"Demonstration content removed: {result.removed} rows.")
        else:
            self.stdout.write("There was no demonstration content to remove.")
