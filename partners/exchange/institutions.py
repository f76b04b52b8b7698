"""The columns of institutions, and how a file changes the register of them."""

from itertools import chain

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from partners import identifiers, services
from partners.exchange.book import CHUNK, Book, ExternalIds, Row, sync
from partners.exchange.placing import PlaceColumn
from partners.models import (
    Agreement,
    AgreementParty,
    ContactPoint,
    Institution,
    InstitutionExternalId,
    InstitutionIdentifier,
    InstitutionLink,
    InstitutionName,
    InstitutionPlace,
    InstitutionType,
)
from publishing.cache.models import bump
from publishing.editorial.languages import columns
from publishing.exchange.columns import Choice, Date, Flag, Rows, Text, Words, tidy
from publishing.search import documents
from publishing.search.registry import FURTHER

TEXTS = columns("name", "summary", "website")
PRIVATE = ("contacts", "owner", "notes")
_PERIOD = (Date("since"), Date("until"))


class Identifiers(Rows):
    """Compared as they are stored: without the address before, with their letters folded."""

    def _read(self, number, record):
        found = super()._read(number, record)
        try:
            found["value"] = identifiers.read(found["scheme"], found["value"])
        except (KeyError, ValueError):
            wrong = _("“%(value)s” is no valid identifier of %(scheme)s: check each character.")
            values = {"value": found["value"][:80], "scheme": found["scheme"] or "?"}
            raise ValueError(wrong % values) from None
        return found


def _choices(model, field):
    return model._meta.get_field(field).choices


NAMES = Rows(
    "names",
    Text("text"),
    Choice("lang", _choices(InstitutionName, "lang"), default="en"),
    Choice("kind", InstitutionName.Kind.choices, default="alias"),
    *_PERIOD,
    Text("pinyin"),
)
IDENTIFIERS = Identifiers(
    "identifiers",
    Choice("scheme", InstitutionIdentifier.Scheme.choices),
    Text("value"),
)
RELATIONS = Rows(
    "relations",
    Choice("kind", InstitutionLink.Kind.choices),
    Text("institution"),
    *_PERIOD,
    Text("source"),
)
PLACES = Rows("other_places", PlaceColumn("place"), *map(Text, columns("what")))
CONTACTS = Rows(
    "contacts",
    Choice("purpose", ContactPoint.Purpose.choices, default="general"),
    Text("email"),
    Text("telephone"),
    *map(Text, columns("name")),
    Flag("is_public"),
    ordered=True,
)


def named(row) -> dict:
    return {
        **{name: tidy(getattr(row, name)) for name in ("text", "pinyin", "since", "until")},
        "lang": row.lang,
        "kind": row.kind,
    }


def identified(row) -> dict:
    return {"scheme": row.scheme, "value": row.value}


def related(row) -> dict:
    values = {name: tidy(getattr(row, name)) for name in ("since", "until", "source")}
    return {"kind": row.kind, "institution": row.other.slug, **values}


def contact(row) -> dict:
    texts = ("purpose", "email", "telephone", *columns("name"))
    return {**{name: tidy(getattr(row, name)) for name in texts}, "is_public": row.is_public}


def with_links():
    return Prefetch("links", InstitutionLink.objects.select_related("other"))


class InstitutionBook(Book):
    name = "institutions"
    model, key = Institution, "slug"
    ids, ids_to = InstitutionExternalId, "institution"
    private = PRIVATE

    def __init__(self, **options):
        self.types = {kind.code: kind for kind in InstitutionType.objects.all()}
        super().__init__(**options)
        self.made, self.later = set(), []

    def make_columns(self, source):
        return [
            ExternalIds("external_id", source),
            Text("slug"),
            *map(Text, TEXTS),
            Words("types", self.types),
            PlaceColumn("place"),
            PLACES,
            Date("established"),
            Choice("joint_form", Institution.JointForm.choices),
            Text("approval_number"),
            Text("founding_agreement"),
            Choice("status", Institution.Status.choices, default="active"),
            Flag("is_public", default=True),
            Flag("is_own"),
            NAMES,
            IDENTIFIERS,
            RELATIONS,
            CONTACTS,
            Text("owner"),
            Text("notes"),
        ]

    @staticmethod
    def loaded():
        rows = ("types", "names", "identifiers", "contacts", "external_ids", "other_places")
        return (
            Institution.objects.filter(merged_into=None)
            .select_related("founding_agreement", "owner")
            .prefetch_related(*rows, with_links())
        )

    def record(self, one) -> dict:
        """Everything of an institution by column, as the columns read it from a file."""
        founding, owner = one.founding_agreement, one.owner
        return {
            "external_id": sorted(map(str, one.external_ids.all())),
            "slug": one.slug,
            **{name: tidy(getattr(one, name)) for name in TEXTS},
            "types": sorted(kind.code for kind in one.types.all()),
            "place": self.places.line(one.place_id),
            "other_places": PLACES.arranged([self._placed(row) for row in one.other_places.all()]),
            "established": one.established,
            "joint_form": one.joint_form,
            "approval_number": tidy(one.approval_number),
            "founding_agreement": founding.number if founding else "",
            "status": one.status,
            "is_public": one.is_public,
            "is_own": one.is_own,
            "names": NAMES.arranged([named(row) for row in one.names.all()]),
            "identifiers": IDENTIFIERS.arranged([identified(row) for row in one.identifiers.all()]),
            "relations": RELATIONS.arranged([related(row) for row in one.links.all()]),
            "contacts": [contact(row) for row in one.contacts.all()],
            "owner": owner.username if owner else "",
            "notes": tidy(one.notes),
        }

    def _placed(self, row) -> dict:
        what = {name: tidy(getattr(row, name)) for name in columns("what")}
        return {"place": self.places.line(row.place_id), **what}

    def fill(self, row, name, value):
        one = row.instance
        match name:
            case "place":
                one.place = self.places.at(value)
            case "owner":
                one.owner = self.owner(value)
            case "types" | "external_id" | "founding_agreement" | "relations":
                pass
            case "names" | "identifiers" | "other_places" | "contacts":
                self._fill_parts(row, name, value)
            case _:
                setattr(one, name, value)

    def _fill_parts(self, row, name, records):
        """The rows to remove and to make, each judged by the rules of its model."""
        manager, plain, make = self._part(name)
        here = [] if row.is_new else list(getattr(row.instance, name).all())
        gone, missing = sync(here, records, plain)
        made = [make(row.instance, record, records.index(record)) for record in missing]
        row.parts[name] = (manager, gone, made)
        for part in made:
            self.clean(row, part, column=name)

    def _part(self, name):
        return {
            "names": (InstitutionName, named, self._name),
            "identifiers": (InstitutionIdentifier, identified, self._name),
            "other_places": (InstitutionPlace, self._placed, self._place),
            "contacts": (ContactPoint, contact, self._contact),
        }[name]

    def _name(self, institution, record, order):
        model = InstitutionName if "text" in record else InstitutionIdentifier
        return model(institution=institution, **record)

    def _place(self, institution, record, order):
        place = self.places.at(record["place"])
        return InstitutionPlace(institution=institution, **record | {"place": place})

    def _contact(self, institution, record, order):
        return ContactPoint(institution=institution, order=order, **record)

    def rule(self, row):
        row.instance.locate()
        if self.clean(row, row.instance) and row.is_new:
            row.instance.give_slug(self.made)
            self.made.add(row.instance.slug)

    def write(self, rows, ask=False):
        for row in rows:
            if row.wants("slug") and not row.is_new:
                services.save_institution(institution=row.instance)
        self.store(rows, ask)
        self.store_external_ids(rows)
        self._store_types(rows)
        for name in ("names", "identifiers", "other_places", "contacts"):
            parts = [row.parts[name] for row in rows if name in row.parts]
            for model, gone, _made in parts:
                if gone:
                    model.objects.filter(pk__in=[one.pk for one in gone]).delete()
            made = (one for _model, _gone, new in parts for one in new)
            self.store_parts(made, column=name, ask=ask)
        self.later += [
            (row.number, row.instance.pk, name, row.changes[name][1])
            for row in rows
            for name in ("founding_agreement", "relations")
            if row.wants(name)
        ]

    def _store_types(self, rows):
        through = Institution.types.through
        rows = [row for row in rows if row.wants("types")]
        old = [row.instance.pk for row in rows if not row.is_new]
        through.objects.filter(institution__in=old).delete()
        through.objects.bulk_create(
            through(institution=row.instance, institutiontype=self.types[code])
            for row in rows
            for code in row.changes["types"][1]
        )
        bump()

    def finish(self):
        """What points to other records: all of them are there now."""
        for start in range(0, len(self.later), CHUNK):
            later = self.later[start : start + CHUNK]
            pks = {pk for _number, pk, _name, _value in later}
            here = Institution.objects.prefetch_related(with_links()).in_bulk(pks)
            lists = [value for _number, _pk, name, value in later if name == "relations"]
            others = self.by_names({one["institution"] for one in chain.from_iterable(lists)})
            for number, pk, name, value in later:
                if name == "relations":
                    self._relate(number, here[pk], value, others)
                else:
                    self._found(number, here[pk], value)

    def _relate(self, number, institution, records, others):
        gone, missing = sync(institution.links.all(), records, related)
        for link in gone:
            link.delete()
        for record in missing:
            other = others.get(record["institution"])
            if other is None:
                wrong = _("There is no institution “%(slug)s”, here or in the file.")
                self.report.problem(number, "relations", wrong % {"slug": record["institution"]})
                continue
            link = InstitutionLink(**record | {"institution": institution, "other": other})
            self._add(number, link)

    def _add(self, number, link):
        """One after the other: each may close a circle with those before it."""
        row = Row(number, {})
        if not self.clean(row, link, column="relations"):
            return
        try:
            with transaction.atomic():
                link.save()
        except IntegrityError:
            try:
                link.full_clean()
            except ValidationError as error:
                self.tell(row, error, "relations")

    @staticmethod
    def by_names(names) -> dict[str, Institution]:
        """Institutions by their addresses, or by their numbers in other systems."""
        found = {one.slug: one for one in Institution.objects.filter(slug__in=names)}
        ids = InstitutionExternalId.objects.filter(
            value__in={name.partition(":")[2] for name in names if ":" in name}
        )
        return found | {str(one): one.institution for one in ids.select_related("institution")}

    def _found(self, number, institution, value):
        agreement = Agreement.objects.filter(number=value).first()
        if value and agreement is None:
            missing = _("Agreement %(number)s is not here yet: import it, then this file again.")
            self.report.doubt(number, "founding_agreement", missing % {"number": value})
        institution.founding_agreement = agreement
        institution.save(update_fields=["founding_agreement"])

    def quoting(self):
        """The agreements whose headline names them."""
        indexes = (documents.KINDS, FURTHER)
        return indexes, Agreement, self.quoted(AgreementParty.objects, "institution", "agreement")
