"""Puts the demonstration content into the database and remembers each row that it made."""

import datetime
from collections import Counter

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone, translation

from news.models import Boilerplate, Commitment, Event, PressContact, Release
from partners import basics
from partners.models import (
    Agreement,
    AgreementArea,
    AgreementKind,
    AgreementParty,
    CooperationField,
    Institution,
    InstitutionLink,
    InstitutionName,
    InstitutionType,
    Participation,
    Person,
    Place,
    Post,
    Signature,
)
from portal.demo import content
from portal.models import DemonstrationRow, MenuItem, Milestone, Page, SiteSettings
from publishing.editorial import languages, services
from publishing.media.models import Video
from publishing.pageviews import services as pageviews

# What an office would lose in a mixture: rows of these that are not ours make us refuse.
CONTENT = (
    Institution,
    Person,
    Agreement,
    Event,
    Release,
    Commitment,
    Page,
    Milestone,
    MenuItem,
    SiteSettings,
)
HOUR_OF_RELEASE = datetime.time(9)


def foreign_content() -> list[type]:
    """The kinds of which the database holds rows that no demonstration made."""
    return [model for model in CONTENT if model.objects.exclude(pk__in=remembered(model)).exists()]


def remembered(model):
    kind = ContentType.objects.get_for_model(model)
    return DemonstrationRow.objects.filter(content_type=kind).values("object_id")


@transaction.atomic
def load() -> Counter:
    """Add what is missing; what is there already stays as it is. Returns rows made, by model."""
    with translation.override("en"):
        loading = _Loading()
        loading.run()
    DemonstrationRow.objects.bulk_create(
        [
            DemonstrationRow(content_type=ContentType.objects.get_for_model(row), object_id=row.pk)
            for row in loading.made
        ]
    )
    return Counter(type(row) for row in loading.made)


class _Loading:
    def __init__(self):
        self.made = []
        # Everybody of the texts, by the name that other files call them.
        self.people = {}
        self.contacts = {}
        self.boilerplates = {}
        self.now = timezone.now()

    def run(self):
        self.made += basics.load_basics(
            institution_type=InstitutionType,
            agreement_kind=AgreementKind,
            cooperation_field=CooperationField,
            place=Place,
        )
        self.made += basics.load_places(Place)
        for entry in content.read("events")["place"]:
            self.venue(entry)
        for entry in content.rows("institution"):
            self.institution(entry)
        for entry in content.read("people")["person"]:
            self.person(entry)
        for entry in content.rows("agreement"):
            self.agreement(entry)
        for entry in content.rows("institution"):
            self.ties(entry)
        self.press()
        for entry in content.rows("event"):
            self.event(entry)
        for entry in content.rows("release"):
            self.release(entry)
        for order, entry in enumerate(content.rows("commitment"), start=1):
            self.commitment(entry, order)
        self.site()

    def make(self, model, where, **values):
        """The row that ``where`` names and whether it was made now."""
        row = model.objects.filter(**where).first()
        if row is not None:
            return row, False
        row = model.objects.create(**where, **values)
        self.made.append(row)
        return row, True

    def venue(self, entry):
        where = {"name_en": entry["name"]["en"], "level": entry["level"]}
        inside = place(entry["inside"])
        self.make(Place, where, name_zh_hans=entry["name"]["zh"], parent=inside)

    def institution(self, entry):
        row, new = self.make(
            Institution,
            {"slug": entry["slug"]},
            place=place(entry.get("place")),
            **content.values(entry, "is_own", "name", "summary", "established", "joint_form"),
        )
        if new:
            row.types.set(InstitutionType.objects.filter(code__in=entry["types"]))
            for name in content.other_names(entry):
                self.make(InstitutionName, {"institution": row, **name})

    def ties(self, entry):
        """Relations and founding agreement, once all institutions and agreements are there."""
        row = one(Institution, slug=entry["slug"])
        if row not in self.made:
            return
        kinds = InstitutionLink.Kind
        ties = [
            *((row, kinds.PART_OF, slug) for slug in filter(None, [entry.get("parent")])),
            *((row, kinds.MEMBER_OF, slug) for slug in entry.get("member_of", [])),
        ]
        for institution, kind, slug in ties:
            other = one(Institution, slug=slug)
            self.make(InstitutionLink, {"institution": institution, "kind": kind, "other": other})
        for slug in entry.get("founders", []):
            founder = one(Institution, slug=slug)
            tie = {"institution": founder, "kind": kinds.FOUNDER_OF, "other": row}
            self.make(InstitutionLink, tie)
        if number := entry.get("founding_agreement"):
            row.founding_agreement = one(Agreement, number=number)
            row.save()

    def person(self, entry):
        names = ("name", "family", "given", "honours")
        where = {"name_en": entry["name"]["en"], "name_zh_hans": entry["name"]["zh"]}
        values = content.values(entry, *names)
        row, new = self.make(
            Person, where, **{name: value for name, value in values.items() if name not in where}
        )
        self.people[entry["id"]] = row
        for rank, post in enumerate(entry.get("posts", ()) if new else (), start=1):
            self.made.append(
                Post.objects.create(
                    person=row,
                    rank=rank,
                    institution=one(Institution, slug=post.get("institution")),
                    **content.values(post, "title"),
                )
            )

    def participants(self, row, entry):
        for order, given in enumerate(entry.get("people", ()), start=1):
            titles = basics.bilingual("printed_title", given.get("title", {}))
            self.made.append(
                Participation.objects.create(
                    target=row,
                    order=order,
                    person=self.people.get(given.get("person")),
                    **titles,
                    **content.values(given, "role", "mode", "side", "group"),
                )
            )

    def commitment(self, entry, order):
        row, new = self.make(
            Commitment,
            {"text_en": entry["text"]["en"]},
            text_zh_hans=entry["text"]["zh"],
            order=order,
            event=one(Event, slug=entry.get("event")),
            release=one(Release, slug=entry.get("release")),
            **content.values(entry, "side"),
        )
        if new:
            row.institutions.set(Institution.objects.filter(slug__in=entry["institutions"]))

    def agreement(self, entry):
        ends = entry.get("sample_ends", "")
        evergreen = entry.get("sample_evergreen", False)
        row, new = self.make(
            Agreement,
            {"number": entry["number"]},
            ends=ends,
            is_evergreen=evergreen,
            terms_are_sample=bool(ends or evergreen),
            field=one(CooperationField, slug=entry.get("field")),
            place=place(entry.get("place")),
            kind_id=entry["kind"],
            **content.values(entry, "title", "summary", "signed", "announced", "public_level"),
        )
        for order, party in enumerate(entry["parties"] if new else (), start=1):
            if isinstance(party, str):
                named = {"institution": one(Institution, slug=party)}
            else:
                named = basics.bilingual("label", party)
            self.made.append(AgreementParty.objects.create(agreement=row, order=order, **named))
        if new:
            self.agreed(row, entry)

    def agreed(self, row, entry):
        for order, given in enumerate(entry.get("areas", ()), start=1):
            names = ("activity", "isced", "heading", "text")
            area = AgreementArea.objects.create(
                agreement=row, order=order, **content.values(given, *names)
            )
            units = given.get("lead_units", ())
            area.lead_units.set(Institution.objects.filter(slug__in=units))
            self.made.append(area)
        for given in entry.get("signatures", ()):
            signature = Signature.objects.create(
                party=row.parties.get(institution__slug=given["party"]),
                person=self.people.get(given.get("person")),
                **content.values(given, "printed_title", "printed_date", "date"),
            )
            self.made.append(signature)

    def press(self):
        for entry in content.read("press")["video"]:
            where = {"provider": entry["provider"], "video_id": entry["video_id"]}
            self.make(Video, where, **content.values(entry, "title", "heading"))
        for entry in content.read("press")["contact"]:
            row, new = self.make(
                PressContact,
                {"name_en": entry["name"]["en"]},
                name_zh_hans=entry["name"]["zh"],
                institution=one(Institution, slug=entry["institution"]),
                **content.values(entry, "role"),
            )
            self.contacts[entry["id"]] = row
            for order, printed in enumerate(entry["telephones"] if new else (), start=1):
                self.made.append(row.telephones.create(printed=printed, order=order))
        for entry in content.read("press")["boilerplate"]:
            text, new = self.make(Boilerplate, {"name": entry["name"]})
            if new:
                version = content.values(entry, "valid_from", "heading", "text")
                self.made.append(text.versions.create(**version))
            self.boilerplates[entry["id"]] = text.versions.earliest("valid_from")

    def parts(self, row, entry):
        """Quotes, notes, sessions and whatever else belongs to one release or event."""
        # People have their own entries; see participants().
        for name in (name for name in row.owned if name != "people"):
            for order, given in enumerate(entry.get(name, ()), start=1):
                named = ("institution", "agreements", "person")
                values = content.values(given, *(key for key in given if key not in named))
                if "person" in given:
                    values["person"] = self.people[given["person"]]
                if "institution" in given:
                    values["institution"] = one(Institution, slug=given["institution"])
                part = getattr(row, name).create(order=order, **values)
                if "agreements" in given:
                    part.agreements.set(Agreement.objects.filter(number__in=given["agreements"]))
                self.made.append(part)

    def event(self, entry):
        names = (
            *("kind", "mode", "start_date", "part_of_day", "title", "venue", "summary"),
            "section",
        )
        row, new = self.make(
            Event,
            {"slug": entry["slug"]},
            time_zone="Asia/Shanghai",
            place=place(entry.get("place")),
            field=one(CooperationField, slug=entry.get("field")),
            parent=one(Event, slug=entry.get("parent")),
            intro_video=one(Video, video_id=entry.get("intro_video")),
            **content.values(entry, *names),
        )
        if new:
            self.relate(row, entry)
            self.parts(row, entry)
            self.participants(row, entry)
            self.publish(row, self.now)

    def release(self, entry):
        names = (
            *("kind", "origin", "release_date", "headline", "summary", "source_name"),
            *("dateline_place", "dateline_date", "dateline_wire"),
        )
        row, new = self.make(
            Release,
            {"slug": entry["slug"]},
            field=one(CooperationField, slug=entry.get("field")),
            **content.values(entry, *names),
            **content.body(entry["slug"]),
        )
        if new:
            self.relate(row, entry)
            self.participants(row, entry)
            self.parts(row, entry)
            row.events.set(Event.objects.filter(slug__in=entry.get("events", [])))
            row.videos.set(Video.objects.filter(video_id__in=entry.get("videos", [])))
            row.press_contacts.set(self.contacts[name] for name in entry.get("contacts", []))
            row.boilerplates.set(self.boilerplates[name] for name in entry.get("boilerplates", []))
            self.publish(row, self.instant(row))
            if "pageviews" in entry:
                pageviews.set_base(key="release", object_id=row.pk, base=entry["pageviews"])

    def relate(self, row, entry):
        row.institutions.set(Institution.objects.filter(slug__in=entry.get("institutions", [])))
        row.agreements.set(Agreement.objects.filter(number__in=entry.get("agreements", [])))

    def instant(self, release):
        """An undated release is published when it is loaded: no other instant is known."""
        date = release.printed_date
        if date is None:
            return self.now
        zone = timezone.get_default_timezone()
        return datetime.datetime.combine(date.first, HOUR_OF_RELEASE, tzinfo=zone)

    def publish(self, row, at):
        for code in languages.CODES:
            services.publish(item=row, language=code, at=at)

    def site(self):
        for entry in content.read("site")["page"]:
            names = ("shows_figures", "shows_milestones", "title", "menu_title", "summary")
            row, new = self.make(
                Page,
                {"slug": entry["slug"]},
                **content.values(entry, *names),
                **content.body(entry["slug"]),
            )
            if new:
                self.publish(row, self.now)
        for order, entry in enumerate(content.read("site")["menu"], start=1):
            page = one(Page, slug=entry.get("page"))
            self.make(
                MenuItem, {"section": entry.get("section", ""), "page": page}, order=order * 10
            )
        for entry in content.read("site")["milestone"]:
            self.milestone(entry)
        self.make(SiteSettings, {"pk": 1}, **settings_values())

    def milestone(self, entry):
        row, new = self.make(
            Milestone,
            {"date": entry["date"], "title_en": entry["title"]["en"]},
            title_zh_hans=entry["title"]["zh"],
            place=place(entry.get("place")),
            release=one(Release, slug=entry.get("release")),
            event=one(Event, slug=entry.get("event")),
            agreement=one(Agreement, number=entry.get("agreement")),
            **content.values(entry, "text"),
        )
        if new:
            row.institutions.set(Institution.objects.filter(slug__in=entry["institutions"]))


def one(model, **where):
    """The row of that name; None where no name is given. A wrong name is an error."""
    (name,) = where.values()
    return model.objects.get(**where) if name else None


def place(name):
    if not name:
        return None
    return Place.objects.exclude(level=Place.Level.COUNTRY).filter(name_en=name).earliest("pk")


def settings_values() -> dict:
    entry = content.read("site")["settings"]
    return content.settings() | {
        "first_city": place(entry["first_city"]),
        "second_city": place(entry["second_city"]),
        "is_demonstration": True,
    }
