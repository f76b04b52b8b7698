"""The columns of agreements. A concluded agreement's terms change by acts, never by a file."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from partners import life, services
from partners.exchange.book import CHUNK, Book, ExternalIds
from partners.exchange.institutions import InstitutionBook
from partners.exchange.placing import PlaceColumn, line
from partners.models import (
    DOUBTS,
    Agreement,
    AgreementArea,
    AgreementExternalId,
    AgreementParty,
    CooperationField,
    Institution,
    Person,
    Signature,
)
from publishing.editorial.dates import read
from publishing.editorial.languages import columns
from publishing.exchange.columns import Choice, Date, Flag, Number, Rows, Text, Words, tidy, unknown
from publishing.search import names

TEXTS = columns("title", "summary")
ACTS = ("confirmed_on", "suspended_on", "resumed_on", "terminated_on", "superseded_on")
PRIVATE = ("owner",)
# Of a concluded agreement only an act changes these; who replaces whom is told by one at any time.
AGREED = (*life.TERMS, "parties", "areas", "signatures", "signed")
BY_ACTS = (*ACTS, "replaces")
# What of a party stays open to correction.
OPEN = (*columns("unit"), "own_reference")

PARTIES = Rows(
    "parties",
    Text("institution"),
    Choice("role", AgreementParty.Role.choices, default="party"),
    Text("own_reference"),
    Flag("must_sign", default=True),
    *map(Text, columns("unit", "label")),
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


class AgreementBook(Book):
    name = "agreements"
    model, key = Agreement, "number"
    ids, ids_to = AgreementExternalId, "agreement"
    private = PRIVATE

    def __init__(self, *, accept_doubts=False, **options):
        super().__init__(**options)
        self.accept_doubts = accept_doubts
        self.fields = {field.slug: field for field in CooperationField.objects.all()}
        self.numbers, self.later, self.institutions = None, [], {}

    def make_columns(self, source):
        return [
            ExternalIds("external_id", source),
            Text("number"),
            Choice("kind", Agreement.Kind.choices),
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
        place = "place" + "__parent" * 4
        # Joined: SQLite cannot be asked for more than 1,000 rows one by one.
        signatures = Prefetch("signatures", Signature.objects.select_related("person"))
        parties = AgreementParty.objects.select_related("institution").prefetch_related(signatures)
        rows = Agreement.objects.select_related("field", "parent", "replaces", "owner", place)
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
        plain = ("binding", "kind", "public_level", "signed", "effective", "ends", "announced")
        flags = ("is_evergreen", "renews_automatically", "terms_are_sample")
        return {
            "external_id": sorted(map(str, one.external_ids.all())),
            "number": one.number,
            **{name: tidy(getattr(one, name)) for name in (*TEXTS, *plain, "announced_source")},
            **{name: getattr(one, name) for name in (*flags, "notice_months", "term_months")},
            **{name: _day(getattr(one, name)) for name in ACTS},
            "parties": [party(row) for row in parties],
            "field": one.field.slug if one.field else "",
            "signatures": SIGNATURES.arranged(signatures),
            "place": line(one.place),
            "parent": one.parent.number if one.parent else "",
            "replaces": one.replaces.number if one.replaces else "",
            "areas": [area(row) for row in one.areas.all()],
            "owner": one.owner.username if one.owner else "",
        }

    def _take_chunk(self, chunk):
        # Who the parties and the signatories are is asked once for all rows of a chunk.
        self.institutions, self.people = {}, {}
        super()._take_chunk(chunk)

    def _find(self, rows):
        super()._find(rows)
        lists = [row.given.get("parties", ()) for row in rows]
        named = {one["institution"] for parties in lists for one in parties}
        units = {
            unit for row in rows for one in row.given.get("areas", ()) for unit in one["lead_units"]
        }
        self.institutions = InstitutionBook.by_names((named | units) - {""})

    def _compare(self, row):
        super()._compare(row)
        if row.is_new:
            return True
        allowed = True
        concluded = row.instance.is_concluded
        for name in row.changes:
            if concluded and name in AGREED and not self._is_open(name, row.changes[name]):
                told = _("It is concluded: record an act that changes this, in its form.")
            elif name in BY_ACTS:
                told = _("Only an act changes this: record it in the form of the agreement.")
            elif name == "parties" and any(p.signatures.all() for p in row.instance.parties.all()):
                told = _("Somebody has signed already: change the parties in its form.")
            else:
                continue
            self.report.problem(row.number, name, told)
            allowed = False
        return allowed

    def _is_open(self, name, change):
        """Whether no more than units and reference numbers of the parties change."""
        if name != "parties":
            return False
        fixed = [
            [{k: v for k, v in one.items() if k not in OPEN} for one in side] for side in change
        ]
        return fixed[0] == fixed[1]

    def fill(self, row, name, value):
        one = row.instance
        match name:
            case "field":
                if value and value not in self.fields:
                    raise unknown(value, self.fields)
                one.field = self.fields.get(value)
            case "place":
                one.place = self.places.at(value)
            case "owner":
                one.owner = self.owner(value)
            case "parties":
                self._fill_parties(row, value)
            case "areas":
                self._fill_areas(row, value)
            case "external_id" | "parent" | "replaces" | "signatures":
                pass
            case _ if name in ACTS:
                date = read(value)
                setattr(one, name, date.first if date else None)
            case _:
                setattr(one, name, value)

    def _fill_parties(self, row, records):
        row.parts["parties"] = []
        for order, record in enumerate(records, start=1):
            side = AgreementParty(
                agreement=row.instance,
                order=order,
                **record | {"institution": self._institution(record["institution"])},
            )
            self.clean(row, side, column="parties")
            row.parts["parties"].append(side)

    def _institution(self, named):
        if named and named not in self.institutions:
            wrong = _("There is no institution “%(slug)s” here: import it first.")
            raise ValueError(wrong % {"slug": named[:80]})
        return self.institutions.get(named)

    def _fill_areas(self, row, records):
        row.parts["areas"] = []
        for order, record in enumerate(records, start=1):
            values = dict(record)
            units = [self._institution(name) for name in values.pop("lead_units")]
            one = AgreementArea(agreement=row.instance, order=order, **values)
            self.clean(row, one, column="areas")
            row.parts["areas"].append((one, units))

    def rule(self, row):
        parties = row.given.get("parties", ())
        if (row.is_new or row.wants("parties")) and len(parties) < 2:
            told = _("An agreement has at least two parties.")
            self.report.problem(row.number, "parties", told)
        if row.is_new and not row.given.get("kind"):
            self.report.problem(row.number, "kind", _("Say of what kind it is."))
            return
        if row.wants("signatures"):
            self._sign(row)
        self.clean(row, row.instance)
        self._doubt(row)
        if row.is_new and not row.instance.number:
            row.instance.number = self._next_number(row.instance)

    def _sign(self, row):
        """The signatures as rows; the last of them dates the agreement, as services.sign has it."""
        records = row.changes["signatures"][1]
        sides = row.given.get("parties", ()) if row.is_new else list(row.instance.parties.all())
        for record in records:
            if not record["party"] or not 1 <= record["party"] <= len(sides):
                told = _("Each signature begins with the place of its party in the list: 1, 2.")
                self.report.problem(row.number, "signatures", told)
                return
        if not row.is_new:
            self._sign_more(row)
            return
        signed = {record["party"] for record in records}
        required = {n for n, one in enumerate(sides, start=1) if one["must_sign"]}
        dates = [read(record["date"]) for record in records if record["date"]]
        last = max(dates, key=lambda date: date.last, default=None)
        wanted = row.given.get("signed", "")
        if not required or not signed >= required:
            row.instance.signed = ""
        elif last:
            row.instance.signed = str(last)
        if wanted and wanted != row.instance.signed:
            told = _("The last signature follows from the signatures: %(date)s.")
            given = row.instance.signed or _("somebody has not signed")
            self.report.problem(row.number, "signed", told % {"date": given})

    def _sign_more(self, row):
        before, after = row.changes["signatures"]
        if any(one not in after for one in before):
            told = _("A signature on record is taken back in the form only.")
            self.report.problem(row.number, "signatures", told)

    def _doubt(self, row):
        one = row.instance
        for code in set(one.doubts()) - set(one.accepted_doubts):
            if self.accept_doubts:
                one.accepted_doubts = sorted({*one.accepted_doubts, code})
            told = self.report.doubt if self.accept_doubts else self.report.problem
            told(row.number, "effective", str(DOUBTS[code]))

    def _next_number(self, one):
        if self.numbers is None:
            self.numbers = set(Agreement.objects.values_list("number", flat=True))
        number = one.next_number(self.numbers)
        self.numbers.add(number)
        return number

    def write(self, rows, ask=False):
        for row in rows:
            row.instance.derive()
        self.store(rows, ask)
        self.store_external_ids(rows)
        self._store_parties(rows, ask)
        self._store_signatures(rows, ask)
        self._store_areas(rows, ask)
        self.later += [
            (row.number, row.instance.pk, name, row.changes[name][1])
            for row in rows
            for name in ("parent", "replaces")
            if row.wants(name)
        ]

    def _store_parties(self, rows, ask):
        rows = [row for row in rows if row.wants("parties")]
        for row in rows:
            if row.is_new:
                continue
            # A concluded agreement's parties stay the rows that they are: signatures hang on them.
            old = list(row.instance.parties.all())
            if len(old) == len(row.parts["parties"]) and row.instance.is_concluded:
                for mine, new in zip(old, row.parts["parties"], strict=True):
                    for name in OPEN:
                        setattr(mine, name, getattr(new, name))
                    mine.save(update_fields=OPEN)
                row.parts["parties"] = []
            else:
                row.instance.parties.all().delete()
        self.store_parts(
            (side for row in rows for side in row.parts["parties"]), column="parties", ask=ask
        )

    def _store_signatures(self, rows, ask):
        made = []
        for row in rows:
            if not row.wants("signatures"):
                continue
            if row.is_new:
                made += [
                    self._signature(row.parts["parties"], one)
                    for one in row.changes["signatures"][1]
                ]
                continue
            sides = list(row.instance.parties.all())
            before, after = row.changes["signatures"]
            for record in after:
                if record not in before:
                    new = self._signature(sides, record)
                    printed = {name: getattr(new, name) for name in SIGNED_BY}
                    services.sign(
                        agreement=row.instance, party=new.party, person=new.person,
                        date=new.date, method=new.method, **printed,
                    )  # fmt: skip
        self.store_parts(made, column="signatures", ask=ask)

    def _signature(self, sides, record):
        """By somebody on record where exactly one person bears the name."""
        values = dict(record)
        side = sides[values.pop("party") - 1]
        names = {
            known: values[own]
            for own, known in zip(columns("printed_name"), columns("name"), strict=True)
            if values[own]
        }
        return Signature(party=side, person=self._person(names), **values)

    def _person(self, names):
        key = tuple(sorted(names.items()))
        if key not in self.people:
            found = list(Person.objects.filter(**names)[:2]) if names else []
            self.people[key] = found[0] if len(found) == 1 else None
        return self.people[key]

    def _store_areas(self, rows, ask):
        rows = [row for row in rows if row.wants("areas")]
        old = [row.instance.pk for row in rows if not row.is_new]
        AgreementArea.objects.filter(agreement__in=old).delete()
        self.store_parts(
            (one for row in rows for one, _units in row.parts["areas"]), column="areas", ask=ask
        )
        through = AgreementArea.lead_units.through
        through.objects.bulk_create(
            through(agreementarea=one, institution=unit)
            for row in rows
            for one, units in row.parts["areas"]
            for unit in units
        )

    def finish(self):
        """Which agreement stands under or replaces which: all of them are there now."""
        for start in range(0, len(self.later), CHUNK):
            later = self.later[start : start + CHUNK]
            named = {value for *_row, value in later}
            others = {one.number: one for one in Agreement.objects.filter(number__in=named)}
            here = Agreement.objects.in_bulk({pk for _number, pk, _name, _value in later})
            for number, pk, name, value in later:
                self._connect(number, here[pk], name, value, others.get(value))

    def _connect(self, number, one, name, value, other):
        if value and other is None:
            told = _("There is no agreement %(number)s, here or in the file.")
            self.report.problem(number, name, told % {"number": value})
            return
        setattr(one, name, other)
        if one == other or one.leads_back(name):
            told = {
                "replaces": _("These agreements would replace each other."),
                "parent": _("An agreement cannot stand under itself."),
            }
            self.report.problem(number, name, told[name])
            return
        # Neither of the two is part of what the search knows: a save would ask it each time.
        type(one).objects.filter(pk=one.pk).update(**{name: other})

    def quoting(self):
        """The institutions whose entry in the directory tells of their agreements."""
        parties = AgreementParty.objects.exclude(institution=None)
        pairs = parties.values_list("agreement", "institution").iterator()
        return names.KINDS, Institution, {named for one, named in pairs if one in self.touched}
