"""Agreements from files. A concluded agreement's terms change by acts, never by a file."""

from django.utils.translation import gettext as _

from partners.exchange.agreement_columns import (
    ACTS,
    AGREED,
    BY_ACTS,
    OPEN,
    PERIOD,
    PRIVATE,
    AgreementColumns,
)
from partners.exchange.agreement_writing import AgreementWriting
from partners.exchange.book import Book
from partners.exchange.institutions import InstitutionBook
from partners.models import (
    DOUBTS,
    Agreement,
    AgreementArea,
    AgreementExternalId,
    AgreementParty,
    CooperationField,
    Institution,
)
from publishing.editorial.dates import read
from publishing.exchange.columns import unknown
from publishing.search import names


class AgreementBook(AgreementColumns, AgreementWriting, Book):
    name = "agreements"
    model, key = Agreement, "number"
    ids, ids_to = AgreementExternalId, "agreement"
    private = PRIVATE

    def __init__(self, *, accept_doubts=False, **options):
        super().__init__(**options)
        self.accept_doubts = accept_doubts
        self.fields = {field.slug: field for field in CooperationField.objects.all()}
        self.numbers, self.later, self.institutions = {}, [], {}

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
            case "kind":
                one.kind_id = value
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
                setattr(one, name, _first_day(value))
            case _:
                setattr(one, name, value)

    def _fill_parties(self, row, records):
        row.parts["parties"] = []
        for order, record in enumerate(records, start=1):
            values = record | {"institution": self._institution(record["institution"])}
            for name in PERIOD:
                values[name] = _first_day(record[name])
            side = AgreementParty(agreement=row.instance, order=order, **values)
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
        year = one.year_of_number()
        if year not in self.numbers:
            self.numbers[year] = Agreement.free_numbers(year)
        return next(number for number in self.numbers[year] if number not in self.seen)

    def quoting(self):
        """The institutions whose entry in the directory tells of their agreements."""
        rows = AgreementParty.objects.exclude(institution=None)
        return (names.KINDS,), Institution, self.quoted(rows, "agreement", "institution")


def _first_day(text):
    date = read(text)
    return date.first if date else None
