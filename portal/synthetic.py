"""Synthetic content for measurements: as many institutions, agreements and releases as asked for.

The same numbers and seed give the same texts, relations and distances from today on any machine.
Rows are written in batches, each in a transaction of its own, so that memory does not grow.
"""

import datetime
import random
import tomllib
from functools import cache
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone, translation

from news.models import Event, Release
from partners import basics, registerindex
from partners.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    CooperationField,
    Institution,
    InstitutionName,
    InstitutionType,
    Place,
)
from portal.models import MenuItem, SiteSettings
from publishing.editorial import languages
from publishing.editorial.languages import column
from publishing.editorial.models import Stage, State
from publishing.pageviews.models import Total
from publishing.search import documents, names

BATCH = 500
YEARS = 12
RELEASES_PER_EVENT = 20
# What an office would not want to find among invented rows.
CONTENT = (Institution, Agreement, Event, Release)


def existing_content() -> list[type]:
    return [model for model in CONTENT if model.objects.exists()]


def make(*, institutions, agreements, releases, seed=1, search=True, progress=None):
    """Add so many rows of each kind, published in both languages, and an event per 20 releases.

    Without ``search`` the site search stays as it is; the index of the directory is always
    filled, for the directory lists from it. ``progress(model, done, total)`` follows each batch.
    """
    with translation.override("en"):
        _Making(seed, search, progress or _silent).run(institutions, agreements, releases)
    with connection.cursor() as cursor:
        # The planners of both databases know nothing yet of rows that have just come.
        cursor.execute("ANALYZE")


def _silent(model, done, total):
    pass


class _Making:
    def __init__(self, seed, search, progress):
        self.seed, self.search, self.progress = seed, search, progress
        self.today = timezone.localdate()
        self.zone = timezone.get_default_timezone()
        self.institutions, self.agreements, self.events = [], [], []

    def run(self, institutions, agreements, releases):
        with transaction.atomic():
            self.ground()
        self.institutions = self.batches(Institution, institutions, self.make_institutions)
        self.agreements = self.batches(Agreement, agreements, self.make_agreements)
        registerindex.reindex(self.agreements)
        for start in range(0, len(self.institutions), BATCH):
            # Only now: an institution's entry in the directory tells of its agreements.
            new = Institution.objects.filter(pk__in=self.institutions[start : start + BATCH])
            names.reindex_queryset(new)
        self.events = self.batches(Event, releases // RELEASES_PER_EVENT, self.make_events)
        self.batches(Release, releases, self.make_releases)

    def batches(self, model, total, make):
        """Make ``total`` rows and return their keys."""
        start = model.objects.count()
        keys = []
        for first in range(0, total, BATCH):
            numbers = range(start + first, start + min(first + BATCH, total))
            with transaction.atomic():
                rows = make(numbers, start + total)
                new = [row.pk for row in rows]
                if self.search:
                    documents.reindex_queryset(model.objects.filter(pk__in=new))
            keys += new
            self.progress(model, len(keys), total)
        return keys

    def ground(self):
        """What every page shows, the places, and the office itself."""
        basics.load_places(Place)
        countries = {place.country.code: place for place in Place.objects.filter(parent=None)}
        for entry in _words()["city"]:
            latitude, longitude = entry["at"]
            Place.objects.get_or_create(
                name_en=entry["en"],
                name_zh_hans=entry["zh"],
                parent=countries[entry["inside"]],
                defaults={"latitude": latitude, "longitude": longitude},
            )
        self.cities = list(Place.objects.filter(level=Place.Level.CITY).order_by("pk"))
        self.types = {each.code: each.pk for each in InstitutionType.objects.all()}
        self.kinds = list(AgreementKind.objects.values_list("code", flat=True))
        self.fields = list(CooperationField.objects.values_list("pk", flat=True))
        self.office = Institution.objects.filter(is_own=True).first() or Institution.objects.create(
            is_own=True, name_en="Synthetic Centre", name_zh_hans="合成中心", place=self.cities[0]
        )
        SiteSettings.objects.get_or_create(
            pk=1,
            defaults={
                "name_en": "Synthetic Centre",
                "name_zh_hans": "合成中心",
                "first_city": Place.objects.filter(name_en="Nanjing").first(),
                "second_city": Place.objects.filter(name_en="Cambridge").first(),
                "email": "press@centre.example",
            },
        )
        for order, section in enumerate(MenuItem.Section.values):
            MenuItem.objects.get_or_create(section=section, defaults={"order": order})

    def chance(self, kind, number):
        """The random numbers of one row: they depend on nothing but the seed and its number."""
        return random.Random(f"{self.seed} {kind} {number}")

    def make_institutions(self, numbers, total):
        rows, types, aliases = [], [], []
        for number in numbers:
            chance = self.chance("institution", number)
            city, pattern = chance.choice(self.cities), chance.choice(_words()["institution"])
            row = Institution(
                slug=f"institution-{number}",
                place=city,
                established=str(chance.randint(1850, 2019)),
                **self.texts("name", pattern, chance, city, number),
                **self.paragraph("summary", chance, city, sentences=2),
            )
            row.locate()
            rows.append(row)
            types.append(self.types[pattern["type"]])
            aliases.append(f"SI{number}")
        rows = Institution.objects.bulk_create(rows)
        through = Institution.types.through
        through.objects.bulk_create(
            through(institution_id=row.pk, institutiontype_id=key)
            for row, key in zip(rows, types, strict=True)
        )
        InstitutionName.objects.bulk_create(
            InstitutionName(institution=row, text=alias, kind=InstitutionName.Kind.ABBREVIATION)
            for row, alias in zip(rows, aliases, strict=True)
        )
        return rows

    def make_agreements(self, numbers, total):
        rows, parties = [], []
        for number in numbers:
            chance = self.chance("agreement", number)
            city = chance.choice(self.cities)
            row = Agreement(
                number=f"S-{number:06}",
                kind_id=chance.choice(self.kinds),
                field_id=chance.choice(self.fields),
                **self.texts(
                    "title",
                    {"en": "{subject} with {city}", "zh": "{city}{subject}"},
                    chance,
                    city,
                    number,
                ),
                **self.paragraph("summary", chance, city, sentences=2),
                **self.term(AgreementStatus.values[number % len(AgreementStatus.values)], chance),
            )
            row.derive()
            rows.append(row)
            parties.append(self.some(self.institutions, chance, most=3))
        rows = Agreement.objects.bulk_create(rows)
        AgreementParty.objects.bulk_create(
            AgreementParty(agreement=row, institution_id=key, order=order)
            for row, keys in zip(rows, parties, strict=True)
            for order, key in enumerate([self.office.pk, *keys])
        )
        return rows

    def term(self, status, chance):
        """Dates that give an agreement this status today."""
        signed = self.back(chance.randint(900, 365 * YEARS))
        recent = self.back(chance.randint(30, 600))
        ahead = self.back(-chance.randint(400, 1800))
        match status:
            case AgreementStatus.SUPERSEDED:
                return {"signed": str(signed), "superseded_on": recent}
            case AgreementStatus.TERMINATED:
                return {"signed": str(signed), "terminated_on": recent}
            case AgreementStatus.SUSPENDED:
                return {"signed": str(signed), "suspended_on": recent}
            case AgreementStatus.EXPIRED:
                return {"signed": str(signed), "ends": str(recent)}
            case AgreementStatus.NOT_CONFIRMED:
                return {"signed": str(signed)[:7]}
            case AgreementStatus.EXPIRING:
                return {"signed": str(signed), "ends": str(self.back(-chance.randint(1, 150)))}
            case AgreementStatus.SIGNED:
                return {"signed": str(recent), "effective": str(ahead)}
            case AgreementStatus.ANNOUNCED:
                return {"announced": str(recent)[:7]}
            case _:
                return {"signed": str(signed), "ends": str(ahead)}

    def make_events(self, numbers, total):
        rows = []
        for number in numbers:
            chance = self.chance("event", number)
            city = chance.choice(self.cities)
            # One in twenty is still to come.
            day = self.back(chance.randint(-20 * YEARS, 365 * YEARS))
            row = Event(
                slug=f"event-{number}",
                kind=chance.choice(Event.Kind.values),
                start_date=str(day),
                place=city,
                field_id=chance.choice(self.fields),
                **self.texts("title", chance.choice(_words()["event"]), chance, city, number),
                **self.paragraph("summary", chance, city, sentences=2),
                **self.body(chance, city, paragraphs=2),
                **self.published(min(day, self.back(30))),
            )
            row.derive()
            rows.append(row)
        rows = Event.objects.bulk_create(rows)
        self.relate(Event.institutions, rows, self.institutions, most=3)
        self.relate(Event.agreements, rows, self.agreements, most=1)
        return rows

    def make_releases(self, numbers, total):
        rows, totals = [], []
        for number in numbers:
            chance = self.chance("release", number)
            city = chance.choice(self.cities)
            # The last one is of yesterday, the first of YEARS ago.
            day = self.back(1 + (total - 1 - number) * 365 * YEARS // max(total, 1))
            row = Release(
                slug=f"release-{number}",
                kind=chance.choice(Release.Kind.values),
                release_date=self.printed(day, chance),
                field_id=chance.choice(self.fields),
                **self.texts("headline", chance.choice(_words()["headline"]), chance, city, number),
                **self.paragraph("summary", chance, city, sentences=2),
                **self.body(chance, city, paragraphs=5),
                **self.published(day),
            )
            row.derive()
            rows.append(row)
            totals.append(chance.randint(0, 5000))
        rows = Release.objects.bulk_create(rows)
        Total.objects.bulk_create(
            Total(kind="release", object_id=row.pk, base=base)
            for row, base in zip(rows, totals, strict=True)
        )
        self.relate(Release.institutions, rows, self.institutions, most=3)
        self.relate(Release.agreements, rows, self.agreements, most=1)
        self.relate(Release.events, rows, self.events, most=1)
        return rows

    def relate(self, relation, rows, keys, *, most):
        through = relation.through
        own, other = relation.field.m2m_column_name(), relation.field.m2m_reverse_name()
        links = [
            through(**{own: row.pk, other: key})
            for row in rows
            for key in self.some(keys, self.chance(f"{own} {other}", row.slug), most=most)
        ]
        through.objects.bulk_create(links)

    def some(self, keys, chance, *, most):
        """Up to ``most`` keys, one at least. A few are chosen often, as in life."""
        if not keys:
            return []
        wanted = {int(len(keys) * chance.random() ** 2) for _ in range(chance.randint(1, most))}
        return [keys[place] for place in sorted(wanted)]

    def back(self, days):
        return self.today - datetime.timedelta(days=days)

    def printed(self, day, chance):
        """Most dates are known to the day; a few to the month, fewer not at all."""
        known = chance.random()
        return str(day) if known > 0.03 else str(day)[:7] if known > 0.005 else ""

    def published(self, day):
        instant = datetime.datetime.combine(day, datetime.time(9), tzinfo=self.zone)
        values = {
            "state": State.PUBLISHED,
            "stage": Stage.APPROVED,
            "publish_at": instant,
            "first_published": instant,
            "last_updated": instant,
        }
        return {
            column(name, code): value for name, value in values.items() for code in languages.CODES
        }

    def texts(self, field, pattern, chance, city, number):
        subject = chance.choice(_words()["subject"])
        return basics.bilingual(
            field,
            {
                "en": f"{_filled(pattern, 'en', city, subject)} {number}",
                "zh": f"{_filled(pattern, 'zh', city, subject)}{number}号",
            },
        )

    def paragraph(self, field, chance, city, *, sentences):
        return basics.bilingual(field, _sentences(chance, city, sentences))

    def body(self, chance, city, *, paragraphs):
        parts = {"en": [], "zh": []}
        for number in range(paragraphs):
            if number and number % 2 == 0:
                heading = chance.choice(_words()["heading"])
                for code, texts in parts.items():
                    texts.append(f"<h2>{heading[code]}</h2>")
            for code, text in _sentences(chance, city, 5).items():
                parts[code].append(f"<p>{text}</p>")
        return basics.bilingual("body", {code: "\n".join(texts) for code, texts in parts.items()})


def _sentences(chance, city, count):
    subject = chance.choice(_words()["subject"])
    chosen = chance.sample(_words()["sentence"], count)
    return {
        code: between.join(_filled(each, code, city, subject) for each in chosen)
        for code, between in (("en", " "), ("zh", ""))
    }


def _filled(pattern, code, city, subject):
    name = city.name_en if code == "en" else city.name_zh_hans
    return pattern[code].format(city=name, subject=subject[code])


@cache
def _words():
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
