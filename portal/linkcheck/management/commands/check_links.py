from django.core.management.base import BaseCommand

from portal.linkcheck.services import check


class Command(BaseCommand):
    help = "Looks whether links to other sites still lead somewhere. For cron, daily."

    def add_arguments(self, parser):
        parser.add_argument("--max", type=int, default=200, help="links to look at in this run")

    def handle(self, **options):
        report = check(most=max(0, options["max"]))
        self.stdout.write(f"Links: {report.known}; looked at now: {report.checked}.")
        for state, number in report.states.items():
            self.stdout.write(f"{state}: {number}")
