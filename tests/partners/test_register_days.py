"""The day changes what the register tells, and nobody saves anything."""

import datetime
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from partners import services
from partners.models import AgreementKind, RegisterEntry
from publishing.cache import due
from publishing.cache.database import snapshot
from publishing.search import rebuilding
from publishing.search.documents import search_documents
from publishing.search.models import SearchEntry
from tests.builders import make_agreement, make_concluded, make_institution

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
WRITING = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def later(monkeypatch):
    """Lets days pass."""

    def pass_days(days):
        day = timezone.localdate() + days * DAY
        monkeypatch.setattr(timezone, "localdate", lambda *_: day)

    return pass_days


@contextmanager
def taking_no_writes():
    def refuse(execute, sql, *arguments):
        if sql.startswith(WRITING):
            raise OperationalError("read-only")
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse):
        yield


def totals(client):
    response = client.get("/en/agreements/")
    assert response.status_code == 200
    return {total.look: total.count for total in response.context["totals"] if total.count}


def looks(client):
    response = client.get("/en/partners/")
    assert response.status_code == 200
    (facet,) = (one for one in response.context["found"].facets if one.name == "status")
    return {option.value: option.count for option in facet.options if option.count}


def make_ending(days):
    make_agreement(
        make_institution(), signed="2020-01-01", ends=str(timezone.localdate() + days * DAY)
    )


def test_a_database_that_takes_no_writes_shows_the_day_before(client, later):
    make_ending(400)
    later(401)
    with taking_no_writes(), snapshot():
        assert totals(client) == looks(client) == {"active": 1}
    assert totals(client) == looks(client) == {"lapsed": 1}


def test_what_a_day_changes_is_written_before_the_first_page_of_it(later):
    make_ending(400)
    later(401)
    with taking_no_writes(), transaction.atomic():
        assert due.run_actions() is False
    assert due.run_actions() is True
    today = timezone.localdate()
    for entries in (RegisterEntry, SearchEntry):
        assert not entries.objects.filter(stale_from__lte=today).exists()
    assert rebuilding.differences() == {}


def test_search_names_the_parties_of_the_day(client, later):
    office = make_institution("Office", is_own=True)
    alpha, beta = make_institution("Alpha"), make_institution("Beta")
    agreement = make_concluded(office, alpha, beta)
    leaving = agreement.parties.get(institution=beta)
    today = timezone.localdate()
    services.leave(
        agreement=agreement, date=today, effective=today + 3 * DAY, by_party=leaving, confirm=True
    )
    assert titles("Beta", kind="agreement")
    later(3)
    totals(client)
    assert titles("Beta", kind="agreement") == []
    assert titles("Alpha", kind="agreement")


def test_search_names_the_kind_as_it_is_called_now():
    make_agreement("several companies", kind_id="mou")
    kind = AgreementKind.objects.get(code="mou")
    kind.name_en = "Charter"
    kind.save()
    assert titles("Charter", kind="agreement") == ["Charter: several companies"]


def test_the_office_that_is_left_alone_is_sorted_by_its_name_of_now():
    office, alpha = make_institution("Office", is_own=True), make_institution("Alpha")
    agreement = make_agreement(office, alpha, signed="2020")
    agreement.parties.filter(institution=alpha).update(left_on=timezone.localdate() - DAY)
    office.name_en = "Bureau"
    office.save()
    assert RegisterEntry.objects.get(agreement=agreement).partner_en == "bureau"


def titles(text, kind):
    hits = search_documents(text, language="en", kind=kind).hits
    return ["".join(segment.text for segment in hit.title) for hit in hits]
