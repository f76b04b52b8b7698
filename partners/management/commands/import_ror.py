from pathlib import Path

from partners.exchange.ror import RorBook
from partners.management.base import ImportCommand


class Command(ImportCommand):
    help = (
        "Adds what records of ROR (schema 2; one, a list, or the whole dump) know of the "
        "institutions here. Nothing that stands here is overwritten: differences are listed."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="tell, and keep nothing")
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--only-existing", action="store_true", help="leave out all others; so by itself"
        )
        which.add_argument(
            "--add-new", action="store_true", help="make institutions, not public, of all others"
        )

    def make_book(self, *, add_new, **options):
        return RorBook(add_new=add_new)

    def tell_more(self, book):
        if book.elsewhere:
            self.stdout.write(f"{book.elsewhere} records are of institutions that are not here.")
