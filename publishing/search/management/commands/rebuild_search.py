from django.core.management.base import BaseCommand, CommandError

from publishing.search import rebuilding


class Command(BaseCommand):
    help = (
        "Rebuilds the search index from the content, while the portal keeps answering. "
        "With --check nothing is written: the command fails where index and content differ."
    )

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="Compare only.")

    def handle(self, *, check, verbosity, **options):
        if check:
            self.check_index()
            return

        def progress(kind, done, of):
            if verbosity:
                self.stdout.write(f"{kind}: {done} of {of}")

        rebuilding.rebuild(progress)

    def check_index(self):
        found = rebuilding.differences()
        for kind, pks in found.items():
            self.stderr.write(f"{kind}: {len(pks)} differ, for example {pks[:5]}")
        if found:
            raise CommandError("The search index is out of step: run `manage.py rebuild_search`.")
        self.stdout.write("The search index is in step.")
