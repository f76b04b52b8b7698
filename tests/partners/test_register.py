"""The public register: its table, its filters, its totals and what it lets people take away."""

import csv
import datetime
import io
import json
import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners import registerindex, services
from partners.models import (
    Agreement,
    AgreementArea,
    AgreementParty,
    CooperationField,
    Institution,
    Place,
    RegisterEntry,
)
from publishing.cache.shared import rendering_of
from publishing.exchange.cells import plain_cell
from publishing.search import documents
from tests.builders import make_agreement, make_concluded, make_institution, make_place

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def in_days(days):
    return str(timezone.localdate() + days * DAY)


@pytest.fixture
def nanjing():
    return make_institution("Nanjing University", "南京大学")


@pytest.fixture
def agreements(nanjing):
    """One of each look, and one that the register does not show."""
    field = CooperationField.objects.get(slug="talent")
    return {
        "active": make_agreement(
            nanjing, number="A-1", signed="2020-09-25", ends=in_days(900), field=field
        ),
        "soon": make_agreement(
            make_institution("Peking University", "北京大学"),
            number="S-1",
            kind_id="mou",
            signed="2019-05",
            ends=in_days(30),
            terms_are_sample=True,
        ),
        "lapsed": make_agreement(nanjing, number="L-1", signed="2010", ends="2015-06-30"),
        "open": make_agreement("several companies", number="O-1", announced=in_days(-20)),
        "hidden": make_agreement(nanjing, number="H-1", signed="2020", public_level="hidden"),
    }


def get(client, query="", language="en"):
    response = client.get(f"/{language}/agreements/{query}")
    assert response.status_code == 200
    return response


def shown(response):
    return re.findall(
        r'<a class="name d" href="/[-a-z]+/agreements/([^/]+)/', response.content.decode()
    )


def states(response):
    """The class that stands for each look, in the order of the rows."""
    return re.findall(r'<td class="state"><span class="st (\S+)">', response.content.decode())


def test_what_needs_attention_comes_first_and_hidden_agreements_are_absent(client, agreements):
    response = get(client)
    assert shown(response) == ["S-1", "A-1", "O-1", "L-1"]
    assert "H-1" not in response.content.decode()


@pytest.mark.parametrize("look", ["active", "soon", "lapsed", "open"])
def test_each_look_has_a_filter(client, agreements, look):
    response = get(client, f"?status={look}")
    assert shown(response) == [agreements[look].number]
    assert response.content.decode().count('aria-current="true"') == 1


@pytest.mark.parametrize(
    "query, numbers",
    [
        ("?kind=mou", ["S-1"]),
        ("?field=talent", ["A-1"]),
        ("?institution=nanjing-university", ["A-1", "L-1"]),
        ("?year=2019", ["S-1"]),
        ("?institution=nanjing-university&status=lapsed", ["L-1"]),
        ("?kind=mou&year=2010", []),
    ],
)
def test_filters_narrow_the_table_and_combine(client, agreements, query, numbers):
    assert shown(get(client, query)) == numbers


def test_a_filter_in_use_can_be_taken_away_without_the_others(client, agreements):
    response = get(client, "?institution=nanjing-university&year=2020")
    chips = {chip.label: chip.address for chip in response.context["chips"]}
    assert chips == {
        "Nanjing University": "/en/agreements/?year=2020",
        "2020": "/en/agreements/?institution=nanjing-university",
    }


def test_the_register_tells_how_it_stood_on_a_day(client, agreements, nanjing):
    stopped = make_agreement(nanjing, "x", number="T-1", signed="2012", ends="2012-12-31")
    services.extend(agreement=stopped, date=datetime.date(2012, 12, 1), ends="2020-01-01")
    services.terminate(agreement=stopped, date=datetime.date(2016, 5, 1))
    response = get(client, "?on=2015-06-30&sort=number")
    assert shown(response) == ["L-1", "T-1"]
    assert states(response) == ["st-soon", "st-active"]
    assert [total.count for total in response.context["totals"]] == [1, 1, 0, 0]
    html = response.content.decode()
    assert 'value="2015-06-30"' in html and "Status on 30 June 2015" in html
    assert shown(get(client, "?on=2015-07-01&status=lapsed")) == ["L-1"]
    assert shown(get(client, "?on=2016-05-01&status=active")) == []
    row, second = rows_of(client.get("/en/agreements/register.csv?on=2015-06-30&sort=number"))
    assert (row["number"], row["status"], second["status"]) == ("L-1", "expiring", "in_force")
    answer = client.get("/en/agreements/register.json?on=2015-06-30")
    assert "agreements-2015-06-30.json" in answer["Content-Disposition"]


def test_rows_that_are_kept_belong_to_their_day_their_years_and_their_language(client, agreements):
    make_agreement("nobody knows when", number="U-1")
    asked = [
        (query, language)
        for query in [
            "",
            "?sort=number",
            "?on=2015-06-30",
            "?year=2010",
            "?kind=mou",
            "?sort=field",
        ]
        for language in ("en", "zh-hans")
    ]
    with rendering_of("rows kept"):
        kept = [get(client, *one).content for one in asked]
    assert kept == [get(client, *one).content for one in asked]


def test_a_page_of_undated_agreements_has_no_column_of_years(client):
    make_agreement("nobody knows when", number="U-1")
    html = get(client).content.decode()
    assert 'class="axis"' not in html and "Start not known" in html
    make_agreement("somebody knows", number="D-1", signed="2019", ends="2021")
    assert 'class="axis"' in get(client).content.decode()


def test_a_row_is_rendered_once_for_each_version(client, agreements):
    with rendering_of("rows rendered once"):
        get(client)
        with CaptureQueriesContext(connection) as again:
            get(client, "?sort=number")
    with CaptureQueriesContext(connection) as anew:
        get(client, "?sort=number")
    asked = [
        sum('FROM "partners_agreementparty"' in one["sql"] for one in q) for q in (again, anew)
    ]
    assert asked[0] == 0 < asked[1]


def test_the_chip_of_a_day_takes_it_away(client, agreements):
    chips = get(client, "?on=2015-06-30&year=2010").context["chips"]
    assert [(chip.label, chip.address) for chip in chips] == [
        ("Status on 30 June 2015", "/en/agreements/?year=2010"),
        ("2010", "/en/agreements/?on=2015-06-30"),
    ]


@pytest.mark.parametrize("day", ["", "2015", "0001-01-01", "9999-12-31", "2015-02-30", "x", "%00"])
def test_a_day_that_is_none_is_not_asked(client, agreements, day):
    assert len(shown(get(client, f"?on={day}"))) == 4


@pytest.mark.parametrize(
    "query",
    [
        "?status=nonsense&kind=x&field=x&institution=x&year=x&sort=x",
        "?year=99999",
        "?year=%D9%A2%D9%A0%D9%A2%D9%A0",
        "?kind=%00&country=%00&field=%00&institution=%00&activity=%00",
    ],
)
def test_values_that_mean_nothing_are_not_asked(client, agreements, query):
    assert len(shown(get(client, query))) == 4


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "٢", "99999999999999999999"])
def test_a_page_that_is_not_there_is_not_found(client, agreements, number):
    assert client.get(f"/en/agreements/?page={number}").status_code == 404


@pytest.mark.parametrize(
    "sort, numbers",
    [
        ("ends", ["L-1", "S-1", "A-1", "O-1"]),
        ("number", ["A-1", "L-1", "O-1", "S-1"]),
        ("signed", ["A-1", "S-1", "L-1", "O-1"]),
        ("partner", ["A-1", "L-1", "S-1", "O-1"]),
        ("field", ["A-1", "L-1", "O-1", "S-1"]),
    ],
)
def test_the_reader_chooses_the_order(client, agreements, sort, numbers):
    assert shown(get(client, f"?sort={sort}")) == numbers


def test_partners_are_sorted_by_their_name_in_the_readers_language(client):
    own = make_institution("The Centre", "中心", is_own=True)
    make_agreement(own, make_institution("Zebra", "A大学"), number="1", signed="2020")
    make_agreement(own, make_institution("Aardvark", "B大学"), number="2", signed="2020")
    assert shown(get(client, "?sort=partner")) == ["2", "1"]
    assert shown(get(client, "?sort=partner", "zh-hans")) == ["1", "2"]


def test_the_totals_count_the_whole_register_and_are_words(client, agreements):
    response = get(client, "?status=lapsed")
    assert response.context["total"] == 4
    assert [(total.look, total.count) for total in response.context["totals"]] == [
        ("active", 1),
        ("soon", 1),
        ("lapsed", 1),
        ("open", 1),
    ]


def test_a_sample_term_is_marked_and_an_unknown_one_said_to_be_unknown(client, agreements):
    make_agreement("a company", number="U-1", signed=in_days(-10))
    html = get(client).content.decode()
    assert html.count("Sample term") == 1
    assert "term not known" in html
    assert "not yet signed" in html


def test_a_date_known_to_the_month_stays_a_month(client, agreements):
    assert "May 2019 to" in get(client).content.decode()
    assert "2019年5月" in get(client, language="zh-hans").content.decode()


def test_the_arches_do_not_use_style_or_script(client, agreements):
    html = get(client).content.decode()
    assert html.count('class="gantt"') == 4
    assert " style=" not in html and "<script>" not in html


def test_the_table_says_how_it_is_sorted_to_those_who_cannot_see_it(client, agreements):
    html = get(client, "?sort=ends").content.decode()
    assert html.count("aria-sort=") == 1
    assert "<caption" in html and 'scope="row"' in html


# What people take away


def rows_of(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    "query", ["", "?status=active", "?sort=number", "?institution=nanjing-university"]
)
def test_csv_and_json_hold_what_the_page_shows_in_its_order(client, agreements, query):
    numbers = shown(get(client, query))
    rows = rows_of(client.get(f"/en/agreements/register.csv{query}"))
    body = b"".join(client.get(f"/en/agreements/register.json{query}").streaming_content)
    assert [row["number"] for row in rows] == numbers
    assert [item["number"] for item in json.loads(body)["agreements"]] == numbers


def test_the_page_links_to_the_exports_of_its_own_choice(client, agreements):
    html = get(client, "?status=soon&year=2019").content.decode()
    assert "/en/agreements/register.csv?status=soon&amp;year=2019" in html


def test_an_export_names_both_languages_and_the_status(client, agreements, settings):
    row = rows_of(client.get("/en/agreements/register.csv?status=active"))[0]
    assert row["parties_en"] == "Nanjing University"
    assert row["parties_zh_hans"] == "南京大学"
    assert row["field_zh_hans"] == "人才培养"
    assert (row["status"], row["sample_term"]) == ("in_force", "no")
    assert row["address"] == f"{settings.PORTAL_BASE_URL}/en/agreements/A-1/"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(client, start):
    make_agreement("x", number="F-1", signed="2020", title_en=f"{start}1+1")
    row = rows_of(client.get("/en/agreements/register.csv"))[0]
    assert row["title_en"] == f"'{start}1+1"


def test_plain_text_and_numbers_are_left_as_they_are():
    assert [plain_cell(value) for value in ("2020-04", 7, None, "南京")] == [
        "2020-04",
        "7",
        "",
        "南京",
    ]


def test_json_keeps_the_text_as_it_is(client):
    make_agreement("x", number="F-1", signed="2020", title_en='=1+1 "南京"')
    body = b"".join(client.get("/en/agreements/register.json").streaming_content)
    assert json.loads(body)["agreements"][0]["title_en"] == '=1+1 "南京"'


def test_an_empty_register_says_so_and_exports_its_columns(client):
    assert "No agreement matches" in get(client).content.decode()
    assert rows_of(client.get("/en/agreements/register.csv")) == []
    body = b"".join(client.get("/en/agreements/register.json").streaming_content)
    assert json.loads(body) == {"agreements": []}


# Kept in step


def test_the_register_shows_those_of_one_country_or_with_one_activity(client, agreements):
    place = make_place("Leeds", "利兹", parent=Place.objects.get(country="GB", parent=None))
    leeds = make_institution("University of Leeds", "利兹大学", place=place)
    made = make_concluded(leeds, make_institution(), number="C-1")
    AgreementArea.objects.create(agreement=made, activity="research")
    make_concluded(make_institution(place=place, is_public=False), leeds, number="C-2")
    assert shown(get(client, "?country=GB&sort=number")) == ["C-1", "C-2"]
    found = get(client, "?activity=research")
    assert shown(found) == ["C-1"]
    assert "joint research" in found.content.decode()
    choices = found.context["choices"]
    assert ("GB", "United Kingdom") in choices["countries"]
    assert [value for value, _label in choices["activities"]] == ["research"]


def test_what_the_register_is_sorted_by_follows_every_change(client):
    first, second = make_institution("Beta", "乙"), make_institution("Gamma", "丙")
    one = make_agreement(first, number="1", signed="2020", ends=in_days(900))
    make_agreement(second, number="2", signed="2020", ends=in_days(800))
    assert shown(get(client, "?sort=partner")) == ["1", "2"]
    second.name_en = "Alpha"
    second.save()
    assert shown(get(client, "?sort=partner")) == ["2", "1"]
    one.parties.get().delete()
    AgreementParty.objects.create(agreement=one, label_en="Aardvark enterprises")
    assert shown(get(client, "?sort=partner")) == ["1", "2"]
    services.terminate(agreement=one, date=timezone.localdate(), effective=timezone.localdate())
    assert shown(get(client, "?status=lapsed")) == ["1"]
    one.refresh_from_db()
    one.public_level = "hidden"
    one.save()
    assert shown(get(client)) == ["2"]


def test_the_totals_change_with_the_day_and_no_job(client, monkeypatch):
    make_agreement("several companies", number="1", signed="2020-01-01", ends=in_days(400))
    assert totals(get(client)) == {"active": 1}
    for days, look in ((390, "soon"), (401, "lapsed")):
        day = timezone.localdate() + days * DAY
        with monkeypatch.context() as later:
            later.setattr(timezone, "localdate", lambda *_, day=day: day)
            assert totals(get(client)) == {look: 1}
            assert shown(get(client, f"?status={look}")) == ["1"]


def test_an_entry_that_is_lost_is_told_and_made_anew(client, agreements, capsys):
    RegisterEntry.objects.filter(number="A-1").delete()
    with pytest.raises(CommandError):
        call_command("rebuild_search", "--check")
    assert "register: 1 differ" in capsys.readouterr().err
    call_command("rebuild_search", verbosity=0)
    call_command("rebuild_search", "--check")
    assert "A-1" in shown(get(client))


def totals(response):
    return {total.look: total.count for total in response.context["totals"] if total.count}


def test_an_export_is_in_the_order_of_the_page(client, agreements):
    for query in ("?sort=partner", "?status=active", "?on=2015-06-30&sort=ends"):
        page = shown(get(client, query))
        lines = rows_of(client.get(f"/en/agreements/register.csv{query}"))
        assert [line["number"] for line in lines] == page


# Size


def test_more_than_a_thousand_partners_are_exported_and_indexed(client):
    names = [f"Institution {n}" for n in range(1002)]
    partners = Institution.objects.bulk_create(
        Institution(slug=f"i-{n}", name_en=name) for n, name in enumerate(names)
    )
    agreements = Agreement.objects.bulk_create(
        Agreement(number=f"N-{n}", kind_id="mou") for n in range(501)
    )
    AgreementParty.objects.bulk_create(
        AgreementParty(agreement=agreements[n // 2], institution=partner)
        for n, partner in enumerate(partners)
    )
    documents.reindex_queryset(Agreement.objects.all())
    registerindex.reindex(one.pk for one in agreements)
    assert len(rows_of(client.get("/en/agreements/register.csv"))) == 501


def fill(count, institution):
    made = [
        Agreement(
            number=f"N-{n:05}",
            kind_id="mou",
            signed=f"{2000 + n % 25}-01-15",
            ends=f"{2026 + n % 9}-12-31",
        )
        for n in range(count)
    ]
    for agreement in made:
        agreement.derive()
    made = Agreement.objects.bulk_create(made)
    AgreementParty.objects.bulk_create(
        [AgreementParty(agreement=agreement, institution=institution) for agreement in made]
    )
    registerindex.reindex(agreement.pk for agreement in made)


@pytest.mark.parametrize(
    "path",
    ["/en/agreements/", "/en/agreements/?institution=nanjing-university&kind=mou&sort=partner"],
)
def test_a_thousand_agreements_cost_as_many_queries_as_ten(
    client, nanjing, django_assert_num_queries, path
):
    fill(10, nanjing)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    Agreement.objects.all().delete()
    fill(1000, nanjing)
    with django_assert_num_queries(len(few)):
        response = client.get(path)
    assert len(shown(response)) == 50
    assert len(few) < 25


def test_an_agreement_page_costs_the_same_beside_a_thousand_others(
    client, nanjing, django_assert_num_queries
):
    fill(10, nanjing)
    with CaptureQueriesContext(connection) as few:
        assert client.get("/en/agreements/N-00001/").status_code == 200
    Agreement.objects.all().delete()
    fill(1000, nanjing)
    with django_assert_num_queries(len(few)):
        client.get("/en/agreements/N-00001/")
