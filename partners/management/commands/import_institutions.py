from partners.exchange.institutions import InstitutionBook
from partners.management.base import ImportCommand


class Command(ImportCommand):
    help = "Brings institutions in from CSV or JSON; docs/exchange.md names the columns."
    book = InstitutionBook
