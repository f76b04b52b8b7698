"""Of a concluded agreement, parties join and leave by a dated act; the text of any day is kept."""

import datetime

import pytest
from django.utils import timezone

from partners import services
from partners.exceptions import NeedsConfirmation
from partners.models import Agreement, AgreementAction
from publishing.editorial.exceptions import Refused
from tests.builders import make_agreement, make_concluded, make_institution, make_user
from tests.forms import fields

pytestmark = pytest.mark.django_db


def on(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def agreement():
    pair = make_institution("Alpha"), make_institution("Beta")
    return make_concluded(*pair, signed="2020-01-01", is_evergreen=True)


def names(agreement, day):
    return [str(party) for party in Agreement.objects.get(pk=agreement.pk).parties_on(on(day))]


def test_a_party_joins_on_its_day(agreement):
    act = services.accede(
        agreement=agreement, date=on("2022-05-01"), institution=make_institution("Gamma")
    )
    assert names(agreement, "2022-04-30") == ["Alpha", "Beta"]
    assert names(agreement, "2022-05-01") == ["Alpha", "Beta", "Gamma"]
    assert str(act.by_party) == "Gamma"
    # It joined by the act: no signature is missing.
    assert Agreement.objects.get().is_concluded and agreement.status_on() == "in_force"


def test_several_companies_may_join_together(agreement):
    services.accede(agreement=agreement, date=on("2022-05-01"), label_en="several companies")
    assert names(agreement, "2023-01-01")[-1] == "several companies"


def test_a_party_leaves_and_the_others_go_on(agreement):
    gamma = make_institution("Gamma")
    services.accede(agreement=agreement, date=on("2022-05-01"), institution=gamma)
    beta = agreement.parties.get(institution__name_en="Beta")
    services.leave(agreement=agreement, date=on("2023-05-01"), by_party=beta)
    assert names(agreement, "2023-04-30") == ["Alpha", "Beta", "Gamma"]
    assert names(agreement, "2023-05-01") == ["Alpha", "Gamma"]
    assert agreement.status_on() == "in_force"
    with pytest.raises(Refused, match="left the agreement already"):
        services.leave(agreement=agreement, date=on("2023-06-01"), by_party=beta)


def test_two_must_remain(agreement):
    with pytest.raises(Refused, match="Two parties must remain"):
        services.leave(
            agreement=agreement, date=on("2023-05-01"), by_party=agreement.parties.first()
        )


def test_what_cannot_be_is_refused_and_leaves_nothing_behind(agreement):
    alpha = agreement.parties.first().institution
    with pytest.raises(Refused, match="is or was a party"):
        services.accede(agreement=agreement, date=on("2022-05-01"), institution=alpha)
    with pytest.raises(Refused, match="describe the party"):
        services.accede(agreement=agreement, date=on("2022-05-01"))
    with pytest.raises(Refused, match="Only a party can act"):
        other = make_concluded().parties.first()
        services.leave(agreement=agreement, date=on("2022-05-01"), by_party=other)
    with pytest.raises(Refused, match="Only a concluded"):
        services.accede(agreement=make_agreement("x", "y"), date=on("2022-05-01"), label_en="z")
    with pytest.raises(NeedsConfirmation):
        services.accede(agreement=agreement, date=on("2019-05-01"), label_en="too early")
    assert agreement.parties.count() == 2 and not AgreementAction.objects.exists()


def test_the_page_tells_who_joined_and_who_left(client, agreement):
    services.accede(agreement=agreement, date=on("2022-05-01"), label_en="Gamma Ltd")
    beta = agreement.parties.get(institution__name_en="Beta")
    services.leave(agreement=agreement, date=on("2023-05-01"), by_party=beta)
    html = client.get(agreement.get_absolute_url()).content.decode()
    assert "Accession of a party" in html and "Withdrawal of a party" in html
    assert "from 1 May 2022" in html and "left on 1 May 2023" in html
    line = client.get("/en/agreements/").content.decode()
    assert "Gamma Ltd" in line and "Beta" not in line.split("</form>")[-1]


def test_the_text_of_a_day_is_shown_with_its_parties(client, agreement):
    services.accede(agreement=agreement, date=on("2022-05-01"), label_en="Gamma Ltd")
    services.amend(
        agreement=agreement,
        date=on("2023-05-01"),
        changes={"title_en": "The new title", "areas": [{"heading_en": "Quantum research"}]},
    )
    address = f"{agreement.get_absolute_url()}terms/"
    before = client.get(f"{address}?on=2022-04-30").content.decode()
    assert "Gamma Ltd" not in before and "The new title" not in before
    after = client.get(f"{address}?on=2023-05-01").content.decode()
    assert "Gamma Ltd" in after and "The new title" in after and "Quantum research" in after
    assert client.get(address).status_code == 200
    assert address in client.get(agreement.get_absolute_url()).content.decode()


@pytest.mark.parametrize("day", ["x", "2022-02-30", "0", "99999-01-01"])
def test_a_day_that_is_none_is_not_found(client, agreement, day):
    assert client.get(f"{agreement.get_absolute_url()}terms/?on={day}").status_code == 404


@pytest.mark.parametrize("level", ["hidden", "listed"])
def test_what_the_register_does_not_tell_has_no_text(client, agreement, level):
    Agreement.objects.update(public_level=level)
    assert client.get(f"{agreement.get_absolute_url()}terms/").status_code == 404


def test_staff_record_both_in_the_form(client, agreement):
    client.force_login(make_user(group="Partner manager"))
    gamma = make_institution("Gamma")
    act = f"/en/admin/partners/agreement/{agreement.pk}/act/"

    def record(kind, **data):
        page = client.get(f"{act}?kind={kind}")
        return client.post(f"{act}?kind={kind}", fields(page, None) | data, follow=True)

    answer = record("accession", date="2022-05-01", institution=gamma.pk, confirm="1")
    assert "Recorded" in answer.content.decode()
    assert "describe the party" in record("accession").content.decode()
    beta = agreement.parties.get(institution__name_en="Beta")
    assert "Recorded" in record("leaving", by_party=beta.pk).content.decode()
    assert names(agreement, timezone.localdate().isoformat()) == ["Alpha", "Gamma"]
