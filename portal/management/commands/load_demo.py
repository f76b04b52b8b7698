from django.core.management.base import BaseCommand, CommandError

from portal.demo import loading


class Command(BaseCommand):
    help = (
        "Loads the demonstration content: releases, partners, agreements, events and pages of "
        "one office, in both languages. Repeating it changes nothing. A database that holds "
        "content of its own is refused."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--force",
            action="store_true",
            help="load it beside the content that is there; what is there stays unchanged",
        )

    def handle(self, *, force, **options):
        if not force and (foreign := loading.foreign_content()):
            kinds = ", ".join(str(model._meta.verbose_name_plural) for model in foreign)
            raise CommandError(
                f"The database holds content of its own ({kinds}). Nothing was loaded; "
                "to load the demonstration beside it, add --force."
            )
        made = loading.load()
        if not made:
            self.stdout.write("The demonstration content is there already; nothing was changed.")
            return
        for model, count in made.items():
            self.stdout.write(f"  {model._meta.verbose_name_plural}: {count}")
        self.stdout.write(
            "Demonstration content loaded. `manage.py remove_demo` takes it away again."
        )
