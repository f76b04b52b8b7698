"""The verbs of the partners' floor: atomic, keyword-only, refusing with a translated sentence."""

from partners.services.acts import (
    amend,
    confirm,
    correct,
    extend,
    give_notice,
    renew,
    resume,
    supersede,
    suspend,
    terminate,
)
from partners.services.institutions import (
    merge_institutions,
    relate,
    save_institution,
    undo_merge,
)
from partners.services.places import save_place
from partners.services.signing import sign

__all__ = [
    "amend",
    "confirm",
    "correct",
    "extend",
    "give_notice",
    "merge_institutions",
    "relate",
    "renew",
    "resume",
    "save_institution",
    "save_place",
    "sign",
    "supersede",
    "suspend",
    "terminate",
    "undo_merge",
]
