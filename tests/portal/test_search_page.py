"""The search page and its suggestions, as a reader meets them."""

import datetime
from urllib.parse import quote

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Agreement, InstitutionName
from portal.models import Milestone
from publishing.editorial import services
from publishing.search.models import SearchMiss
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_page,
    make_place,
    make_release,
)

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def get(client, query, language="en"):
    response = client.get(f"/{language}/search/?{query}")
    assert response.status_code == 200
    return response


def titles(client, text, language="en", **filters):
    query = "&".join([f"q={quote(text)}", *(f"{name}={value}" for name, value in filters.items())])
    hits = get(client, query, language).context.get("hits", [])
    return ["".join(part.text for part in hit["title"]) for hit in hits]


def suggested(client, text, path="search/suggestions.json", language="en"):
    response = client.get(f"/{language}/{path}", {"q": text})
    assert response.status_code == 200 and not response.cookies
    return [option["text"] for option in response.json()["options"]]


def test_results_are_filtered_by_kind_year_and_language(client):
    make_release(
        headline_en="Joint lab opens", headline_zh_hans="联合实验室", release_date="2019-05-04"
    )
    make_release(headline_en="Joint course", release_date="2021", public=["en"])
    make_event(title_en="Joint evening", start_date="2021-03-01")
    assert len(titles(client, "joint")) == 3
    assert titles(client, "joint", kind="event") == ["Joint evening"]
    assert sorted(titles(client, "joint", year=2021)) == ["Joint course", "Joint evening"]
    assert titles(client, "联合", language="zh-hans") == ["联合实验室"]
    assert titles(client, "joint", language="zh-hans") == titles(client, "joint")
    answer = get(client, "q=joint&year=2021&kind=release")
    assert [choice["label"] for choice in answer.context["choices"]] == [
        "English",
        "简体中文",
        "2021",
        "2019",
    ]
    assert 'value="2021"' in answer.content.decode()


@pytest.mark.parametrize(
    "odd", ["year=0", "year=99999", "year=20x1", "year=²", "kind=x", "language=fr", "page=0"]
)
def test_a_filter_that_does_not_exist_filters_by_nothing(client, odd):
    make_release(headline_en="Joint lab opens")
    assert len(get(client, f"q=joint&{odd}").context["hits"]) == 1


def test_only_one_language_is_searched_when_it_is_chosen(client):
    make_release(headline_en="Joint lab opens", headline_zh_hans="联合实验室 joint")
    answer = get(client, "q=joint&language=zh-hans")
    (hit,) = answer.context["hits"]
    assert hit["url"].startswith("/zh-hans/news/")
    assert f'href="{hit["url"]}" lang="zh-Hans" hreflang="zh-Hans"' in answer.content.decode()


def test_a_hit_says_the_city_the_other_name_and_the_status(client):
    place = make_place("Nanjing", "南京", level="city")
    partner = make_institution("Southeast University", "东南大学", place=place)
    make_agreement(partner, "The Centre", signed="2001-01-01", ends="2002-01-01")
    hits = {hit["kind_label"]: hit for hit in get(client, "q=southeast").context["hits"]}
    assert hits["Partner"]["place"] == "Nanjing"
    assert hits["Partner"]["other_name"] == "东南大学"
    assert hits["Agreement"]["status"] == "expired"


def test_a_corrected_word_is_told(client):
    make_release(headline_en="Birmingham opens a laboratory")
    answer = get(client, "q=Birmingam").content.decode()
    assert "Shown instead: “birmingham”" in answer and "<mark>Birmingham</mark>" in answer


def test_the_page_costs_the_same_whatever_is_found(client):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            get(client, "q=joint")
        return len(queries)

    partner = make_institution("Joint Institute", place=make_place())
    make_agreement(partner, "Joint Centre")
    make_release(headline_en="Joint lab", release_date="2019")
    before = cost()
    for number in range(6):
        make_agreement(make_institution(f"Joint {number}", place=partner.place), "Joint Centre")
        make_release(headline_en=f"Joint lab {number}", release_date=str(2010 + number))
    assert cost() == before


def test_suggestions_are_partners_first_then_titles(client):
    partner = make_institution("Southeast University", "东南大学", slug="southeast")
    InstitutionName.objects.create(institution=partner, text="SEU", kind="abbreviation")
    make_release(headline_en="Southeast summer school")
    assert suggested(client, "southe") == ["Southeast University", "Southeast summer school"]
    assert suggested(client, "seu") == ["Southeast University"]
    assert suggested(client, "东", language="zh-hans") == ["东南大学"]
    assert suggested(client, "southe", "partners/suggestions.json") == ["Southeast University"]
    for nothing in ("", " ", "\x00", '"', "x" * 5000):
        assert suggested(client, nothing) == []


def nowhere(client, word):
    return (
        titles(client, word) == []
        and suggested(client, word) == []
        and suggested(client, word, "partners/suggestions.json") == []
        and not get(client, f"q={word[:-1]}x").context["corrected"]
    )


def test_what_is_not_public_is_in_no_result_suggestion_or_correction(client):
    now = timezone.now()
    make_release(headline_en="Zanzibarian draft", public=[])
    make_page(title_en="Zanzibarian draft", public=[])
    waiting = make_release(headline_en="Zanzibarian tomorrow", public=[])
    services.publish(item=waiting, language="en", at=now + HOUR)
    make_institution("Zanzibarian University", is_public=False)
    make_institution("Zanzibarian Academy", status="withdrawn")
    make_agreement("Zanzibarian Centre", public_level=Agreement.PublicLevel.HIDDEN)
    assert nowhere(client, "Zanzibarian")


def test_a_release_appears_at_its_instant_and_goes_when_withdrawn(client, monkeypatch):
    begin = timezone.now()
    release = make_release(headline_en="Zanzibarian summer", public=[])
    services.publish(item=release, language="en", at=begin + HOUR)
    assert nowhere(client, "Zanzibarian")
    monkeypatch.setattr(timezone, "now", lambda: begin + HOUR)
    assert titles(client, "zanzibarian") == suggested(client, "zanz") == ["Zanzibarian summer"]
    services.withdraw(item=release, language="en", notice="An error.")
    assert nowhere(client, "Zanzibarian")


@pytest.mark.parametrize("limit", ["embargo_until_en", "expire_at_en"])
def test_embargo_and_expiry_hold_at_their_instant_without_a_job(client, monkeypatch, limit):
    begin = timezone.now()
    release = make_release(headline_en="Zanzibarian summer", public=["en"])
    setattr(release, limit, begin + HOUR)
    release.save()
    is_embargo = limit.startswith("embargo")
    for now, is_open in ((begin + HOUR / 2, not is_embargo), (begin + HOUR, is_embargo)):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        found = ["Zanzibarian summer"] if is_open else []
        assert titles(client, "zanzibarian") == suggested(client, "zanz") == found


def test_what_a_row_quotes_changes_with_it(client):
    place = make_place("Jinling", "金陵", level="city")
    partner = make_institution("Southeast University", "东南大学", place=place)
    agreement = make_agreement(partner, "The Centre", kind_id="mou")
    assert titles(client, "jinling") == ["Southeast University"]
    place.name_en = "Nanking"
    place.save()
    assert titles(client, "jinling") == []
    assert titles(client, "nanking") == ["Southeast University"]
    name = InstitutionName.objects.create(institution=partner, text="Chengxian Academy")
    assert titles(client, "chengxian") == ["Southeast University"]
    name.delete()
    assert titles(client, "chengxian") == []
    partner.name_en = "Dongnan University"
    partner.save()
    assert len(titles(client, "dongnan", kind="agreement")) == 1
    agreement.public_level = Agreement.PublicLevel.HIDDEN
    agreement.save()
    assert titles(client, "dongnan") == ["Dongnan University"]


def test_what_is_rolled_back_was_never_found(client):
    release = make_release(headline_en="Joint lab opens")
    partner = make_institution("Southeast University", slug="southeast")
    with pytest.raises(RuntimeError), transaction.atomic():
        release.headline_en = "Zanzibarian lab"
        release.save()
        partner.name_en = "Zanzibarian University"
        partner.save()
        assert len(titles(client, "zanzibarian")) == 2
        raise RuntimeError
    assert nowhere(client, "Zanzibarian")
    assert titles(client, "joint") == ["Joint lab opens"]
    assert suggested(client, "southe") == ["Southeast University"]


def test_what_nobody_found_is_noted_once_with_a_count(client):
    make_release(headline_en="Joint lab opens")
    for _asked in range(3):
        get(client, "q=Qwxyzt")
    get(client, "q=joint")
    get(client, "q=Qwxyzt&kind=event")
    client.get("/en/partners/?q=Qwxyzt")
    client.get("/en/partners/?q=&country=XX")
    assert list(SearchMiss.objects.values_list("text", "language", "count")) == [
        ("qwxyzt", "en", 4)
    ]


def test_words_still_being_typed_are_noted_as_far_as_they_came(client):
    for text in ("qw", "qwx", "qwxyz", "qwxyz t"):
        get(client, f"q={text}")
    assert list(SearchMiss.objects.values_list("text", flat=True)) == ["qwxyz t"]


@pytest.mark.parametrize("text", ["wei@example.org", "+86 25 8379 0000", "E12345678", "x", ""])
def test_what_may_be_about_a_person_is_not_noted(client, text):
    client.get("/en/search/", {"q": text})
    assert not SearchMiss.objects.exists()


def test_a_page_answers_where_nothing_can_be_noted(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("read only")

    monkeypatch.setattr(SearchMiss.objects, "filter", refuse)
    get(client, "q=qwxyz")
    assert not SearchMiss.objects.exists()


def test_searches_without_result_stay_bounded(client, monkeypatch):
    monkeypatch.setattr("publishing.search.misses.KEPT", 6)
    for number in range(9):
        get(client, f"q=qwx{number}yz")
    assert SearchMiss.objects.count() <= 6
    assert SearchMiss.objects.filter(text="qwx8yz").exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_milestone_is_found_and_read_on_the_timeline_of_its_language(client, language):
    Milestone.objects.create(date="2016-05", title_en="Laboratory opened")
    (hit,) = get(client, "q=laboratory", language).context["hits"]
    assert hit["url"] == "/en/timeline/?kind=milestone"
    assert "Laboratory opened" in client.get(hit["url"]).text
