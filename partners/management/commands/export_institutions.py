from partners.exchange.institutions import InstitutionBook
from partners.management.export import ExportCommand


class Command(ExportCommand):
    help = "Writes all institutions to a CSV or JSON file that import_institutions reads."
    book = InstitutionBook
