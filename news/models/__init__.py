"""The rows of the news floor, one subject to a file."""

from news.models.boilerplates import Boilerplate, BoilerplateVersion
from news.models.commitments import Commitment, Evidence
from news.models.event_parts import Delegation, EventOrganiser, Session
from news.models.events import Event
from news.models.imported import ImportedRelease
from news.models.press import PressContact, PressTelephone
from news.models.release_parts import Attachment, Correction, GalleryPicture, Note, Point, Quote
from news.models.releases import Release

__all__ = [
    "Attachment",
    "Boilerplate",
    "BoilerplateVersion",
    "Commitment",
    "Correction",
    "Delegation",
    "Event",
    "EventOrganiser",
    "Evidence",
    "GalleryPicture",
    "ImportedRelease",
    "Note",
    "Point",
    "PressContact",
    "PressTelephone",
    "Quote",
    "Release",
    "Session",
]
