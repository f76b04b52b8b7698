"""The rows of the partners' floor, one subject to a file."""

from partners.models.actions import DOUBTS, AgreementAction
from partners.models.agreements import (
    CONFIRMED_FOR_MONTHS,
    URGENCY,
    Agreement,
    AgreementParty,
    AgreementStatus,
    months_before,
)
from partners.models.cooperation import CooperationField
from partners.models.institutions import Institution, InstitutionName, InstitutionType
from partners.models.parts import AgreementArea, AgreementDocument, Signature
from partners.models.people import Participation, Person, Post, title_doubts
from partners.models.places import Place
from partners.models.relations import (
    ContactPoint,
    FormerAddress,
    InstitutionIdentifier,
    InstitutionLink,
    InstitutionMerge,
    InstitutionPlace,
)

__all__ = [
    "CONFIRMED_FOR_MONTHS",
    "DOUBTS",
    "URGENCY",
    "Agreement",
    "AgreementAction",
    "AgreementArea",
    "AgreementDocument",
    "AgreementParty",
    "AgreementStatus",
    "ContactPoint",
    "CooperationField",
    "FormerAddress",
    "Institution",
    "InstitutionIdentifier",
    "InstitutionLink",
    "InstitutionMerge",
    "InstitutionName",
    "InstitutionPlace",
    "InstitutionType",
    "Participation",
    "Person",
    "Place",
    "Post",
    "Signature",
    "months_before",
    "title_doubts",
]
