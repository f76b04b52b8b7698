"""The partner directory, asked as readers ask."""

import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.directory import DirectoryFilters, search_institutions, suggest
from partners.models import (
    Agreement,
    AgreementParty,
    CooperationField,
    Institution,
    InstitutionName,
    InstitutionType,
    Place,
)
from publishing.search import names

pytestmark = pytest.mark.django_db

TODAY = datetime.date.today()
YEAR = datetime.timedelta(days=365)

# slug: English, Chinese, city, type, other names as (kind, text)
INSTITUTIONS = {
    "nanjing-university": ("Nanjing University", "南京大学", "Nanjing", "university", [
        ("abbreviation", "NJU"), ("alias", "南大"), ("former", "National Central University")]),
    "southeast": ("Southeast University", "东南大学", "Nanjing", "university", [
        ("abbreviation", "SEU"), ("alias", "东大"),
        ("former", "Nanjing Institute of Technology")]),
    "nanjing-tech": ("Nanjing Tech University", "南京工业大学", "Nanjing", "university", [
        ("abbreviation", "NJTech")]),
    "njust": ("Nanjing University of Science and Technology", "南京理工大学", "Nanjing",
              "university", [("alias", "南理工")]),
    "northeastern": ("Northeastern University", "东北大学", "Shenyang", "university", [
        ("alias", "东大"), ("abbreviation", "NEU")]),
    "cambridge": ("University of Cambridge", "剑桥大学", "Cambridge", "university", []),
    "press": ("Cambridge University Press", "剑桥大学出版社", "Cambridge", "company", [
        ("abbreviation", "CUP")]),
    "centre": ("Nanjing Centre of the University of Cambridge", "剑桥大学南京科技创新中心",
               "Nanjing", "joint-institute", []),
    "birmingham": ("University of Birmingham", "伯明翰大学", "Birmingham", "university", []),
    "zurich": ("ETH Zürich", "苏黎世联邦理工学院", "Zürich", "university", [
        ("native", "Eidgenössische Technische Hochschule Zürich")]),
    "aarhus": ("Århus Universitet", "奥胡斯大学", "", "university", []),
    "xjtu": ("Xi'an Jiaotong University", "西安交通大学", "Xi'an", "university", []),
    "lvliang": ("Lüliang University", "吕梁学院", "", "university", []),
    "jiangbei": ("Jiangbei New Area", "江北新区", "Nanjing", "government", []),
    "geidai": ("Tokyo University of the Arts", "東京藝術大学", "Tokyo", "university", []),
    "mit": ("Massachusetts Institute of Technology", "麻省理工学院", "", "university", [
        ("abbreviation", "MIT")]),
    "manipal": ("Manipal Institute of Technology", "", "", "university", [
        ("abbreviation", "MIT")]),
}  # fmt: skip
CITIES = {
    "Nanjing": ("南京", "CN"),
    "Shenyang": ("沈阳", "CN"),
    "Xi'an": ("西安", "CN"),
    "Cambridge": ("剑桥", "GB"),
    "Birmingham": ("伯明翰", "GB"),
    "Zürich": ("苏黎世", "CH"),
    "Tokyo": ("东京", "JP"),
}


@pytest.fixture
def city():
    """Cities of the directory by English name, inside their countries."""

    def city(english, chinese, code):
        country, _ = Place.objects.get_or_create(
            country=code,
            parent=None,
            defaults={"name_en": code, "name_zh_hans": code, "level": "country"},
        )
        place, _ = Place.objects.get_or_create(
            name_en=english, level="city", defaults={"name_zh_hans": chinese, "parent": country}
        )
        return place

    return city


@pytest.fixture
def kind(db):
    def kind(code):
        defaults = {"name_en": code.capitalize(), "name_zh_hans": code, "ror": "education"}
        return InstitutionType.objects.get_or_create(code=code, defaults=defaults)[0]

    return kind


@pytest.fixture
def directory(city, kind):
    """Institutions by slug, made at once and told to the index once."""
    made, types, others = {}, [], []
    through = Institution.types.through
    for slug, (english, chinese, place, code, texts) in INSTITUTIONS.items():
        where = city(place, *CITIES[place]) if place else None
        institution = Institution(slug=slug, name_en=english, name_zh_hans=chinese, place=where)
        institution.locate()
        made[slug] = institution
        types.append(through(institution=institution, institutiontype=kind(code)))
        for role, text in texts:
            lang = "zh-Hans" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en"
            name = InstitutionName(institution=institution, text=text, kind=role, lang=lang)
            others.append(name)
    Institution.objects.bulk_create(made.values())
    for row in (*types, *others):
        row.institution_id = row.institution.pk
    through.objects.bulk_create(types)
    InstitutionName.objects.bulk_create(others)
    names.reindex_queryset(Institution.objects.all())
    return made


def search(text="", language="en", page=1, **filters):
    filters = DirectoryFilters(**{name: tuple(values) for name, values in filters.items()})
    return search_institutions(text, filters, language=language, page=page)


def slugs(text="", **options):
    return [result.institution.slug for result in search(text, **options).results]


# What readers type, and who must come first.
SPELLINGS = [
    ("Southeast University", "southeast"),
    ("southeast", "southeast"),
    ("university of cambridge", "cambridge"),
    ("the University of Cambridge", "cambridge"),
    ("东南大学", "southeast"),
    ("江北", "jiangbei"),
    ("桥大学出版", "press"),
    ("東南大學", "southeast"),
    ("東京芸術大学", "geidai"),
    ("东京艺术", "geidai"),
    ("dongnan daxue", "southeast"),
    ("dongnandaxue", "southeast"),
    ("dndx", "southeast"),
    ("dongnan daxeu", "southeast"),
    ("nanjing ligogn daxue", "njust"),
    ("dong nan university", "southeast"),
    ("nanjing ligong", "njust"),
    ("lvliang", "lvliang"),
    ("luliang", "lvliang"),
    ("lüliang xueyuan", "lvliang"),
    ("NJU", "nanjing-university"),
    ("南大", "nanjing-university"),
    ("南理工", "njust"),
    ("南工大", "nanjing-tech"),
    ("National Central University", "nanjing-university"),
    ("Nanjing Institute of Technology", "southeast"),
    ("zurich", "zurich"),
    ("ETH Zuerich", "zurich"),
    ("aarhus", "aarhus"),
    ("Xian Jiaotong", "xjtu"),
    ("xi’an jiaotong univ", "xjtu"),
    ("Univ. of Birmingham", "birmingham"),
    ("Cambridge Univ Press", "press"),
    ("Nanjing Univ of Sci and Tech", "njust"),
    ("Massachusetts Inst of Technology", "mit"),
    ("Birmingam", "birmingham"),
    ("Univeristy of Birmingham", "birmingham"),
    ("Massachusets Institute", "mit"),
    ("southe", "southeast"),
    ("birm", "birmingham"),
    ("南京工业", "nanjing-tech"),
    ("Nanjing 东南大学", "southeast"),
]


def test_an_institution_is_found_however_it_is_written(directory):
    misses = {
        (text, language): slugs(text, language=language)[:3]
        for text, first in SPELLINGS
        for language in ("en", "zh-hans")
        if slugs(text, language=language)[:1] != [first]
    }
    assert misses == {}


def test_one_character_is_enough(directory):
    assert slugs("翰") == ["birmingham"]
    assert slugs("藝") == ["geidai"]


def test_an_ambiguous_short_name_lists_all_who_bear_it(directory):
    assert set(slugs("东大")[:2]) == {"southeast", "northeastern"}
    assert set(slugs("MIT")[:2]) == {"mit", "manipal"}


def test_the_result_says_which_other_name_matched(directory):
    def matched(text):
        name = search(text).results[0].matched
        return name and (name.role, name.text)

    assert matched("Nanjing Institute of Technology") == (
        "former",
        "Nanjing Institute of Technology",
    )
    assert matched("njtech") == ("abbreviation", "NJTech")
    assert matched("Southeast University") is None
    assert matched("dongnan daxue") is None


def test_nothing_typed_lists_everyone_by_name(directory):
    page = search()
    assert page.total == page.partners == len(INSTITUTIONS)
    listed = [result.institution.name_en for result in page.results]
    assert listed[:3] == ["Århus Universitet", "Cambridge University Press", "ETH Zürich"]
    chinese = [result.institution.slug for result in search(language="zh-hans").results]
    assert chinese[:3] == ["aarhus", "birmingham", "northeastern"]


def test_a_correction_is_told(directory):
    assert search("Birmingam").corrected == "birmingham"
    assert search("Birmingham").corrected == ""


def test_the_name_of_a_city_becomes_a_filter(directory):
    page = search("Cambridge")
    assert [(chip.facet, chip.label, chip.from_text) for chip in page.chips] == [
        ("city", "Cambridge", True)
    ]
    assert [result.institution.slug for result in page.results] == ["press", "cambridge"]
    assert [result.institution.slug for result in page.elsewhere] == ["centre"]
    assert page.total == 2
    assert [chip.label for chip in search("剑桥", language="zh-hans").chips] == ["剑桥"]


def test_the_name_of_a_country_or_type_becomes_a_filter(directory):
    Place.objects.filter(country="GB", parent=None).update(
        name_en="United Kingdom", name_zh_hans="英国"
    )
    assert set(slugs("united kingdom")) == {"cambridge", "press", "birmingham"}
    assert [chip.facet for chip in search("英國").chips] == ["country"]
    (chip,) = search(InstitutionType.objects.get(code="university").name_en).chips
    assert (chip.facet, chip.value) == ("type", "university")


def test_a_place_within_a_longer_query_narrows_it(directory):
    assert slugs("university shenyang")[:1] == ["northeastern"]


def counts(page, facet):
    (found,) = [each for each in page.facets if each.name == facet]
    return {option.value: option.count for option in found.options}


def test_facets_count_what_is_found(directory, city):
    nanjing, cambridge = city("Nanjing", "", "CN"), city("Cambridge", "", "GB")
    page = search("cambridge university")
    assert counts(page, "city")[str(nanjing.pk)] == 1
    assert counts(page, "city")[str(cambridge.pk)] == 2
    assert counts(page, "type") | {"government": 0} == {
        "university": 1,
        "company": 1,
        "joint-institute": 1,
        "government": 0,
    }


def test_a_facet_ignores_its_own_filter_and_obeys_the_others(directory):
    page = search(country=["GB"], type=["university"])
    assert {result.institution.slug for result in page.results} == {"cambridge", "birmingham"}
    assert page.total == 2
    assert counts(page, "country")["CN"] == 6
    assert counts(page, "type") == {
        "university": 2,
        "company": 1,
        "joint-institute": 0,
        "government": 0,
    }


def test_several_values_of_a_facet_are_alternatives(directory):
    assert set(slugs(country=["GB", "CH"])) == {"cambridge", "press", "birmingham", "zurich"}


def test_facet_counts_are_those_of_a_plain_count(directory):
    page = search("universit", country=["CN"])
    for facet, attribute in (("country", "country"), ("city", "city_id")):
        filters = {} if facet == "country" else {"country": "CN"}
        wanted = {}
        for institution in Institution.objects.filter(name_en__icontains="universit", **filters):
            value = str(getattr(institution, attribute) or "")
            wanted[value] = wanted.get(value, 0) + 1
        found = {value: count for value, count in counts(page, facet).items() if count}
        assert found == {value: count for value, count in wanted.items() if value}


def agreement(*parties, field=None, level="summary", **dates):
    made = Agreement.objects.create(kind_id="mou", field=field, public_level=level, **dates)
    for party in parties:
        AgreementParty.objects.create(agreement=made, institution=party)
    return made


def in_force(*parties, **options):
    return agreement(*parties, signed=str(TODAY - YEAR), ends=str(TODAY + 3 * YEAR), **options)


def test_agreements_are_facets_and_put_a_partner_first(directory):
    field = CooperationField.objects.create(slug="health-test", name_en="Health", name_zh_hans="医")
    in_force(directory["njust"], directory["southeast"], field=field)
    agreement(directory["birmingham"], signed="2010-01-01", ends="2012-01-01")
    in_force(directory["cambridge"], level="hidden")
    assert set(slugs(status=["active"])) == {"njust", "southeast"}
    assert slugs(status=["lapsed"]) == ["birmingham"]
    assert set(slugs(field=["health-test"])) == {"njust", "southeast"}
    assert counts(search(), "status") == {"active": 2, "lapsed": 1}
    assert slugs("MIT") == ["manipal", "mit"]
    in_force(directory["mit"])
    assert slugs("MIT") == ["mit", "manipal"]


def test_kinds_of_agreement_are_a_facet_that_follows_every_change(directory):
    made = in_force(directory["njust"], directory["southeast"])
    in_force(directory["cambridge"], level="hidden")
    assert counts(search(), "agreement") == {"mou": 2}
    assert set(slugs(agreement=["mou"])) == {"njust", "southeast"}
    made.kind_id = "framework"
    made.save()
    in_force(directory["njust"], directory["mit"])
    assert set(slugs(agreement=["framework"])) == {"njust", "southeast"}
    found = search(agreement=["framework"])
    assert counts(found, "agreement") == {"framework": 2, "mou": 2}
    assert [(chip.label, chip.from_text) for chip in found.chips] == [
        ("Framework agreement", False)
    ]
    left = made.parties.get(institution=directory["southeast"])
    left.institution = directory["zurich"]
    left.save()
    assert set(slugs(agreement=["framework"])) == {"njust", "zurich"}
    left.delete()
    assert slugs(agreement=["framework"]) == ["njust"]
    made.public_level = "hidden"
    made.save()
    assert counts(search(), "agreement") == {"mou": 2}
    assert slugs(agreement=["framework"]) == []


def test_a_status_changes_with_the_day_and_no_job(directory, monkeypatch):
    ends = TODAY + 2 * YEAR
    agreement(directory["njust"], signed=str(TODAY - YEAR), ends=str(ends))
    assert slugs(status=["active"]) == ["njust"]
    for day, look in (
        (ends - datetime.timedelta(days=30), "soon"),
        (ends, "soon"),
        (ends + datetime.timedelta(days=1), "lapsed"),
    ):
        monkeypatch.setattr(timezone, "localdate", lambda *args, day=day: day)
        assert slugs(status=[look]) == ["njust"], day
        assert counts(search(), "status") == {look: 1}


def test_every_change_reaches_the_directory(directory, city, kind):
    southeast = directory["southeast"]
    southeast.name_en = "Renamed Academy"
    southeast.save()
    assert slugs("renamed academy")[:1] == ["southeast"]
    assert "southeast" not in slugs("Southeast University")

    alias = southeast.names.get(text="SEU")
    alias.text = "Zulu"
    alias.save()
    assert slugs("zulu") == ["southeast"]
    alias.delete()
    assert slugs("zulu") == []

    nanjing = city("Nanjing", "", "CN")
    nanjing.name_en = "Jinling"
    nanjing.save()
    assert "southeast" in slugs("Jinling")

    southeast.types.set([kind("company")])
    assert set(slugs(type=["company"])) == {"southeast", "press"}

    southeast.delete()
    assert "southeast" not in slugs()


def test_a_party_that_is_exchanged_reaches_both(directory):
    in_force(directory["njust"])
    party = AgreementParty.objects.get()
    party.institution = directory["southeast"]
    party.save()
    assert slugs(status=["active"]) == ["southeast"]
    party.agreement.delete()
    assert slugs(status=["active"]) == []


def test_what_is_not_public_is_nowhere(directory):
    for slug, change in (
        ("birmingham", {"is_public": False}),
        ("zurich", {"status": "withdrawn"}),
        ("jiangbei", {"is_own": True}),
    ):
        for name, value in change.items():
            setattr(directory[slug], name, value)
        directory[slug].save()
    page = search()
    hidden = {"birmingham", "zurich", "jiangbei"}
    assert not hidden & {result.institution.slug for result in page.results}
    assert page.total == page.partners == len(INSTITUTIONS) - 3
    assert "CH" not in counts(page, "country")
    for text in ("birmingham", "Birmingam", "伯明翰", "苏黎世", "江北", "bmhdx"):
        assert not hidden & set(slugs(text)), text
        assert search(text).corrected == "" and search(text).chips == ()


def test_pages_hold_everyone_once(directory, kind):
    for number in range(50):
        Institution.objects.create(name_en=f"Extra University {number}")
    for text in ("", "university"):
        first = search(text)
        seen = [slug for page in range(1, first.pages + 1) for slug in slugs(text, page=page)]
        assert len(seen) == len(set(seen)) == first.total
    assert slugs("university", page=99) == []


def test_a_page_costs_the_same_whatever_the_number_of_partners(directory, kind):
    def queries(text):
        with CaptureQueriesContext(connection) as captured:
            page = search(text)
            [list(result.institution.types.all()) for result in page.results]
        return len(captured)

    texts = ("", "university", "大学", "Southeast University")
    few = [queries(text) for text in texts]
    for number in range(200):
        Institution.objects.create(name_en=f"University {number}", name_zh_hans="某大学")
    assert [queries(text) for text in texts] == few
    assert max(few) <= 28


# fmt: off
ODD = [
    "", " ", "the", '"', "NEAR(a", "' | &", "\x00", "\ud800", "😀", "ƶkindpublic", "ƶpdong", "%",
    "\\", "南" * 5_000, "univ " * 2_000, "x" * 10_000,
]
# fmt: on


def test_no_question_breaks_it(directory):
    for text in ODD:
        search(text)
        search(text, language="zh-hans", city=["'", '"', "x y", ""], type=["university"])


def test_names_are_suggested_while_they_are_typed(directory):
    def suggested(text):
        return [result.institution.slug for result in suggest(text, language="en", count=3)]

    assert suggested("southe") == ["southeast"]
    assert suggested("东") == ["northeastern", "southeast", "geidai"]
    assert suggested("dongn") == ["southeast"]
    assert suggested("nanj") == ["nanjing-university", "nanjing-tech", "centre"]
    directory["southeast"].is_public = False
    directory["southeast"].save()
    assert suggested("southe") == []
    for text in ODD:
        suggest(text, language="zh-hans")


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_between_questions_changes_with_the_content(city, kind):
    place = city("Nanjing", "南京", "CN")
    Institution.objects.create(name_en="First University", place=place)
    for _asked in range(2):
        assert (search().partners, counts(search(), "city")) == (1, {str(place.pk): 1})
    second = Institution.objects.create(name_en="Second University", place=place)
    assert (search().partners, counts(search(), "city")) == (2, {str(place.pk): 2})
    place.name_en = "Jinling"
    place.save()
    assert [chip.label for chip in search("Jinling").chips] == ["Jinling"]
    second.delete()
    assert search().partners == 1


def test_markers_cannot_be_asked_for(directory):
    assert slugs("ƶkindpublic") == slugs("ƶpdongnan") == []


def test_filters_come_from_the_address(directory):
    query = QueryDict("country=GB&country=CH&type=university&status=bogus&city=%27&page=2&q=x")
    filters = DirectoryFilters.from_query(query)
    assert filters.country == ("GB", "CH")
    page = search_institutions("", filters, language="en")
    assert {result.institution.slug for result in page.results} == {
        "cambridge",
        "birmingham",
        "zurich",
    }
    assert [chip.value for chip in page.chips] == ["university", "GB", "CH"]
