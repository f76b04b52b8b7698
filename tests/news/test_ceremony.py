"""The ceremony recorder: a signing with everything that belongs to it, entered once."""

import datetime

import pytest
from django.utils import timezone

from news.models import Event
from partners.models import Agreement, Participation, Person, Post, Signature
from tests.builders import make_institution, make_person, make_user
from tests.forms import fields

pytestmark = pytest.mark.django_db
ADDRESS = "/en/admin/news/event/ceremony/"


@pytest.fixture
def manager(client):
    client.force_login(make_user(group="Partner manager"))
    return client


@pytest.fixture
def centre():
    return make_institution("Centre", is_own=True)


@pytest.fixture
def university():
    return make_institution("Fudan University", "复旦大学")


def form(agreements=(), people=(), **event):
    data = {
        "event-title_en": "Signing with Fudan",
        "event-title_zh_hans": "与复旦大学签约",
        "event-start_date": "2020-09-25",
        "event-mode": "mixed",
        **{f"event-{name}": value for name, value in event.items()},
    }
    for prefix, rows in (("agreements", agreements), ("people", people)):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def agreement(*parties, **kwargs):
    return {"kind": "moc", "parties": [party.pk for party in parties]} | kwargs


def person(name="", chinese="", **kwargs):
    return {
        "printed_name_en": name,
        "printed_name_zh_hans": chinese,
        "role": "attendee",
        "mode": "on_site",
    } | kwargs


def nothing():
    models = (Event, Agreement, Person, Participation, Signature, Post)
    return not any(model.objects.exists() for model in models)


def test_one_form_makes_the_event_its_agreements_people_and_signatures(
    manager, centre, university, client
):
    known = make_person("Daping Chu", "初大平")
    response = manager.post(
        ADDRESS,
        form(
            [
                agreement(centre, university, title_en="Memorandum"),
                agreement(centre, university, kind="project", other_parties="several companies"),
            ],
            [
                person(role="signatory", person=known.pk, institution=centre.pk, signs="1, 2"),
                person(
                    "Chen Zhimin",
                    "陈志敏",
                    role="signatory",
                    institution=university.pk,
                    signs="1",
                    printed_title_en="Vice President",
                    printed_title_zh_hans="副校长",
                    mode="online",
                ),
                person("Chris Wood", "Chris Wood", role="witness"),
            ],
        ),
    )
    event = Event.objects.get()
    assert response["Location"] == f"/en/admin/news/event/{event.pk}/change/"
    assert (event.kind, event.title_zh_hans) == ("signing", "与复旦大学签约")
    assert set(event.institutions.all()) == {centre, university}
    first, second = event.agreements.order_by("pk")
    for one in (first, second):
        assert one.is_concluded and one.signed == "2020-09-25"
    assert second.parties.count() == 3
    new = Person.objects.get(name_en="Chen Zhimin")
    assert new.posts.get().title_zh_hans == "副校长" and new.posts.get().institution == university
    signature = Signature.objects.get(person=new)
    assert (signature.party.agreement, signature.method) == (first, "online")
    assert signature.printed_title_en == "Vice President"
    roles = [(p.name_in("en"), p.role) for p in event.people.all()]
    assert roles == [
        ("Daping Chu", "signatory"),
        ("Chen Zhimin", "signatory"),
        ("Chris Wood", "witness"),
    ]


def test_a_name_on_record_becomes_no_second_person(manager, centre, university):
    known = make_person("Chen Zhimin", "陈志敏")
    rows = [person("Chen Zhimin", "陈志敏"), person("Chen Zhimin", "", role="witness")]
    manager.post(ADDRESS, form([agreement(centre, university)], rows))
    assert Person.objects.get() == known and known.participations.count() == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"event": {"title_en": "", "title_zh_hans": ""}}, "title in at least one language"),
        ({"event": {"start_date": "25 September"}}, "Write the date as"),
        ({"agreements": []}, "submit at least 1 form"),
        ({"parties": 1}, "at least two parties"),
        ({"people": {"signs": ""}}, "Say which agreements"),
        ({"people": {"signs": "7"}}, "There is no agreement 7."),
        ({"people": {"signs": "one"}}, "Write the numbers"),
        ({"people": {"role": "witness"}}, "Only a signatory signs."),
        ({"people": {"institution": ""}}, "It is no party of agreement 1."),
        ({"people": {"printed_name_en": ""}}, "Choose a person or type the name."),
        ({"people": {"printed_name_zh_hans": "陈 志敏"}}, "without a space"),
    ],
)
def test_a_fault_anywhere_records_nothing_and_is_told(manager, centre, university, change, told):
    parties = [centre, university][: change.get("parties", 2)]
    signatory = person("Chen Zhimin", role="signatory", institution=university.pk, signs="1")
    data = form(
        change.get("agreements", [agreement(*parties)]),
        [signatory | change.get("people", {})],
        **change.get("event", {}),
    )
    html = manager.post(ADDRESS, data).content.decode()
    assert told in html
    assert nothing()


def test_a_ceremony_that_lies_ahead_is_not_recorded(manager, centre, university):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    html = manager.post(
        ADDRESS, form([agreement(centre, university)], start_date=str(tomorrow))
    ).content.decode()
    assert "once it has been held" in html and nothing()


def test_the_form_opens_in_both_languages_and_from_the_list_of_events(manager):
    for language in ("en", "zh-hans"):
        assert manager.get(ADDRESS.replace("/en/", f"/{language}/")).status_code == 200
    assert ADDRESS in manager.get("/en/admin/news/event/").content.decode()


def test_whoever_may_not_add_agreements_is_turned_away(client):
    client.force_login(make_user(group="Author"))
    assert client.get(ADDRESS).status_code == 403


def test_one_more_row_keeps_what_was_typed_and_judges_nothing_yet(manager, centre):
    row = person("Chen Zhimin", "陈志敏", printed_title_en="Vice President")
    data = form([agreement(centre, title_en="Memo")], [row], start_date="25 September")
    page = manager.post(ADDRESS, data | {"more": "people"})
    shown = fields(page, "content-main")
    assert shown["people-TOTAL_FORMS"] == "2" and shown["agreements-TOTAL_FORMS"] == "1"
    assert shown["people-0-printed_title_en"] == "Vice President"
    assert shown["agreements-0-parties"] == str(centre.pk)
    assert shown["event-start_date"] == "25 September"
    assert "errorlist" not in page.content.decode()
    again = manager.post(ADDRESS, data | {"more": "agreements"})
    assert fields(again, "content-main")["agreements-TOTAL_FORMS"] == "2"
    assert nothing()


@pytest.mark.parametrize("more", ["nothing", "event"])
def test_one_more_of_what_there_is_not_adds_nothing(manager, more):
    page = manager.post(ADDRESS, form([agreement()], []) | {"more": more})
    assert fields(page, "content-main")["agreements-TOTAL_FORMS"] == "1"


def test_more_people_than_the_form_begins_with_are_recorded(manager, centre, university):
    people = [person(f"Guest {n}", role="attendee") for n in range(9)]
    agreements = [agreement(centre, university, title_en=f"Memo {n}") for n in range(4)]
    manager.post(ADDRESS, form(agreements, people))
    event = Event.objects.get()
    assert event.agreements.count() == 4 and event.people.count() == 9


def test_a_browser_adds_rows_with_choosers_on_the_spot(live_server, page, manager):
    make_institution("Fudan University", "复旦大学")
    session = manager.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(ADDRESS)
    page.fill("#id_agreements-0-title_en", "Memorandum")
    page.click("#more-agreements")
    page.fill("#id_agreements-1-title_en", "Supplement")
    assert page.locator("[data-rows=agreements] h2").all_inner_texts() == [
        "Agreement 1",
        "Agreement 2",
    ]
    assert page.input_value("#id_agreements-0-title_en") == "Memorandum"
    page.click("#id_agreements-1-parties + .select2 .select2-selection")
    page.keyboard.type("fudan")
    page.click(".select2-results__option:has-text('Fudan University')")
    assert page.locator("#id_agreements-1-parties option:checked").count() == 1
    assert page.input_value("[name=agreements-TOTAL_FORMS]") == "2"
