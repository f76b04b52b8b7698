"""What may be asked, and what is answered. Languages are named by their BCP 47 tags."""

import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from news.models import Event
from partners.models import AgreementArea, AgreementStatus, Institution
from portal.api import paging
from portal.searching import KINDS

Lang = Annotated[
    Literal["en", "zh-Hans"],
    Field(description="The reader's language: it decides what is listed, and in what order."),
]
Place = Annotated[str, Field(pattern=paging.PLACE, description="next_cursor of the page before.")]
Offset = Annotated[str, Field(pattern=paging.OFFSET, description="next_cursor of the page before.")]
Limit = Annotated[int, Field(ge=1, le=paging.LARGEST, description="Entries on a page.")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,120}$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,20}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Year = Annotated[int, Field(ge=1, le=9999)]
Partial = Annotated[
    str, Field(description="As exactly as it is known: 2016, 2016-05 or 2016-05-16; or empty.")
]
Texts = Annotated[dict[str, str], Field(description="By language; what is not known is left out.")]
Look = Literal["active", "soon", "lapsed", "open"]


class Problem(Schema):
    detail: Annotated[str, Field(description="A sentence that says what is wrong.")]


# What may be asked


class InLanguage(Schema):
    lang: Lang = "en"


class ReleasesAsked(InLanguage):
    year: Year | None = None
    field: Slug | None = None
    cursor: Place | None = None
    limit: Limit = paging.USUAL


class EventsAsked(InLanguage):
    when: Literal["upcoming", "past"] | None = None
    cursor: Place | None = None
    limit: Limit = paging.USUAL


class InstitutionsAsked(InLanguage):
    q: str = ""
    type: list[Slug] = []
    country: list[Country] = []
    city: list[Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]] = []
    status: list[Look] = []
    agreement: list[Code] = []
    field: list[Slug] = []
    cursor: Offset | None = None
    limit: Limit = paging.USUAL


class AgreementsAsked(InLanguage):
    status: Look | None = None
    kind: Code | None = None
    country: Country | None = None
    field: Slug | None = None
    activity: Literal[tuple(AgreementArea.Activity.values)] | None = None
    institution: Slug | None = None
    year: Annotated[int, Field(ge=1000, le=9999)] | None = None
    sort: Literal["status", "ends", "partner", "field", "signed", "number"] = "status"
    cursor: Offset | None = None
    limit: Limit = paging.USUAL


class MilestonesAsked(InLanguage):
    order: Literal["newest", "oldest"] = "newest"
    cursor: Place | None = None
    limit: Limit = paging.USUAL


class PageviewsAsked(Schema):
    cursor: Place | None = None
    limit: Limit = paging.USUAL


class SearchAsked(InLanguage):
    q: str = ""
    kind: Literal[tuple(KINDS)] | None = None
    cursor: Offset | None = None


# What is answered


class Text(Schema):
    address: str
    title: str
    summary: str
    published: datetime.datetime
    updated: datetime.datetime | None


class FullText(Text):
    body: Annotated[str, Field(description="HTML.")]


class ReleaseOut(Schema):
    slug: str
    kind: str
    release_date: Partial
    field: str | None
    origin: str
    source_name: Texts
    source_address: str
    image: str | None
    pageviews: int
    institutions: list[str]
    events: list[str]
    agreements: list[str]
    languages: dict[str, Text]


class FullRelease(ReleaseOut):
    languages: dict[str, FullText]


class PlaceOut(Schema):
    name: Texts
    country: str
    latitude: float | None
    longitude: float | None


class EventOut(Schema):
    slug: str
    kind: Literal[tuple(Event.Kind.values)]
    mode: Literal[tuple(Event.Mode.values)]
    status: Literal[tuple(Event.Status.values)]
    start_date: Partial
    end_date: Partial
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    time_zone: str
    place: PlaceOut | None
    venue: Texts
    field: str | None
    institutions: list[str]
    agreements: list[str]
    languages: dict[str, Text]


class FullEvent(EventOut):
    languages: dict[str, FullText]


class Identifier(Schema):
    scheme: str
    value: str
    address: str


class InstitutionOut(Schema):
    slug: str
    name: Texts
    summary: Texts
    types: list[str]
    city: Texts
    country: str
    website: Texts
    established: Partial
    status: Literal[tuple(Institution.Status.values)]
    identifiers: list[Identifier]
    addresses: Texts


class FoundInstitution(InstitutionOut):
    matched: Annotated[
        str | None, Field(description="The other name that answered the question, if one did.")
    ]


class Party(Schema):
    institution: str | None
    name: Texts
    role: str


class AgreementOut(Schema):
    number: str
    kind: str
    title: Texts
    summary: Texts
    parties: list[Party]
    field: str | None
    signed: Partial
    effective: Partial
    ends: Partial
    no_end_agreed: bool
    sample_term: Annotated[bool, Field(description="The end date is invented for demonstration.")]
    announced: Partial
    status: Literal[tuple(AgreementStatus.values)]
    addresses: Texts


class MilestoneOut(Schema):
    date: Partial
    title: Texts
    text: Texts
    place: PlaceOut | None
    release: str | None
    event: str | None
    agreement: str | None


class Views(Schema):
    release: str
    pageviews: int


class Hit(Schema):
    kind: Literal[tuple(KINDS)]
    language: str
    address: str
    title: str
    snippet: str
    date: datetime.date | None


class Releases(Schema):
    releases: list[ReleaseOut]
    next_cursor: str


class Events(Schema):
    events: list[EventOut]
    next_cursor: str


class Institutions(Schema):
    institutions: list[FoundInstitution]
    total: int
    corrected: Annotated[str, Field(description="What was searched instead of q, if it was.")]
    next_cursor: str


class Agreements(Schema):
    agreements: list[AgreementOut]
    next_cursor: str


class Milestones(Schema):
    milestones: list[MilestoneOut]
    next_cursor: str


class Pageviews(Schema):
    pageviews: list[Views]
    total: Annotated[int, Field(description="Of all public releases together.")]
    next_cursor: str


class Hits(Schema):
    hits: list[Hit]
    total: int
    counts: dict[str, int]
    corrected: Annotated[str, Field(description="What was searched instead of q, if it was.")]
    next_cursor: str
