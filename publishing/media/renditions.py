"""Renditions: one image, cropped, scaled and encoded for one purpose.

They are made when first asked for and kept under ``MEDIA_ROOT/renditions/<uid>/``. The folder may
be emptied at any time. Two processes that make the same rendition at once both write the same
bytes; each file appears complete or not at all.
"""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from publishing.media.models import Image
from publishing.media.purposes import CONTENT_TYPES, PURPOSES, Purpose, render


@dataclass(frozen=True)
class Rendition:
    """``width`` is nominal, one of the purpose's; ``size`` tells the true pixels."""

    image: Image
    purpose: Purpose
    width: int
    extension: str

    @cached_property
    def size(self):
        return self.purpose.size(self.image.width, self.image.height, self.width)

    @property
    def content_type(self):
        return CONTENT_TYPES[self.extension]

    @cached_property
    def version(self):
        """Changes with the picture, the focal point where it matters, and the recipe."""
        parts = [self.image.sha256, self.purpose.recipe, str(self.width), self.extension]
        if self.purpose.ratio:
            parts += [f"{share:.4f}" for share in self.image.focal]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def url(self):
        """The address as a path, with the version that lets it be cached for a year."""
        width = self.width if len(self.purpose.widths) > 1 else None
        address = _address(self.image.uid, self.purpose.name, width, self.extension)
        return f"{address}?v={self.version}"

    @property
    def name(self):
        """The file's path inside ``MEDIA_ROOT``."""
        return f"renditions/{self.image.uid}/{self.version}.{self.extension}"

    @property
    def path(self):
        return Path(settings.MEDIA_ROOT, self.name)

    def make(self):
        """Write the file unless it is there. ``FileNotFoundError`` if the master is lost."""
        if self.path.exists():
            return
        with self.image.file.open("rb") as master:
            content = render(master, self.purpose, self.width, self.extension, self.image.focal)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(self.path, content)


@lru_cache(maxsize=4096)
def _address(uid, purpose, width, extension):
    """Remembered, because a list of twenty releases asks for more than a hundred."""
    names = {"uid": uid, "purpose": purpose, "extension": extension}
    return reverse("media:rendition", kwargs=names | ({"width": width} if width else {}))


def fallback_extension(image, purpose):
    """The format that every reader knows: PNG for drawings, JPEG for all else."""
    return "png" if image.is_drawing and not purpose.opaque else "jpg"


def rendition(image, purpose_name, extension=None):
    """The largest rendition for a purpose, in the format that every reader knows."""
    purpose = PURPOSES[purpose_name]
    width = purpose.distinct_widths(image.width, image.height)[0]
    return Rendition(image, purpose, width, extension or fallback_extension(image, purpose))


def renditions(image, purpose_name, extension=None):
    """All sizes worth offering for a purpose, the largest first."""
    purpose = PURPOSES[purpose_name]
    extension = extension or fallback_extension(image, purpose)
    return [
        Rendition(image, purpose, width, extension)
        for width in purpose.distinct_widths(image.width, image.height)
    ]


def srcset(offered):
    """The value of the HTML attribute for renditions of one format."""
    if len(offered) == 1:
        return offered[0].url
    return ", ".join(f"{rendition.url} {rendition.size[0]}w" for rendition in offered)


def find(image, purpose_name, width, extension):
    """The rendition that an address names, or nothing. Without a width, the largest."""
    purpose = PURPOSES.get(purpose_name)
    if purpose is None or extension not in ("avif", "webp", fallback_extension(image, purpose)):
        return None
    if width is None:
        return rendition(image, purpose_name, extension)
    return Rendition(image, purpose, width, extension) if width in purpose.widths else None


def discard(image):
    """Delete the image's renditions; those still wanted are made again."""
    shutil.rmtree(Path(settings.MEDIA_ROOT, "renditions", image.uid), ignore_errors=True)


def _write_whole(path, content):
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # The proxy that hands the file over runs under another user of the same group.
        os.chmod(temporary, settings.FILE_UPLOAD_PERMISSIONS or 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
