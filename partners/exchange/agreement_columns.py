"""The columns of agreements, and how a record on file reads by them."""

from django.db.models import Prefetch

from partners import life
from partners.exchange.book import ExternalIds
from partners.exchange.placing import PlaceColumn
from partners.models import Agreement, AgreementArea, AgreementKind, AgreementParty, Signature
from publishing.editorial.languages import columns
from publishing.exchange.columns import Choice, Date, Flag, Number, Rows, Text, Words, tidy

TEXTS = columns("title", "summary")
ACTS = ("confirmed_on", "suspended_on", "resumed_on", "terminated_on", "superseded_on")
PRIVATE = ("owner",)
# Of a concluded agreement only an act changes these; who replaces whom is told by one at any time.
AGREED = (*life.TERMS, "parties", "areas", "signatures", "signed")
BY_ACTS = (*ACTS, "replaces")
# What of a party stays open to correction.
OPEN = (*columns("unit"), "own_reference")
# From when until when a party that joined or left later was one.
PERIOD = ("joined_on", "left_on")

PARTIES = Rows(
    "parties",
    Text("institution"),
    Choice("role", AgreementParty.Role.choices, default="party"),
    Text("own_reference"),
    Flag("must_sign", default=True),
    *map(Text, columns("unit", "label")),
    *(Date(name, full=True) for name in PERIOD),
    ordered=True,
)
SIGNED_BY = columns("printed_name", "printed_title", "on_behalf_of", "printed_date")
SIGNATURES = Rows(
    "signatures",
    Number("party"),
    *map(Text, columns("printed_name", "printed_title")),
    Date("date"),
    Choice("method", Signature.Method.choices, default="not_stated"),
    *map(Text, columns("on_behalf_of", "printed_date")),
)
AREAS = Rows(
    "areas",
    Choice("activity", AgreementArea.Activity.choices),
    Text("isced"),
    *map(Text, columns("heading", "text")),
    Words("lead_units"),
    ordered=True,
)


def party(row) -> dict:
    texts = ("role", "own_reference", *columns("unit", "label"))
    return {
        "institution": row.institution.slug if row.institution else "",
        **{name: tidy(getattr(row, name)) for name in texts},
        **{name: _day(getattr(row, name)) for name in PERIOD},
        "must_sign": row.must_sign,
    }


def signature(row, number) -> dict:
    values = {name: tidy(getattr(row, name)) for name in (*SIGNED_BY, "date", "method")}
    person = row.person
    for own, known in zip(columns("printed_name"), columns("name"), strict=True):
        values[own] = values[own] or tidy(getattr(person, known) if person else "")
    return {"party": number, **values}


def area(row) -> dict:
    texts = ("activity", "isced", *columns("heading", "text"))
    units = sorted(unit.slug for unit in row.lead_units.all())
    return {**{name: tidy(getattr(row, name)) for name in texts}, "lead_units": units}


def _day(value):
    return value.isoformat() if value else ""


class AgreementColumns:
    """The part of the book that reads what is on file."""

    def make_columns(self, source):
        return [
            ExternalIds("external_id", source),
            Text("number"),
            Choice("kind", [(kind.code, kind) for kind in AgreementKind.objects.all()]),
            *map(Text, TEXTS),
            PARTIES,
            Choice("binding", Agreement.Binding.choices, default="not_stated"),
            Text("field"),
            Date("signed"),
            SIGNATURES,
            PlaceColumn("place"),
            Date("effective"),
            Date("ends"),
            Flag("is_evergreen"),
            Number("notice_months"),
            Flag("renews_automatically"),
            Number("term_months"),
            Date("announced"),
            Text("announced_source"),
            Flag("terms_are_sample"),
            *(Date(name, full=True) for name in ACTS),
            Text("parent"),
            Text("replaces"),
            AREAS,
            Choice("public_level", Agreement.PublicLevel.choices, default="summary"),
            Text("owner"),
        ]

    @staticmethod
    def loaded():
        # Joined: SQLite cannot be asked for more than 1,000 rows one by one.
        signatures = Prefetch("signatures", Signature.objects.select_related("person"))
        parties = AgreementParty.objects.select_related("institution").prefetch_related(signatures)
        rows = Agreement.objects.select_related("kind", "field", "parent", "replaces", "owner")
        return rows.prefetch_related(
            Prefetch("parties", parties), "areas__lead_units", "external_ids"
        )

    def record(self, one) -> dict:
        """Everything of an agreement by column, as the columns read it from a file."""
        parties = list(one.parties.all())
        signatures = [
            signature(row, number)
            for number, side in enumerate(parties, start=1)
            for row in side.signatures.all()
        ]
        plain = ("binding", "public_level", "signed", "effective", "ends", "announced")
        flags = ("is_evergreen", "renews_automatically", "terms_are_sample")
        return {
            "external_id": sorted(map(str, one.external_ids.all())),
            "number": one.number,
            "kind": one.kind_id,
            **{name: tidy(getattr(one, name)) for name in (*TEXTS, *plain, "announced_source")},
            **{name: getattr(one, name) for name in (*flags, "notice_months", "term_months")},
            **{name: _day(getattr(one, name)) for name in ACTS},
            "parties": [party(row) for row in parties],
            "field": one.field.slug if one.field else "",
            "signatures": SIGNATURES.arranged(signatures),
            "place": self.places.line(one.place_id),
            "parent": one.parent.number if one.parent else "",
            "replaces": one.replaces.number if one.replaces else "",
            "areas": [area(row) for row in one.areas.all()],
            "owner": one.owner.username if one.owner else "",
        }
