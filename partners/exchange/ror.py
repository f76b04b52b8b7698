"""Records of the Research Organization Registry, schema 2: they add to what is here.

What stands here stays: a record fills what is empty and adds names, numbers and relations. Where
it says something else, that is listed and nothing is changed.
"""

import re
from decimal import Decimal
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from partners import identifiers
from partners.exchange.book import CHUNK, Row
from partners.exchange.institutions import InstitutionBook
from partners.exchange.placing import line
from partners.models import Institution, InstitutionIdentifier, InstitutionLink, InstitutionName
from partners.services import save_place
from publishing.editorial.languages import columns
from publishing.exchange.columns import tidy
from publishing.exchange.reports import Change, Entry

_HAN = re.compile(r"[㐀-鿿]")
# The other two of its five kinds are told by the record at the other end.
RELATIONS = {"parent": "part_of", "predecessor": "successor_of", "related": "related"}
_KINDS = {"acronym": "abbreviation", "alias": "alias", "label": "alias"}


class RorBook(InstitutionBook):
    name = "items"
    checks_columns = False

    def __init__(self, *, add_new=False, **options):
        super().__init__(**options)
        self.add_new = add_new
        self.by_name = {}
        rows = [*Institution.objects.filter(merged_into=None).values_list("pk", *columns("name"))]
        rows += InstitutionName.objects.exclude(institution__merged_into__gt=0).values_list(
            "institution", "text"
        )
        for pk, *texts in rows:
            for text in filter(None, texts):
                self.by_name.setdefault(text.casefold(), set()).add(pk)
        self.ties = []
        # Records of institutions that are not among those here.
        self.elsewhere = 0

    # From the record

    def _read(self, number, record):
        self.report.add("rows")
        try:
            return Row(number, said(record))
        except (KeyError, TypeError, ValueError, AttributeError):
            told = _("This is no record of ROR in version 2 of its schema.")
            self.report.problem(number, "", told)
            return None

    def _find(self, rows):
        values = {value for row in rows for value in row.given["ids"].values()}
        known = {
            (scheme, value): pk
            for scheme, value, pk in InstitutionIdentifier.objects.filter(
                value__in=values, institution__merged_into=None
            ).values_list("scheme", "value", "institution")
        }
        found = {row.number: self._match(row, known) for row in rows}
        instances = self.loaded().in_bulk({pk for pk in found.values() if pk})
        for row in rows:
            row.instance = instances.get(found[row.number])
            row.is_new = row.instance is None
            if row.is_new:
                row.instance = Institution(is_public=False)
        if not self.add_new:
            self.elsewhere += sum(row.is_new for row in rows)
            rows[:] = [row for row in rows if not row.is_new]

    def _match(self, row, known):
        """By ROR's own number, by another, or by a name that only one institution bears."""
        for pair in row.given["ids"].items():
            if pair in known:
                return known[pair]
        named = set()
        for name in row.given["names"]:
            if name["kind"] != "abbreviation":
                named |= self.by_name.get(name["text"].casefold(), set())
        if len(named) != 1:
            return None
        pk = named.pop()
        country = str(Institution.objects.values_list("country", flat=True).get(pk=pk))
        has_ror = InstitutionIdentifier.objects.filter(institution=pk, scheme="ror").exists()
        if has_ror or (country and row.given["country"] and country != row.given["country"]):
            return None
        told = _("It is matched by its name only: look whether it is the same institution.")
        self.report.doubt(row.number, "", told)
        return pk

    # What it adds

    def _compare(self, row):
        if row.given["status"] == "withdrawn" and row.is_new:
            return False
        if row.given["ties"]:
            self.ties.append((row.number, row.given["ids"]["ror"], row.given["ties"]))
        empty = {name: column.default for name, column in self.columns.items()}
        record = empty | {"is_public": False} if row.is_new else self.record(row.instance)
        added = {
            **self._names(record, row.given),
            **self._types(row, record),
            **self._identifiers(row, record),
            **self._place(row, record),
            **self._facts(row, record),
        }
        row.changes = {
            name: (record[name], value) for name, value in added.items() if value != record[name]
        }
        if row.is_new:
            row.changes["is_public"] = (True, False)
        return True

    def _names(self, record, given):
        labels = [name for name in given["names"] if name["is_label"]]
        labels.sort(key=lambda name: name["lang"] != "en")
        latin = [name["text"] for name in labels if not _han(name["text"])]
        han = [name["text"] for name in labels if _han(name["text"])]
        added = {"name_en": latin[:1], "name_zh_hans": han[:1]}
        added = {name: texts[0] for name, texts in added.items() if texts and not record[name]}
        own = {**record, **added}
        here = {own["name_en"].casefold(), own["name_zh_hans"].casefold()}
        here |= {name["text"].casefold() for name in record["names"]}
        names = list(record["names"])
        for name in given["names"]:
            if name["text"].casefold() not in here and name["lang"]:
                here.add(name["text"].casefold())
                plain = {part: name[part] for part in ("text", "lang", "kind")}
                names.append({**plain, "since": "", "until": "", "pinyin": ""})
        return {**added, "names": self.columns["names"].arranged(names)}

    def _types(self, row, record):
        wanted = row.given["types"]
        if record["types"]:
            here = {self.types[code].ror for code in record["types"]}
            if wanted and not here & set(wanted):
                self._differs(row, "types", ", ".join(wanted), ", ".join(record["types"]))
            return {}
        found = (
            next((code for code, kind in self.types.items() if kind.ror == one), None)
            for one in wanted
        )
        return {"types": sorted({code for code in found if code})}

    def _identifiers(self, row, record):
        here = {one["scheme"]: one["value"] for one in record["identifiers"]}
        rows = list(record["identifiers"])
        for scheme, value in row.given["ids"].items():
            if scheme not in here:
                rows.append({"scheme": scheme, "value": value})
            elif not any(one == {"scheme": scheme, "value": value} for one in rows):
                self._differs(row, "identifiers", f"{scheme} {value}", f"{scheme} {here[scheme]}")
        for scheme, value in row.given["wrong_ids"]:
            told = _("“%(value)s” is no valid identifier of %(scheme)s: check each character.")
            self.report.doubt(row.number, "identifiers", told % {"value": value, "scheme": scheme})
        return {"identifiers": self.columns["identifiers"].arranged(rows)}

    def _place(self, row, record):
        """The city where none is known; of a city that is known, what is missing of it."""
        where, place = row.given["place"], row.instance.place
        if not where:
            return {}
        if place is None:
            city = self._city(where)
            return {"place": line(city) if city else where["line"]}
        place = self.places.rows[place.pk]
        city = place.city or place
        if where["name"].casefold() not in _names_of(city):
            self._differs(row, "place", where["line"], record["place"])
        elif not city.geonames_id:
            city.geonames_id = where["geonames_id"]
            if city.latitude is None:
                city.latitude, city.longitude = where["at"]
            save_place(place=city)
        return {"place": line(place)}

    def _city(self, where):
        """The city by its number, else by its name in that country."""
        cities = [one for one in self.places.rows.values() if one.level == one.Level.CITY]
        for city in cities:
            if city.geonames_id == where["geonames_id"]:
                return city
        for city in cities:
            countries = {str(one.country) for one in city.chain()}
            if where["country"] in countries and where["name"].casefold() in _names_of(city):
                return city
        return None

    def _facts(self, row, record):
        given, added = row.given, {}
        if not record["established"]:
            added["established"] = given["established"]
        elif given["established"] and record["established"][:4] != given["established"]:
            self._differs(row, "established", given["established"], record["established"])
        if not record["website_en"]:
            added["website_en"] = given["website"]
        elif given["website"] and _host(given["website"]) != _host(record["website_en"]):
            self._differs(row, "website_en", given["website"], record["website_en"])
        if row.is_new:
            added["status"] = given["status"]
        elif given["status"] != record["status"]:
            self._differs(row, "status", given["status"], record["status"])
        return added

    def _differs(self, row, column, theirs, ours):
        told = _("ROR says “%(theirs)s”; here stands “%(ours)s”, and stays.")
        self.report.doubt(row.number, column, told % {"theirs": theirs, "ours": ours})

    # Relations to institutions that are here

    def finish(self):
        super().finish()
        for start in range(0, len(self.ties), CHUNK):
            ties = self.ties[start : start + CHUNK]
            values = {ror for _number, own, others in ties for ror in (own, *dict(others))}
            here = {
                one.value: one.institution
                for one in InstitutionIdentifier.objects.filter(
                    scheme="ror", value__in=values
                ).select_related("institution")
            }
            for number, own, others in ties:
                if own in here:
                    self._tie(number, here[own], others, here)

    def _tie(self, number, institution, others, here):
        links = InstitutionLink.objects.about(institution)
        known = {frozenset((one.institution_id, one.other_id)) for one in links}
        for ror, kind in others:
            other = here.get(ror)
            if other is None or frozenset((institution.pk, other.pk)) in known:
                continue
            link = InstitutionLink(institution=institution, kind=kind, other=other, source="ROR")
            problems = self.report.counts["problems"]
            self._add(number, link)
            if self.report.counts["problems"] == problems:
                change = Change("relations", "", f"{link.get_kind_display()}: {other}")
                entry = Entry(number, institution.slug, str(institution), (change,))
                self.report.add("changed", entry)


def said(record) -> dict:
    """What a record says, in the words of the columns. KeyError and the like: it is no record."""
    ids, wrong = {"ror": identifiers.read("ror", record["id"])}, []
    for one in record.get("external_ids") or ():
        value = one.get("preferred") or one["all"][0]
        if one["type"] in identifiers.SCHEMES:
            try:
                ids[one["type"]] = identifiers.read(one["type"], value)
            except ValueError:
                wrong.append((one["type"], value))
    links = {one["type"]: one["value"] for one in record.get("links") or ()}
    ties = [
        (identifiers.read("ror", one["id"]), RELATIONS[one["type"]])
        for one in record.get("relationships") or ()
        if one["type"] in RELATIONS
    ]
    where = _where(next(iter(record.get("locations") or ()), None))
    return {
        "ids": ids,
        "wrong_ids": wrong,
        "names": [_name(one) for one in record["names"]],
        "types": list(record["types"]),
        "status": record["status"],
        "established": str(record.get("established") or ""),
        "website": links.get("website", ""),
        "place": where,
        "country": where["country"] if where else "",
        "ties": ties,
    }


def _name(one):
    kinds, text = one["types"], tidy(one["value"])
    kind = next((_KINDS[k] for k in ("acronym", "alias", "label") if k in kinds), "alias")
    lang = one.get("lang")
    if _han(text):
        lang = "zh-Hans"
    elif lang not in (None, "en"):
        # The office keeps names in its own languages; others are found by these.
        lang = ""
    else:
        lang = "en"
    return {
        "text": text[:200],
        "kind": kind,
        "lang": lang,
        "is_label": "label" in kinds or "ror_display" in kinds,
    }


def _where(location):
    if not location:
        return None
    details, number = location["geonames_details"], int(location["geonames_id"])
    name, country = details["name"], details["country_code"]
    at = tuple(Decimal(f"{float(details[name]):.5f}") for name in ("lat", "lng"))
    facts = f"city {at[0]},{at[1]} geonames:{number}"
    return {
        "line": f"{country} > {name} [{facts}]",
        "name": name,
        "country": country,
        "geonames_id": number,
        "at": at,
    }


def _names_of(place):
    return {name.casefold() for name in (place.name_en, place.name_zh_hans) if name}


def _han(text):
    return bool(_HAN.search(text))


def _host(address):
    return (urlsplit(address).hostname or "").removeprefix("www.")
