from django.core.management.base import BaseCommand

from partners.services import send_reminders


class Command(BaseCommand):
    help = "Mails owners of agreements before a deadline, once for each stage. For cron, daily."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Say what would be sent.")

    def handle(self, *, dry_run, **options):
        outcome = send_reminders(dry_run=dry_run)
        word = "Would tell" if dry_run else "Told"
        for reminder, addresses in outcome.sent:
            self.stdout.write(f"{word} {', '.join(addresses)}: {self.line(reminder)}")
        for reminder in outcome.to_nobody:
            self.stderr.write(f"Nobody to tell: {self.line(reminder)}")
        if not outcome.sent:
            self.stdout.write("Nothing to send.")

    def line(self, reminder):
        what = "notice" if reminder.is_notice else "end"
        return f"{reminder.agreement.number}, {what} {reminder.day}, {reminder.stage.value}"
