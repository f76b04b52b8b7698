"""What happened next: promises with their source and their state, on three kinds of pages."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from news.models import Commitment, Evidence
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_release,
    make_user,
)

pytestmark = pytest.mark.django_db


def make_commitment(text="Share courses", chinese="共享课程", institutions=(), **kwargs):
    row = Commitment.objects.create(text_en=text, text_zh_hans=chinese, **kwargs)
    row.institutions.set(institutions)
    return row


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_it_stands_on_the_pages_of_agreement_event_and_partner(client):
    partner, party = make_institution(), make_institution()
    agreement, event = make_agreement(party, "other side"), make_event()
    make_commitment(
        agreement=agreement,
        event=event,
        institutions=[partner],
        side="partner",
        due="2021-05",
        state="under_way",
    )
    for address in (
        agreement.get_absolute_url(),
        event.get_absolute_url("en"),
        partner.get_absolute_url(),
        party.get_absolute_url(),
    ):
        html = read(client, address)
        for text in ("What happened next", "Share courses", "due May 2021", "Under way"):
            assert text in html, address


def test_it_is_told_in_the_readers_language_or_not_at_all(client):
    event = make_event()
    make_commitment("Only English", "", event=event)
    make_commitment("Told twice", "两种语言", event=event)
    html = read(client, event.get_absolute_url("zh-hans"))
    assert "两种语言" in html and "Only English" not in html and "Told twice" not in html


@pytest.mark.parametrize(
    "source",
    [
        lambda: {"event": make_event(public=())},
        lambda: {"release": make_release(public=())},
        lambda: {"agreement": make_agreement("A", "B", public_level="hidden")},
        lambda: {"event": make_event(), "is_public": False},
    ],
    ids=["draft event", "draft release", "hidden agreement", "kept back"],
)
def test_what_was_said_where_nobody_may_look_is_not_repeated(client, source):
    partner = make_institution()
    make_commitment(institutions=[partner], **source())
    assert "Share courses" not in read(client, partner.get_absolute_url())


def test_evidence_leads_to_what_the_reader_may_see(client):
    event, shown, draft = make_event(), make_release(), make_release(public=())
    row = make_commitment(event=event, state="done")
    Evidence.objects.create(commitment=row, release=shown)
    Evidence.objects.create(commitment=row, release=draft)
    Evidence.objects.create(
        commitment=row, address="https://example.org/course", label_en="The course"
    )
    html = read(client, event.get_absolute_url("en"))
    assert shown.get_absolute_url("en") in html and "The course" in html
    assert draft.headline_en not in html


def test_a_promise_has_a_source_and_evidence_leads_somewhere():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_commitment()
    with pytest.raises(ValidationError, match="where it was promised"):
        Commitment(text_en="Share").full_clean()
    row = make_commitment(event=make_event())
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(commitment=row)


def test_the_page_costs_the_same_with_many(client, django_assert_max_num_queries):
    event = make_event()
    for _ in range(15):
        row = make_commitment(event=event)
        Evidence.objects.create(commitment=row, release=make_release())
    with django_assert_max_num_queries(25):
        read(client, event.get_absolute_url("en"))


def test_an_editor_keeps_the_ledger_and_an_author_reads_it(client):
    row = make_commitment(event=make_event())
    address = f"/en/admin/news/commitment/{row.pk}/change/"
    client.force_login(make_user(group="Author"))
    assert 'name="text_en"' not in read(client, address)
    client.force_login(make_user(group="Editor"))
    assert 'name="text_en"' in read(client, address)
    assert "Share courses" in read(client, "/en/admin/news/commitment/")
