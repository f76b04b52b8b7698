from partners.exchange.agreements import AgreementBook
from partners.management.base import ImportCommand


class Command(ImportCommand):
    help = "Brings agreements in from CSV or JSON; docs/exchange.md names the columns."
    book = AgreementBook

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--accept-doubts",
            action="store_true",
            help="take what is allowed but rarely meant, such as a start before the signature",
        )

    def make_book(self, *, source, accept_doubts, **options):
        return self.book(source=source, accept_doubts=accept_doubts)
