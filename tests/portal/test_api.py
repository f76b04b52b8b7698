"""The programming interface: the pages' doors, cursors, validators, and clear refusals."""

import datetime
import json
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from partners.directory import search_institutions
from partners.models import Agreement
from portal.models import Milestone, SiteSettings
from publishing.editorial import services
from publishing.pageviews.models import Total
from publishing.search.documents import search_documents
from tests.builders import (
    make_agreement,
    make_event,
    make_field,
    make_institution,
    make_place,
    make_release,
    make_type,
)

pytestmark = pytest.mark.django_db

BASE = settings.PORTAL_BASE_URL
LISTS = (
    "releases",
    "events",
    "institutions",
    "agreements",
    "milestones",
    "pageviews",
    "search",
)


def ask(client, path, status=200, **headers):
    response = client.get(f"/api/v1/{path}", headers=headers)
    assert response.status_code == status, response.content
    assert response["Access-Control-Allow-Origin"] == "*"
    assert not response.cookies
    return json.loads(response.content)


def every_page(client, path, name):
    """The entries of all pages, and how many pages there were."""
    found, pages, cursor = [], 0, ""
    while True:
        answer = ask(client, f"{path}&cursor={cursor}" if cursor else path)
        found += answer[name]
        pages, cursor = pages + 1, answer["next_cursor"]
        if not cursor:
            return found, pages


def test_a_release_carries_both_languages_and_only_what_is_public(client):
    partner = make_institution(slug="nju")
    hidden = make_institution(slug="hidden", is_public=False)
    release = make_release(
        slug="one", headline_en="Signed", headline_zh_hans="签署", release_date="2020-05",
        field=make_field("culture"), public=["en"],
    )  # fmt: skip
    release.institutions.add(partner, hidden)
    release.events.add(make_event(slug="talk"), make_event(slug="draft", public=[]))
    release.agreements.add(
        make_agreement("a", number="2020-01"),
        make_agreement("b", number="2020-02", public_level=Agreement.PublicLevel.HIDDEN),
    )
    answer = ask(client, "releases/one/")
    assert (answer["release_date"], answer["field"]) == ("2020-05", "culture")
    assert answer["institutions"] == ["nju"]
    assert answer["events"] == ["talk"]
    assert answer["agreements"] == ["2020-01"]
    assert set(answer["languages"]) == {"en"}
    assert answer["languages"]["en"]["address"] == f"{BASE}/en/news/one/"
    assert answer["languages"]["en"]["body"] == "<p>Text.</p>"
    services.publish(item=release, language="zh-hans")
    assert ask(client, "releases/one/")["languages"]["zh-Hans"]["title"] == "签署"


def test_nothing_that_waits_or_is_gone_is_answered(client):
    now, hour = timezone.now(), datetime.timedelta(hours=1)
    times = {
        "draft": {"state_en": "draft"},
        "later": {"publish_at_en": now + hour},
        "embargo": {"embargo_until_en": now + hour},
        "over": {"expire_at_en": now - hour},
        "gone": {"state_en": "unpublished"},
    }
    for slug, fields in times.items():
        given = {"state_en": "published", "publish_at_en": now - 2 * hour} | fields
        make_release(slug=slug, public=[], **given)
        make_event(slug=slug, public=[], **given)
    for kind in ("releases", "events"):
        assert ask(client, f"{kind}/")[kind] == []
        for slug in times:
            ask(client, f"{kind}/{slug}/", 404)
            if kind == "releases":
                ask(client, f"releases/{slug}/ninjs/", 404)
    assert ask(client, "pageviews/")["pageviews"] == []


def test_releases_are_in_the_order_of_the_page_and_filtered_as_there(client):
    culture, medicine = make_field("culture"), make_field("medicine")
    for number, date in enumerate(("2020-01-02", "2019", "", "2020-05", "2018-03-04")):
        make_release(
            slug=f"r{number}", release_date=date, field=culture if number % 2 else medicine
        )
    shown = [row.slug for row in client.get("/en/news/").context["releases"]]
    found, _pages = every_page(client, "releases/?limit=2", "releases")
    assert [one["slug"] for one in found] == shown
    year = ask(client, "releases/?year=2020")["releases"]
    assert [one["slug"] for one in year] == ["r3", "r0"]
    field = ask(client, "releases/?field=culture&year=2019")["releases"]
    assert [one["slug"] for one in field] == ["r1"]


def test_a_language_lists_what_is_published_in_it(client):
    make_release(slug="english", public=["en"])
    make_release(slug="chinese", public=["zh-hans"])
    assert [one["slug"] for one in ask(client, "releases/?lang=en")["releases"]] == ["english"]
    chinese = ask(client, "releases/?lang=zh-Hans")["releases"]
    assert [one["slug"] for one in chinese] == ["chinese"]


@pytest.mark.parametrize(
    ("path", "name", "key"),
    [
        ("releases/?limit=2", "releases", "slug"),
        ("events/?limit=2", "events", "slug"),
        ("events/?limit=2&when=past", "events", "slug"),
        ("institutions/?limit=2", "institutions", "slug"),
        ("agreements/?limit=2", "agreements", "number"),
        ("milestones/?limit=2", "milestones", "date"),
        ("milestones/?limit=2&order=oldest", "milestones", "date"),
        ("pageviews/?limit=2", "pageviews", "release"),
    ],
)
def test_cursors_lead_through_everything_once(client, path, name, key):
    for number in range(5):
        make_release(slug=f"r{number}", release_date="2020-05-04")
        make_event(slug=f"e{number}", start_date="2020-05-04")
        make_agreement(make_institution(slug=f"i{number}"), number=f"2020-0{number}")
        Milestone.objects.create(date=f"2020-05-0{number + 1}", title_en="M")
    found, pages = every_page(client, path, name)
    keys = [one[key] for one in found]
    assert len(keys) == len(set(keys)) == 5
    assert pages == 3


def test_what_is_published_meanwhile_neither_repeats_nor_hides_an_entry(client):
    for number in range(4):
        make_release(slug=f"r{number}", release_date=f"2020-05-0{number + 1}")
    first = ask(client, "releases/?limit=2")
    make_release(slug="new", release_date="2020-06-01")
    second = ask(client, f"releases/?limit=2&cursor={first['next_cursor']}")
    assert [one["slug"] for one in first["releases"]] == ["r3", "r2"]
    assert [one["slug"] for one in second["releases"]] == ["r1", "r0"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("cursor=zz", "cursor"),
        ("cursor=1.", "cursor"),
        ("cursor=%00", "cursor"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=many", "limit"),
        ("year=0", "year"),
        ("lang=fr", "lang"),
        ("feild=culture", "feild"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(client, query, word):
    answer = ask(client, f"releases/?{query}", 400)
    assert word in answer["detail"] and answer["detail"].endswith(".")


@pytest.mark.parametrize("name", LISTS)
def test_no_list_takes_a_parameter_it_does_not_know(client, name):
    assert "nonsense" in ask(client, f"{name}/?nonsense=1", 400)["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "releases/?field=none",
        "institutions/?type=none",
        "institutions/?country=XX",
        "agreements/?institution=none",
        "releases/none/",
        "nothing/",
        "releases/a/b/c",
    ],
)
def test_what_does_not_exist_is_said_in_a_sentence(client, path):
    assert ask(client, path, 404)["detail"].endswith(".")


@pytest.mark.parametrize("cursor", ["99999999999999999.1", "-99999999999999999.1", "0.0"])
def test_a_cursor_beyond_every_date_is_an_ordinary_place(client, cursor):
    make_release()
    make_event()
    Milestone.objects.create(date="2020", title_en="M")
    for name in ("releases", "events", "milestones", "pageviews"):
        ask(client, f"{name}/?cursor={cursor}")


def test_institutions_come_in_the_order_of_the_directory(client):
    kind = make_type()
    for name, chinese in (
        ("Nanjing University", "南京大学"),
        ("Nanjing Tech University", "南京工业大学"),
        ("University of Cambridge", "剑桥大学"),
    ):
        make_institution(name, chinese, types=[kind])
    for text, code, tag in (("nanjing", "en", "en"), ("南京", "zh-hans", "zh-Hans")):
        page = search_institutions(text, language=code)
        answer = ask(client, f"institutions/?q={text}&lang={tag}")
        assert [one["slug"] for one in answer["institutions"]] == [
            result.institution.slug for result in page.results
        ]
        assert answer["total"] == page.total == 2
    found = ask(client, "institutions/?type=university&q=cambridge")["institutions"]
    assert [one["name"]["zh-Hans"] for one in found] == ["剑桥大学"]


def test_search_comes_in_the_order_of_the_page(client):
    for number in range(3):
        make_release(headline_en=f"Energy storage {number}", body_en="<p>About energy.</p>")
    results = search_documents("energy", language="en")
    answer = ask(client, "search/?q=energy")
    assert [hit["title"] for hit in answer["hits"]] == [
        "".join(part.text for part in hit.title) for hit in results.hits
    ]
    assert answer["counts"] == {"release": 3}
    assert answer["hits"][0]["address"].startswith(f"{BASE}/en/news/")
    assert ask(client, "search/?q=energy&kind=event")["hits"] == []


@pytest.mark.parametrize("q", ["", "%00", "%ED%A0%80", "NEAR(", '"', "x" * 10_000, "😀"])
def test_no_question_breaks_the_searches(client, q):
    make_institution()
    ask(client, f"search/?q={q}")
    ask(client, f"institutions/?q={q}")


def test_an_agreement_shows_as_much_as_the_register_may(client):
    hidden = make_institution("Hidden partner", slug="hidden", is_public=False)
    make_agreement(
        make_institution(slug="nju"), hidden, "several companies", number="2020-01",
        summary_en="Secret.", public_level=Agreement.PublicLevel.LISTED, signed="2020-05",
    )  # fmt: skip
    answer = ask(client, "agreements/2020-01/")
    assert answer["summary"] == {}
    assert [one["institution"] for one in answer["parties"]] == ["nju", None, None]
    assert answer["parties"][2]["name"] == {"en": "several companies"}
    assert answer["signed"] == "2020-05"
    Agreement.objects.update(public_level=Agreement.PublicLevel.HIDDEN)
    ask(client, "agreements/2020-01/", 404)
    assert ask(client, "agreements/")["agreements"] == []


def test_milestones_lead_only_to_what_is_public(client):
    Milestone.objects.create(
        date="2020-05", title_en="Begun", release=make_release(public=[]),
        event=make_event(slug="talk"), place=make_place(),
    )  # fmt: skip
    Milestone.objects.create(date="2020-06", title_en="Hidden", is_public=False)
    (one,) = ask(client, "milestones/")["milestones"]
    assert (one["release"], one["event"], one["date"]) == (None, "talk", "2020-05")


def test_pageviews_are_those_of_now(client):
    release = make_release(slug="one")
    assert ask(client, "pageviews/")["total"] == 0
    Total.objects.update_or_create(kind="release", object_id=release.pk, defaults={"views": 7})
    assert ask(client, "pageviews/") == {
        "pageviews": [{"release": "one", "pageviews": 7}],
        "total": 7,
        "next_cursor": "",
    }
    assert ask(client, "releases/one/")["pageviews"] == 7


@pytest.mark.parametrize("name", LISTS)
def test_an_unchanged_answer_is_304_and_head_is_get_without_a_body(client, name):
    response = client.get(f"/api/v1/{name}/")
    etag = response["ETag"]
    again = client.get(f"/api/v1/{name}/", headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert again["Access-Control-Allow-Origin"] == "*"
    headed = client.head(f"/api/v1/{name}/")
    assert (headed.status_code, headed.content, headed["ETag"]) == (200, b"", etag)


def test_a_change_changes_the_etag(client):
    release = make_release(slug="one")
    etag = client.get("/api/v1/releases/one/")["ETag"]
    type(release).objects.filter(pk=release.pk).update(headline_en="Other")
    answer = client.get("/api/v1/releases/one/", headers={"If-None-Match": etag})
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["releases/", "search/", "nothing/", "openapi.json"])
def test_nothing_can_be_written(method, path):
    response = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1/{path}")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_browsers_of_other_origins_may_ask(client):
    response = client.options("/api/v1/releases/")
    assert response.status_code == 204
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_an_address_without_its_last_slash_is_the_same(client):
    make_release(slug="one")
    for path in ("releases/", "releases/one/", "releases/one/ninjs/"):
        assert ask(client, path) == ask(client, path.rstrip("/"))


def test_the_description_names_every_endpoint_and_nothing_from_elsewhere(client):
    described = ask(client, "openapi.json")
    assert {f"/api/v1/{name}/" for name in LISTS} <= set(described["paths"])
    assert all(set(methods) == {"get"} for methods in described["paths"].values())


@pytest.mark.parametrize("name", LISTS[:-1])
def test_a_list_costs_the_same_number_of_queries_however_long(
    client, name, django_assert_num_queries, django_assert_max_num_queries
):
    def fill():
        country = make_place("China", "中国", level="country", country="CN")
        place, field = make_place(parent=country), make_field()
        partner = make_institution(place=place, types=[make_type()])
        agreement = make_agreement(partner, make_institution(), field=field)
        event = make_event(place=place, field=field)
        event.institutions.add(partner)
        release = make_release(field=field)
        release.institutions.add(partner)
        release.agreements.add(agreement)
        release.events.add(event)
        Milestone.objects.create(
            date="2020", title_en="M", release=release, event=event, place=place
        )

    fill()
    with django_assert_max_num_queries(40) as few:
        client.get(f"/api/v1/{name}/?limit=100")
    for _ in range(4):
        fill()
    with django_assert_num_queries(len(few)):
        client.get(f"/api/v1/{name}/?limit=100")


def test_a_release_as_ninjs(client):
    SiteSettings.objects.create(pk=1, name_en="The Centre", name_zh_hans="中心")
    release = make_release(
        slug="one",
        headline_zh_hans="签署",
        summary_zh_hans="摘要",
        summary_en="Summary",
        source_name_zh_hans="新华社",
        source_name_en="Xinhua",
    )
    release.institutions.add(make_institution("Nanjing University", "南京大学", slug="nju"))
    item = ask(client, "releases/one/ninjs/?lang=zh-Hans")
    assert item["standard"]["version"] == "3.1"
    assert item["uri"] == f"{BASE}/zh-hans/news/one/"
    assert (item["language"], item["pubStatus"], item["type"]) == ("zh-Hans", "usable", "text")
    assert item["headlines"] == [{"role": "main", "value": "签署"}]
    assert [body["contentType"] for body in item["bodies"]] == ["text/html", "text/plain"]
    assert item["bodies"][1]["value"] == "正文。"
    assert item["organisations"][0]["name"] == "南京大学"
    assert item["organisations"][0]["uri"] == f"{BASE}/zh-hans/partners/nju/"
    assert item["infoSources"] == [{"name": "新华社", "role": "source"}]
    assert datetime.datetime.fromisoformat(item["versionCreated"])
    services.withdraw(item=release, language="zh-hans", notice="Wrong.")
    assert ask(client, "releases/one/ninjs/?lang=zh-Hans")["pubStatus"] == "canceled"


def test_institutions_and_two_party_agreements_in_the_shape_of_ewp(client):
    china = make_place("China", "中国", level="country", country="CN")
    one = make_institution("A & B", "甲乙", slug="one", place=make_place(parent=china))
    two = make_institution(slug="two")
    make_agreement(one, two, number="2020-01", signed="2020-05-04", is_evergreen=True)
    make_agreement(one, two, make_institution(), number="2020-02")
    make_agreement(one, "several companies", number="2020-03")

    root = ElementTree.fromstring(client.get("/api/v1/institutions/one/ewp/").content)
    names = {n.get("{http://www.w3.org/XML/1998/namespace}lang"): n.text for n in root.iter()
             if n.tag.endswith("}name")}  # fmt: skip
    assert names == {"en": "A & B", "zh-Hans": "甲乙"}
    assert [n.text for n in root.iter() if n.tag.endswith("}country")] == ["CN"]

    root = ElementTree.fromstring(client.get("/api/v1/agreements/2020-01/ewp").content)
    assert len([n for n in root.iter() if n.tag.endswith("}partner")]) == 2
    assert {n.text for n in root.iter() if n.tag.endswith("}signing-date")} == {"2020-05-04"}
    assert [n.text for n in root.iter() if n.tag.endswith("}in-effect")] == ["true"]
    for number in ("2020-02", "2020-03"):
        assert "two institutions" in ask(client, f"agreements/{number}/ewp/", 404)["detail"]
