"""The directory, the pages of partners and agreements, and the pictures they share."""

import csv
import datetime
import io
import json
import re

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from partners import registerindex
from partners.models import Agreement, AgreementParty, CooperationField, Institution
from publishing.search import names
from tests.builders import (
    make_agreement,
    make_institution,
    make_place,
    make_release,
    make_type,
)

pytestmark = pytest.mark.django_db


def html_of(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def in_days(days):
    return str(timezone.localdate() + datetime.timedelta(days=days))


def draw(source, **context):
    return Template("{% load partners %}" + source).render(Context(context))


@pytest.fixture
def places():
    country = make_place("United Kingdom", "英国", level="country", country="GB")
    return {
        "Birmingham": make_place(
            "Birmingham", "伯明翰", parent=country, latitude="52.48142", longitude="-1.89983"
        ),
        "Cambridge": make_place(
            "Cambridge", "剑桥", parent=country, latitude="52.2", longitude="0.11667"
        ),
        "Nanjing": make_place(latitude="32.06167", longitude="118.77778"),
    }


@pytest.fixture
def birmingham(places):
    return make_institution(
        "University of Birmingham",
        "伯明翰大学",
        place=places["Birmingham"],
        types=[make_type("university")],
        established="1900",
        website_en="https://www.example.ac.uk/",
        summary_en="Works with the city of Nanjing.",
    )


@pytest.fixture
def southeast(places):
    return make_institution(
        "Southeast University", "东南大学", place=places["Nanjing"], types=[make_type("university")]
    )


# The directory


def listed(response):
    return [result.institution.slug for result in response.context["found"].results]


def test_the_directory_lists_partners_with_both_names_the_readers_first(client, birmingham):
    english = html_of(client, "/en/partners/")
    chinese = html_of(client, "/zh-hans/partners/")
    assert english.index("University of Birmingham") < english.index('lang="zh-Hans">伯明翰大学')
    assert chinese.index("伯明翰大学") < chinese.index('lang="en">University of Birmingham')


def test_the_office_itself_and_what_is_not_public_are_not_listed(client, birmingham):
    make_institution("The Centre", is_own=True)
    make_institution("Secret", is_public=False)
    make_institution("Error", status=Institution.Status.WITHDRAWN)
    assert listed(client.get("/en/partners/")) == ["university-of-birmingham"]


@pytest.mark.parametrize("text", ["birmingham", "伯明", "University of Birm"])
def test_two_characters_of_a_name_find_it_in_either_language(client, birmingham, southeast, text):
    assert listed(client.get("/en/partners/", {"q": text})) == ["university-of-birmingham"]


def test_facets_count_and_a_choice_becomes_a_chip_that_can_be_taken_away(
    client, birmingham, southeast, places
):
    city = places["Nanjing"].pk
    response = client.get("/en/partners/", {"city": city, "type": "university"})
    assert listed(response) == ["southeast-university"]
    assert {chip.label: chip.address for chip in response.context["chips"]} == {
        "Nanjing": "/en/partners/?type=university",
        "University": f"/en/partners/?city={city}",
    }
    html = response.content.decode()
    assert re.search(rf'id="city-{city}" name="city" value="{city}" checked', html)
    assert "<b>1</b> of 2 partners" in html


def test_the_share_of_an_option_is_an_attribute_of_the_drawing(client, birmingham, southeast):
    html = html_of(client, "/en/partners/")
    assert '<rect width="100" height="2"/>' in html
    assert '<rect width="50" height="2"/>' in html
    assert " style=" not in html


def test_the_form_works_without_script_and_asks_for_the_same_address_with_it(client, birmingham):
    html = html_of(client, "/en/partners/")
    form = re.search(r"<form[^>]*>", html).group()
    assert 'method="get"' in form and 'data-hx-get="/en/partners/"' in form
    assert '<input class="input" type="search" id="q" name="q"' in html
    assert 'role="status"' in html
    assert html.count('id="results"') == 1 and html.count('id="facets"') == 1


def test_a_question_without_an_answer_says_so(client, birmingham):
    html = html_of(client, "/en/partners/?q=qqqqqqqq")
    assert "No partner matches" in html
    assert 'value="qqqqqqqq"' in html


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?q=" + "x" * 5000, "?city=x&type=x&status=x&field=x", "?q=%FF%FE", "?q=<b>x"],
)
def test_strange_questions_are_answered(client, birmingham, query):
    assert "<b>x" not in html_of(client, "/en/partners/" + query)


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "99999999999999999999"])
def test_a_page_of_the_directory_that_is_not_there_is_not_found(client, birmingham, number):
    assert client.get(f"/en/partners/?page={number}").status_code == 404


def test_only_public_agreements_are_counted_and_drawn_beside_a_partner(client, birmingham):
    make_agreement(birmingham, signed="2020", ends=in_days(900))
    make_agreement(birmingham, signed="2020", public_level="hidden")
    html = html_of(client, "/en/partners/")
    assert "1 agreement<" in html
    assert 'aria-label="Agreements: 1. In force: 1. Expires soon: 0. Lapsed: 0."' in html


def test_a_partner_with_very_many_cities_around_it_gets_a_short_list_of_options(client):
    for number in range(45):
        make_institution(place=make_place(f"City {number:02}", f"城{number}"))
    assert html_of(client, "/en/partners/").count('name="city"') == 40


def test_the_directory_exports_what_it_finds_on_all_its_pages(client, places):
    for number in range(25):
        make_institution(f"=Partner {number:02}", f"伙伴{number:02}", place=places["Nanjing"])
    make_institution("Elsewhere", place=places["Cambridge"])
    query = f"?city={places['Nanjing'].pk}"
    body = b"".join(client.get(f"/en/partners/directory.csv{query}").streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))
    assert {row["name_en"] for row in rows} == {f"'=Partner {number:02}" for number in range(25)}
    body = b"".join(client.get(f"/en/partners/directory.json{query}").streaming_content)
    items = json.loads(body)["partners"]
    assert [item["slug"] for item in items] == [row["slug"] for row in rows]
    assert items[0]["city_zh_hans"] == "南京"


# A partner


def test_a_partner_page_tells_name_place_type_and_foundation(client, birmingham):
    html = html_of(client, birmingham.get_absolute_url())
    for text in (
        "<h1>University of Birmingham</h1>",
        "伯明翰大学",
        "Birmingham, United Kingdom",
        "Established 1900",
        "https://www.example.ac.uk/",
        "Works with the city of Nanjing.",
    ):
        assert text in html


def test_a_partner_page_does_not_show_the_other_languages_summary(client, birmingham):
    html = html_of(client, f"/zh-hans/partners/{birmingham.slug}/")
    assert "Works with the city of Nanjing." not in html


def test_a_partner_page_shows_its_agreements_with_the_other_parties(client, birmingham, southeast):
    make_agreement(
        birmingham,
        southeast,
        number="2016-02",
        title_en="Joint Research Institute",
        signed="2016-02",
        ends=in_days(60),
    )
    make_agreement(birmingham, "secret", title_en="Hidden one", public_level="hidden")
    html = html_of(client, birmingham.get_absolute_url())
    assert "Joint Research Institute" in html and "with Southeast University" in html
    assert "February 2016 to" in html
    assert "Hidden one" not in html
    assert "?institution=university-of-birmingham" in html


def test_the_relationship_is_told_from_the_newest_step_to_the_oldest(birmingham):
    make_agreement(birmingham, "x", signed="2010", ends="2012-03-01", title_en="Old")
    make_agreement(birmingham, "x", signed="2016-05", title_en="New", announced="2015")
    make_agreement(birmingham, "x", announced=in_days(40), title_en="Future")
    steps = draw("{% relationship partner %}", partner=birmingham)
    found = re.findall(r'<time datetime="([\d-]+)">.*?<p>(\w+)', steps, re.DOTALL)
    assert found == [
        ("2016-05", "Signed"),
        ("2015", "Announced"),
        ("2012-03-01", "Expired"),
        ("2010", "Signed"),
    ]


def test_a_partner_page_shows_its_news(client, birmingham):
    release = make_release(headline_en="Delegation visits Birmingham")
    release.institutions.add(birmingham)
    assert "Delegation visits Birmingham" in html_of(client, birmingham.get_absolute_url())


@pytest.mark.parametrize("hidden", [{"is_public": False}, {"status": "withdrawn"}])
def test_a_partner_that_is_not_public_has_no_page(client, hidden):
    html_of(client, make_institution(**hidden).get_absolute_url(), status=404)


def test_the_office_has_a_page_of_its_own(client):
    assert "The Centre" in html_of(
        client, make_institution("The Centre", is_own=True).get_absolute_url()
    )


def test_the_small_map_leads_to_the_farther_home_city(birmingham, places):
    homes = [places["Cambridge"], places["Nanjing"]]
    html = draw("{% institution_map partner homes %}", partner=birmingham, homes=homes)
    assert re.findall(r"<text[^>]*>(\w+)</text>", html) == ["Birmingham", "Nanjing"]
    assert html.count('class="way"') == 1


def test_a_partner_without_coordinates_has_no_map():
    partner = make_institution(place=make_place())
    assert draw("{% institution_map partner homes %}", partner=partner, homes=[]).strip() == ""


# The map of all partners


def test_the_map_marks_the_cities_of_public_partners_and_the_home_cities(
    birmingham, southeast, places
):
    oxford = make_place("Oxford", "牛津", latitude="51.75", longitude="-1.25")
    make_institution(place=oxford, is_public=False)
    homes = [places["Cambridge"], places["Nanjing"]]
    with translation.override("zh-hans"):
        html = draw("{% partner_map homes %}", homes=homes)
    assert set(re.findall(r"<circle.*?<title>(\w+): (\d+)", html)) == {
        ("伯明翰", "1"),
        ("剑桥", "0"),
        ("南京", "1"),
    }
    assert 'role="img"' in html


def test_the_map_does_without_home_cities(birmingham):
    html = draw("{% partner_map homes %}", homes=[])
    assert html.count("<circle") == 1
    assert 'class="way"' not in html


# The viaduct


def test_the_viaduct_says_in_words_what_it_draws(birmingham):
    talent = CooperationField.objects.get(slug="talent")
    make_agreement(birmingham, signed="2020", ends=in_days(900), field=talent)
    make_agreement(birmingham, signed="2019", ends=in_days(9))
    make_agreement(birmingham, signed="2010", ends="2012")
    make_agreement(birmingham, announced="2026")
    make_agreement(birmingham, signed="2020", ends=in_days(900), public_level="hidden")
    html = draw("{% viaduct %}")
    label = re.search(r'aria-label="([^"]*)"', html).group(1)
    assert label == "Agreements: 4. In force: 1. Expires soon: 1. Lapsed: 1. Other: 1."
    assert html.count('class="mirror"') == 4
    assert str(talent) in html


def test_the_viaduct_stands_without_agreements():
    html = draw("{% viaduct %}")
    assert "Agreements: 0." in html
    assert "Today" in html


# An agreement


def test_an_agreement_page_gives_the_facts_and_says_what_is_not_known(client, birmingham):
    agreement = make_agreement(
        birmingham,
        "several companies",
        number="2016-05",
        signed="2016-05",
        summary_en="Five areas.",
    )
    html = html_of(client, "/en/agreements/2016-05/")
    assert f'href="{birmingham.get_absolute_url()}"' in html
    for text in (
        "several companies",
        "May 2016",
        "not known",
        "Five areas.",
        "Status not confirmed",
    ):
        assert text in html
    assert agreement.number in html


def test_a_sample_term_is_marked_on_its_page(client, birmingham):
    make_agreement(birmingham, number="S-1", signed="2020", ends="2030", terms_are_sample=True)
    assert "Sample term" in html_of(client, "/en/agreements/S-1/")


@pytest.mark.parametrize("level, shown", [("listed", False), ("summary", True), ("full", True)])
def test_the_summary_is_shown_as_far_as_the_agreement_is_public(client, level, shown):
    make_agreement("x", number="P-1", signed="2020", summary_en="Inner words", public_level=level)
    assert ("Inner words" in html_of(client, "/en/agreements/P-1/")) is shown


def test_a_hidden_agreement_has_no_page(client):
    make_agreement("x", number="H-1", signed="2020", public_level="hidden")
    html_of(client, "/en/agreements/H-1/", status=404)


def test_a_party_that_is_not_public_is_named_without_a_link(client):
    secret = make_institution("Quiet Partner", is_public=False)
    make_agreement(secret, number="Q-1", signed="2020")
    html = html_of(client, "/en/agreements/Q-1/")
    assert "Quiet Partner" in html
    assert secret.get_absolute_url() not in html


def test_agreements_that_follow_each_other_are_linked_both_ways(client):
    old = make_agreement("x", number="O-1", signed="2010", superseded_on="2020-01-01")
    make_agreement("x", number="N-1", signed="2020", replaces=old)
    make_agreement("x", number="N-2", signed="2020", replaces=old, public_level="hidden")
    html = html_of(client, "/en/agreements/O-1/")
    assert "/en/agreements/N-1/" in html and "N-2" not in html
    assert "/en/agreements/O-1/" in html_of(client, "/en/agreements/N-1/")


def test_an_agreement_page_shows_its_news(client, birmingham):
    agreement = make_agreement(birmingham, number="A-1", signed="2020")
    release = make_release(headline_en="Memorandum signed")
    release.agreements.add(agreement)
    assert "Memorandum signed" in html_of(client, "/en/agreements/A-1/")


@pytest.mark.parametrize(
    "facts, words",
    [
        ({"signed": "2020-09-25", "ends": "2026-12-31"}, "25 Sep 2020 to 31 Dec 2026"),
        ({"signed": "2015-09-01", "is_evergreen": True}, "1 Sep 2015, no end date"),
        ({"signed": "2016-05"}, "May 2016, term not known"),
        ({"announced": "2026"}, "Announced 2026, not yet signed"),
        ({}, "Start not known, term not known"),
        (
            {"signed": "2018", "ends": "2030", "terminated_on": datetime.date(2020, 3, 1)},
            "2018 to 1 Mar 2020",
        ),
    ],
)
def test_a_term_is_told_as_far_as_it_is_known(facts, words):
    agreement = make_agreement("x", **facts)
    assert draw("{{ agreement|term }}", agreement=agreement) == words


# Size


def fill(count, places, kind):
    """``count`` partners, each with an agreement of its own and one that all share."""
    cities = list(places.values())
    made = [
        Institution(
            slug=f"partner-{n:04}",
            name_en=f"Partner {n:04}",
            name_zh_hans=f"伙伴{n:04}",
            place=cities[n % 3],
            city=cities[n % 3],
        )
        for n in range(count)
    ]
    made = Institution.objects.bulk_create(made)
    Institution.types.through.objects.bulk_create(
        Institution.types.through(institution=one, institutiontype=kind) for one in made
    )
    agreements = [
        Agreement(number=f"N-{n:04}", kind_id="mou", signed="2020-01-15", ends="2099-12-31")
        for n in range(count)
    ]
    for agreement in agreements:
        agreement.derive()
    agreements = Agreement.objects.bulk_create(agreements)
    AgreementParty.objects.bulk_create(
        [AgreementParty(agreement=a, institution=i) for a, i in zip(agreements, made, strict=True)]
        + [AgreementParty(agreement=a, institution=made[0]) for a in agreements[1:]]
    )
    names.KINDS["institution"].reindex([one.pk for one in made])
    registerindex.reindex(one.pk for one in agreements)


@pytest.fixture
def queries_beside(client, places):
    """How many queries a page needs among so many partners and agreements."""

    def count(path, rows):
        Agreement.objects.all().delete()
        Institution.objects.all().delete()
        fill(rows, places, make_type("university"))
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    return count


@pytest.mark.parametrize(
    "path", ["/en/partners/", "/en/partners/?q=partner", "/en/partners/partner-0000/"]
)
def test_a_thousand_partners_and_agreements_cost_as_many_queries_as_thirty(queries_beside, path):
    assert queries_beside(path, 30) == queries_beside(path, 1000)


def test_the_viaduct_and_the_map_need_few_queries_however_many_agreements(
    places, django_assert_num_queries
):
    fill(300, places, make_type("university"))
    homes = [places["Cambridge"], places["Nanjing"]]
    with django_assert_num_queries(2):
        assert draw("{% viaduct %}").count('class="mirror"') == 120
    with django_assert_num_queries(2):
        draw("{% partner_map homes %}", homes=homes)
