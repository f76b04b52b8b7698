"""Files of agreements that no document has any more."""

from datetime import timedelta

from partners.models import AgreementDocument
from partners.models.parts import DOCUMENTS, private_storage

# A file is written before its row is committed; far longer than any save takes.
KEPT = timedelta(days=1)


def drop_unclaimed_files(*, now) -> int:
    """Delete what a deleted or replaced document left behind; returns how many files."""
    storage = private_storage()
    if not storage.exists(DOCUMENTS):
        return 0
    claimed = set(AgreementDocument.objects.values_list("file", flat=True))
    names = {f"{DOCUMENTS}/{name}" for name in storage.listdir(DOCUMENTS)[1]}
    gone = [name for name in names - claimed if storage.get_modified_time(name) < now - KEPT]
    for name in gone:
        storage.delete(name)
    return len(gone)
