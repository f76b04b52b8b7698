"""Many files at once into the library: each is taken or refused for itself."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from publishing.media import services
from publishing.media.documents import CONTENT_TYPES
from publishing.media.models import File, Image


@dataclass(frozen=True)
class Outcome:
    name: str
    item: Image | File | None = None
    problem: str = ""


def take(file, *, user) -> Outcome:
    """A document by its name, anything else as a picture; refused ones say why."""
    extension = (file.name or "").rpartition(".")[2].lower()
    if extension in CONTENT_TYPES:
        add, right = services.add_file, "media.add_file"
    else:
        add, right = services.add_image, "media.add_image"
    if not user.has_perm(right):
        return Outcome(file.name, problem=_("You may not add such files."))
    try:
        with transaction.atomic():
            return Outcome(file.name, item=add(file=file, user=user))
    except ValidationError as error:
        return Outcome(file.name, problem=" ".join(error.messages))
