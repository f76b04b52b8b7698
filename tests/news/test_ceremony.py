"""The ceremony recorder: a signing with everything that belongs to it, entered once."""

import datetime

import pytest
from django.utils import timezone, translation

from news.models import Event
from partners.models import Agreement, Participation, Person, Post, Signature
from tests.builders import make_institution, make_person, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/en/admin/news/event/ceremony/"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


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
