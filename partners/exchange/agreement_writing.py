"""How agreements from a file are written, with their parties, signatures and areas."""

from django.utils.translation import gettext as _

from partners import services
from partners.exchange.agreement_columns import OPEN, SIGNED_BY
from partners.exchange.book import CHUNK
from partners.models import Agreement, AgreementArea, Person, Signature
from publishing.editorial.languages import columns


class AgreementWriting:
    """The part of the book that writes what was judged."""

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
