from partners.exchange.agreements import AgreementBook
from partners.management.export import ExportCommand


class Command(ExportCommand):
    help = "Writes all agreements to a CSV or JSON file that import_agreements reads."
    book = AgreementBook
