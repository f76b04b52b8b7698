"""The verbs of the partners' floor: atomic, keyword-only, refusing with a translated sentence."""

from partners.services.acts import (
    accede,
    amend,
    confirm,
    correct,
    extend,
    give_notice,
    leave,
    renew,
    resume,
    supersede,
    suspend,
    terminate,
)
from partners.services.confirmations import answer, ask_to_confirm, decide, revoke_link
from partners.services.documents import drop_unclaimed_files
from partners.services.institutions import (
    merge_institutions,
    relate,
    save_institution,
    undo_merge,
)
from partners.services.places import save_place
from partners.services.reminders import send_reminders
from partners.services.signing import sign

__all__ = [
    "accede",
    "amend",
    "answer",
    "ask_to_confirm",
    "confirm",
    "correct",
    "decide",
    "drop_unclaimed_files",
    "extend",
    "give_notice",
    "leave",
    "merge_institutions",
    "relate",
    "renew",
    "resume",
    "revoke_link",
    "save_institution",
    "save_place",
    "send_reminders",
    "sign",
    "supersede",
    "suspend",
    "terminate",
    "undo_merge",
]
