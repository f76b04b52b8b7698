"""The demonstration content itself: true to its sources, complete in both languages.

It is loaded once for all these tests, for its two seconds would be spent sixty times.
"""

import datetime
import io
import re
from html import unescape

import pytest
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.html import strip_tags

from news.models import Commitment, Event, Release
from partners.models import (
    Agreement,
    AgreementParty,
    CooperationField,
    Institution,
    InstitutionLink,
    InstitutionName,
    InstitutionType,
    Person,
    Place,
    Signature,
    title_doubts,
)
from portal.demo.content import DATA
from portal.demo.loading import CONTENT
from portal.models import DemonstrationRow, MenuItem, Milestone, Page, SiteSettings
from publishing.editorial import languages, services
from publishing.pageviews.models import Total

HAN = "\u3400-\u9fff"


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        run("load_demo")
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def demo(loaded, db):
    """Each test sees what was loaded, and what it changes is taken back."""
    with translation.override("en"):
        yield


def run(command):
    out = io.StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def publishable():
    return [*Release.objects.all(), *Event.objects.all(), *Page.objects.all()]


def words(html):
    """The text without its marks; blocks do not run together, a link stays in its sentence."""
    return unescape(strip_tags(re.sub(r"</(?:p|h2|li)>", "\n", html)))


def texts(language):
    """Every text that the demonstration shows in ``language``, with where it stands."""
    for model in [*CONTENT, Place, AgreementParty, CooperationField, InstitutionType]:
        names = [
            field.name
            for field in model._meta.concrete_fields
            if field.name.endswith(f"_{languages.suffix(language)}")
            and isinstance(field, models.CharField | models.TextField)
            and not field.choices
        ]
        rows = model.objects.all()
        if model is Place:
            rows = rows.exclude(level="country")
        for row in rows.values("pk", *names):
            for name in names:
                if text := row[name]:
                    yield f"{model.__name__} {row['pk']} {name}", words(text)


class TestFacts:
    def test_releases_carry_the_dates_and_numbers_of_their_sources(self):
        views = dict(Total.objects.filter(kind="release").values_list("object_id", "shown"))
        printed = {
            release.slug: (release.release_date, views.get(release.pk))
            for release in Release.objects.all()
        }
        assert printed == {
            "nanjing-cambridge-deepening-partnership": ("2020-09-30", 190),
            "centre-launch-ceremony": ("2018-10-05", 691),
            "nanjing-delegation-visits-birmingham": ("", None),
            "china-uk-innovation-conference-announced": ("2020-07-03", None),
        }

    def test_the_release_older_than_its_event_says_so(self):
        release = Release.objects.get(slug="centre-launch-ceremony")
        assert {event.start_date for event in release.events.all()} == {"2018-11-05"}
        assert "5 October 2018" in release.body_en and "5 November 2018" in release.body_en
        assert "2018年10月5日" in release.body_zh_hans and "2018年11月5日" in release.body_zh_hans

    def test_origins_are_named(self):
        sources = Release.objects.exclude(source_name_en="").exclude(source_name_en=None)
        assert set(sources.values_list("origin", "source_name_en", "source_name_zh_hans")) == {
            ("republished", "University of Birmingham", "伯明翰大学"),
            ("wire", "PR Newswire", "美通社"),
        }

    def test_milestones_and_events_stand_under_their_days(self):
        assert list(Milestone.objects.newest_first().values_list("date", flat=True)) == [
            "2020-09-25",
            "2019-09-10",
            "2018-11-05",
            "2018-07-30",
            "2018-03-27",
        ]
        assert sorted(Event.objects.values_list("start_date", flat=True)) == [
            "2018-07-30",
            "2018-11-05",
            "2018-11-05",
            "2019-09-10",
            "2020",
            "2020-07-09",
            "2020-09-25",
        ]

    def test_signature_dates_are_those_of_the_texts_and_no_others(self):
        dated = Agreement.objects.exclude(signed="").values_list("number", "signed")
        assert dict(dated) == {
            "2018-01": "2018-03-27",
            **{f"2020-{n:02}": "2020-09-25" for n in range(1, 13)},
        }
        announced = Agreement.objects.exclude(announced="").values_list("number", "announced")
        assert dict(announced) == {"2020-13": "2020-07-03", "2020-14": "2020-07-03"}

    def test_a_term_is_marked_as_sample_exactly_where_it_is_invented(self):
        for agreement in Agreement.objects.all():
            invented = bool(agreement.ends or agreement.is_evergreen)
            assert agreement.terms_are_sample == invented, agreement.number
        assert not Agreement.objects.filter(number__startswith="u-").exclude(ends="").exists()

    def test_the_bridge_has_arches_of_every_look(self):
        day = datetime.date(2026, 12, 1)
        looks = [agreement.status_on(day).look for agreement in Agreement.objects.all()]
        assert {look: looks.count(look) for look in looks} == {
            "active": 7,
            "soon": 2,
            "lapsed": 3,
            "open": 7,
        }

    def test_founding_years_only_where_a_source_gives_them(self):
        years = Institution.objects.exclude(established="").values_list("slug", "established")
        assert dict(years) == {
            "university-of-birmingham": "1901",
            "birmingham-china-institute": "2012",
        }

    def test_no_identifier_or_address_is_invented(self):
        assert not Place.objects.exclude(geonames_id=None).exists()
        sites = Institution.objects.values_list("website_en", "website_zh_hans")
        assert not any(any(pair) for pair in sites)
        settings = SiteSettings.load()
        assert not (settings.email or settings.telephone or settings.icp_number)

    def test_the_birmingham_memorandum_has_five_areas_in_order_and_no_sixth(self):
        memorandum = Agreement.objects.get(number="u-01")
        areas = list(memorandum.areas.all())
        assert [area.activity or area.isced for area in areas] == [
            "research",
            "transfer",
            "training",
            "culture",
            "091",
        ]
        units = {unit.slug for area in areas for unit in area.lead_units.all()}
        assert units == {"nanjing-bureau-of-culture"}

    def test_its_signature_keeps_the_month_and_leaves_the_year_open(self):
        memorandum = Agreement.objects.get(number="u-01")
        signed = Signature.objects.get(party__agreement=memorandum, person__isnull=False)
        assert signed.name_in("en") == "Tim Jones" and signed.printed_title_en == "Provost"
        assert (signed.date, signed.printed_date_en) == ("", "May, year not given")
        assert memorandum.is_concluded and memorandum.signed == ""

    def test_joint_bodies_have_the_founders_that_the_texts_name(self):
        founders = {}
        for link in InstitutionLink.objects.filter(kind="founder_of"):
            founders.setdefault(link.other.slug, set()).add(link.institution.slug)
        assert founders == {
            "cambridge-nanjing-centre": {
                "university-of-cambridge",
                "nanjing-international-health-area",
            },
            "cunjc-tuspark-base": {"cambridge-nanjing-centre", "tuspark-jiangsu"},
            "joint-research-institute-biomedical-engineering": {
                "university-of-birmingham",
                "southeast-university",
            },
        }

    def test_everybody_whom_the_texts_name_is_there(self):
        assert Person.objects.count() == 23
        conference = Event.objects.get(slug="deepening-partnership-conference-2020")
        people = list(conference.people.all())
        assert len(people) == 19 and people[-1].person is None
        online = {row.name_in("en") for row in people if row.mode == "online"}
        assert online == {"Stephen Toope", "Chris Wood", "Eilis Ferran"}

    def test_the_two_titles_of_one_person_are_noticed(self):
        meeting = Event.objects.get(slug="zhang-jinghua-meets-eilis-ferran")
        with translation.override("en"):
            doubts = title_doubts(meeting)
        assert any("“Vice President”" in doubt for doubt in doubts)

    def test_what_was_promised_is_kept_as_stated_and_no_more(self):
        assert Commitment.objects.count() == 10
        assert set(Commitment.objects.values_list("state", flat=True)) == {"stated"}

    def test_one_institution_is_the_office_and_it_is_no_partner(self):
        own = Institution.objects.get(is_own=True)
        assert own.name_zh_hans == "剑桥大学南京科技创新中心"
        assert own not in Institution.objects.public().partners()
        assert 25 <= Institution.objects.public().partners().count() <= 35

    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("CUNJC", "cambridge-nanjing-centre"),
            ("北大", "peking-university"),
            ("南大", "nanjing-university"),
            ("NIHA", "nanjing-international-health-area"),
            ("JITRI", "jitri"),
            ("牛津", "university-of-oxford"),
        ],
    )
    def test_institutions_are_known_by_their_short_names(self, name, slug):
        assert InstitutionName.objects.get(text=name).institution.slug == slug

    def test_the_home_cities_have_a_clock_and_a_point_on_the_map(self):
        settings = SiteSettings.load()
        assert settings.is_demonstration
        zones = []
        for city in (settings.first_city, settings.second_city):
            assert city.latitude is not None and city.longitude is not None
            zones.append(city.time_zone)
        assert zones == ["Europe/London", "Asia/Shanghai"]

    def test_an_institution_in_a_district_is_found_under_its_city(self):
        birmingham = Institution.objects.get(slug="university-of-birmingham")
        assert birmingham.place.name_en == "Edgbaston"
        assert birmingham.city.name_en == "Birmingham" and birmingham.country == "GB"


class TestLanguages:
    def test_every_item_is_published_in_both(self):
        items = publishable()
        assert len(items) == 12
        for item in items:
            for code in languages.CODES:
                assert services.problems(item, code) == []
                assert item.is_public(code), f"{item} {code}"

    def test_a_dated_release_appears_on_its_day(self):
        for release in Release.objects.exclude(release_date=""):
            for code in languages.CODES:
                local = timezone.localtime(release.publish_at(code))
                assert (local.date(), local.hour) == (release.release_date_first, 9)

    def test_every_text_exists_in_both(self):
        own = set(CONTENT) | {Place, InstitutionType, CooperationField}
        for model in own:
            for row in model.objects.all():
                for field in model._meta.concrete_fields:
                    if not field.name.endswith("_en") or field.name == "tagline_en":
                        continue
                    other = field.name.removesuffix("_en") + "_zh_hans"
                    filled = bool(getattr(row, field.name)), bool(getattr(row, other))
                    assert filled[0] == filled[1], f"{model.__name__} {row.pk} {field.name}"

    def test_both_languages_of_a_text_have_the_same_parts(self):
        for item in [*Release.objects.all(), *Page.objects.all()]:
            parts = [
                re.findall(r"<(h2|ul|ol|li)>", languages.text(item, "body", code))
                for code in languages.CODES
            ]
            assert parts[0] == parts[1], item.slug

    def test_no_mark_of_a_text_is_lost_on_the_way_into_the_database(self):
        for item in [*Release.objects.all(), *Page.objects.all()]:
            for code in languages.CODES:
                file = DATA / "texts" / f"{item.slug}.{code}.html"
                stored = languages.text(item, "body", code).replace(' rel="noopener"', "")
                assert stored.strip() == file.read_text(encoding="utf-8").strip()

    def test_chinese_is_typed_as_chinese(self):
        faults = [
            rf"[{HAN}][,.;:!?()]|[,.;:!?(][{HAN}]",
            rf"[{HAN}] +[A-Za-z0-9]|[A-Za-z0-9] +[{HAN}]|[{HAN}] +[{HAN}]",
            r"['\"]",
            r"0\d月|月0\d日",
        ]
        seen = 0
        for where, text in texts("zh-hans"):
            seen += 1
            for fault in faults:
                assert not re.search(fault, text), f"{where}: {text}"
        assert seen > 200

    def test_english_has_no_glued_words_and_no_han(self):
        seen = 0
        for where, text in texts("en"):
            seen += 1
            assert not re.search(rf"[a-z][A-Z]|[a-z][.,;:][A-Za-z]|[{HAN}]|  |['\"]", text), (
                f"{where}: {text}"
            )
        assert seen > 200

    def test_own_names_of_people_stand_in_chinese(self):
        body = Release.objects.get(slug="nanjing-cambridge-deepening-partnership").body_zh_hans
        for name in (
            "张敬华",
            "吕建",
            "程和平",
            "杜思齐",
            "初大平",
            "何莲珍",
            "施路平",
            "Chris Wood",
        ):
            assert name in body

    def test_addresses_in_the_texts_lead_somewhere(self):
        seen = 0
        for item in [*Release.objects.all(), *Page.objects.all()]:
            for code in languages.CODES:
                for address in re.findall(r'href="(/[^"]*)"', languages.text(item, "body", code)):
                    slug = re.fullmatch(rf"/{code}/partners/([a-z-]+)/", address)[1]
                    assert Institution.objects.public().filter(slug=slug).exists()
                    seen += 1
        assert seen


class TestPages:
    def test_no_release_or_event_takes_25_queries(self, client):
        for item in [*Release.objects.all(), *Event.objects.all()]:
            address = item.get_absolute_url("en")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            assert len(queries) < 25, address

    def test_the_wire_text_opens_with_its_dateline(self, client):
        page = client.get("/en/news/china-uk-innovation-conference-announced/").content.decode()
        assert "<p>NANJING, China, July 3, 2020 /PRNewswire/ -- " in page
        page = client.get("/zh-hans/news/china-uk-innovation-conference-announced/").content
        assert "2020年7月3日" in page.decode() and "/美通社/ -- " in page.decode()


class TestRemoving:
    def test_leaves_what_staff_made(self):
        own = Institution.objects.create(name_en="Own Institute")
        release = Release.objects.create(headline_en="Own news")
        release.institutions.add(own)
        agreement = Agreement.objects.create(kind_id="mou")
        AgreementParty.objects.create(agreement=agreement, institution=own)
        run("remove_demo")
        assert list(Institution.objects.all()) == [own]
        assert list(release.institutions.all()) == [own]
        assert list(agreement.institutions.all()) == [own]

    def test_keeps_a_partner_that_staff_took_into_an_agreement(self):
        fudan = Institution.objects.get(slug="fudan-university")
        agreement = Agreement.objects.create(kind_id="mou")
        AgreementParty.objects.create(agreement=agreement, institution=fudan)
        told = run("remove_demo")
        assert "“Fudan University” (institution) stays" in told
        assert [str(i) for i in agreement.institutions.all()] == ["Fudan University"]
        assert Institution.objects.get().names.count() == 2
        assert fudan.place.name_en == "Shanghai"
        assert not Agreement.objects.filter(number="2020-06").exists()

    @pytest.mark.parametrize(
        "tie",
        [
            lambda item: Release.objects.create(headline_en="Own").events.add(item),
            lambda item: Milestone.objects.create(date="2021", title_en="Own", event=item),
        ],
        ids=["many-to-many", "set-null"],
    )
    def test_keeps_what_only_a_loose_tie_holds(self, tie):
        event = Event.objects.get(slug="ground-breaking-2019")
        tie(event)
        run("remove_demo")
        assert list(Event.objects.all()) == [event]
        assert set(event.institutions.values_list("slug", flat=True)) == {
            "cambridge-nanjing-centre",
            "university-of-cambridge",
            "city-of-nanjing",
        }

    def test_keeps_a_demonstration_agreement_to_which_staff_added_a_party(self):
        own = Institution.objects.create(name_en="Own Institute")
        agreement = Agreement.objects.get(number="2020-12")
        AgreementParty.objects.create(agreement=agreement, institution=own)
        run("remove_demo")
        assert Agreement.objects.get() == agreement
        assert agreement.parties.count() == 3

    def test_takes_what_stayed_once_nothing_holds_it(self):
        milestone = Milestone.objects.create(
            date="2021", title_en="Own", agreement=Agreement.objects.get(number="2020-04")
        )
        run("remove_demo")
        assert Agreement.objects.count() == 1
        milestone.delete()
        run("remove_demo")
        assert not Agreement.objects.exists() and not DemonstrationRow.objects.exists()

    def test_site_settings_that_staff_changed_stay_and_are_no_demonstration(self):
        settings = SiteSettings.load()
        settings.name_en = "Our office"
        settings.save()
        assert "site settings stay" in run("remove_demo")
        settings = SiteSettings.load()
        assert settings.name_en == "Our office" and not settings.is_demonstration
        assert settings.first_city.name_en == "Cambridge"

    def test_a_staff_made_menu_keeps_the_page_it_leads_to(self):
        item = MenuItem.objects.create(page=Page.objects.get(slug="centre"), order=90)
        run("remove_demo")
        assert MenuItem.objects.filter(pk=item.pk).exists()

    def test_is_all_or_nothing(self, monkeypatch):
        def fail(*args):
            raise RuntimeError("no counter")

        before = DemonstrationRow.objects.count(), Institution.objects.count()
        monkeypatch.setattr("publishing.pageviews.services.forget", fail)
        with pytest.raises(RuntimeError):
            run("remove_demo")
        assert (DemonstrationRow.objects.count(), Institution.objects.count()) == before
