"""The rows of the partners' floor, one subject to a file."""

from partners.models.actions import DOUBTS, AgreementAction, AgreementState
from partners.models.agreements import Agreement
from partners.models.confirmations import ConfirmationLink, Proposal, ProposedChange
from partners.models.cooperation import AgreementKind, CooperationField
from partners.models.institutions import Institution, InstitutionName, InstitutionType
from partners.models.parties import AgreementParty
from partners.models.parts import AgreementArea, AgreementDocument, AgreementExternalId, Signature
from partners.models.people import (
    Mention,
    Participation,
    Person,
    PersonShown,
    Post,
    doubts_of,
    title_doubts,
    with_posts,
)
from partners.models.places import Place
from partners.models.register import RegisterEntry
from partners.models.relations import (
    ContactPoint,
    FormerAddress,
    InstitutionExternalId,
    InstitutionIdentifier,
    InstitutionLink,
    InstitutionMerge,
    InstitutionPlace,
)
from partners.models.reminders import DueSettings, SentReminder
from partners.models.status import CONFIRMED_FOR_MONTHS, URGENCY, AgreementStatus, months_before

__all__ = [
    "CONFIRMED_FOR_MONTHS",
    "DOUBTS",
    "URGENCY",
    "Agreement",
    "AgreementAction",
    "AgreementArea",
    "AgreementDocument",
    "AgreementExternalId",
    "AgreementKind",
    "AgreementParty",
    "AgreementState",
    "AgreementStatus",
    "ConfirmationLink",
    "ContactPoint",
    "CooperationField",
    "DueSettings",
    "FormerAddress",
    "Institution",
    "InstitutionExternalId",
    "InstitutionIdentifier",
    "InstitutionLink",
    "InstitutionMerge",
    "InstitutionName",
    "InstitutionPlace",
    "InstitutionType",
    "Mention",
    "Participation",
    "Person",
    "PersonShown",
    "Place",
    "Post",
    "Proposal",
    "ProposedChange",
    "RegisterEntry",
    "SentReminder",
    "Signature",
    "months_before",
    "doubts_of",
    "title_doubts",
    "with_posts",
]
