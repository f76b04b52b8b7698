from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from publishing.pageviews import collector, kinds, services
from publishing.pageviews.imports import import_bases


class Command(BaseCommand):
    help = "Collects pageviews from the journals, imports an old site's numbers, corrects them."

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("collect", help="count what lies in this host's journals")
        actions.add_parser("tidy", help="delete what is older than 48 hours")

        take = actions.add_parser("import", help="numbers of an old site, from key,views lines")
        take.add_argument("file", type=Path)
        take.add_argument("--dry-run", action="store_true", help="say what would happen")
        take.add_argument("--force", action="store_true", help="also lower imported numbers")

        correct = actions.add_parser("correct", help="set the public number of one item")
        correct.add_argument("key", help="for instance release-12")
        correct.add_argument("shown", type=int, help="the number to show from now on")
        correct.add_argument("--reason", required=True)

    def handle(self, *args, action, **options):
        getattr(self, f"do_{action}")(**options)

    def do_collect(self, **options):
        self.stdout.write(f"{collector.collect()} lines collected.")

    def do_tidy(self, **options):
        collector.tidy()

    def do_import(self, *, file, dry_run, force, **options):
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                outcome = import_bases(lines, dry_run=dry_run, force=force)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        would = "would be " if dry_run else ""
        self.stdout.write(f"{outcome.changed} {would}changed, {outcome.unchanged} as they were.")
        if outcome.problems:
            raise CommandError("\n".join(map(str, outcome.problems)))

    def do_correct(self, *, key, shown, reason, **options):
        item = kinds.parse(key)
        if item is None:
            known = ", ".join(kinds.keys())
            raise CommandError(f"{key} names nothing that is counted; kinds are: {known}.")
        with _told():
            services.correct(key=item.kind, object_id=item.id, shown=shown, reason=reason)


@contextmanager
def _told():
    try:
        yield
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
