"""What a form started from: the whole item as it was, signed, in a hidden field of the form.

So a save can always tell what its author changed from what others have changed since, however long
the form stood open and whatever has become of the revisions.
"""

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b

from django.core import signing
from django.db import transaction

from publishing.editorial import traversal
from publishing.editorial.records import item_id

_SALT = "publishing.editorial.bases"


class BadBase(ValueError):
    """The form does not say, or says wrongly, what it started from."""


@dataclass(frozen=True)
class Base:
    item_id: int
    data: dict
    # The primary key of each owned row, by its key.
    numbers: dict[str, int]

    def is_still(self, now: "Base", model) -> bool:
        """Whether the item says what it said, in the same rows."""
        same = not traversal.differences(model, self.data, now.data)
        return same and self.numbers == now.numbers


def of(row) -> Base:
    numbers: dict[str, int] = {}
    data = traversal.snapshot(row, numbers)
    return Base(item_id(row), data, numbers)


def sign(row) -> str:
    told = asdict(of(row)) | {"of": row._meta.label_lower}
    return signing.dumps(told, salt=_SALT, compress=True)


def read(text: str, model) -> Base:
    try:
        told = signing.loads(text or "", salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise BadBase from error
    if told["of"] != model._meta.label_lower:
        raise BadBase
    return Base(told["item_id"], told["data"], told["numbers"])


def read_for(text: str, row) -> Base:
    base = read(text, type(row))
    if base.item_id != item_id(row):
        raise BadBase
    return base


def fingerprint(data: dict) -> str:
    text = signing.JSONSerializer().dumps(data)
    return blake2b(text, digest_size=16).hexdigest()


@contextmanager
def rolled_back():
    """What happens inside is undone, whatever it was."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def rewind(row, base: Base) -> None:
    """Inside ``rolled_back``: give the row and its parts what the form found, under their numbers.

    A form names the rows of its parts by number; those that others have deleted since stand there
    again, and those that others have added are gone.
    """
    for accessor, entries in base.data["owned"].items():
        owned = traversal.part(type(row), accessor)
        there = {str(part.key): part for part in owned.rows(row)}
        for entry in entries:
            found, number = there.get(entry["key"]), base.numbers.get(entry["key"])
            if found is not None and found.pk != number:
                found.delete()
                found = None
            if found is None:
                made = owned.model(pk=number, key=entry["key"], **owned.link(row))
                traversal.fill(entry, made, apart=owned.apart)
                made.save(force_insert=True)
    traversal.write(base.data, row)
