"""The audit of the partners' floor: who made, opened, merged or deleted a record, and every act."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from partners import services
from partners.models import AgreementDocument, Institution
from publishing.editorial.records import AuditEvent
from tests.builders import make_agreement, make_concluded, make_institution, make_user
from tests.forms import fields, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    client.force_login(make_user("lin", group="Partner manager"))
    return client


def events():
    return [
        (event.user_name, event.action, event.title, event.detail)
        for event in AuditEvent.objects.order_by("pk")
    ]


def form_of(row):
    return reverse(f"admin:partners_{row._meta.model_name}_change", args=[row.pk])


def test_a_new_institution_is_written_down(manager):
    add = reverse("admin:partners_institution_add")
    submit(manager, add, "institution_form", name_en="Trinity Hall", slug="trinity")
    assert Institution.objects.get().slug == "trinity"
    assert events() == [("lin", "create", "Trinity Hall", "")]


def test_so_is_who_may_see_it_and_nothing_less(manager):
    institution = make_institution("Trinity Hall")
    submit(manager, form_of(institution), "institution_form", summary_en="Old.")
    assert events() == []
    data = fields(manager.get(form_of(institution)), "institution_form")
    del data["is_public"]
    manager.post(form_of(institution), data)
    assert events() == [("lin", "show", "Trinity Hall", "is_public True > False")]


def test_the_public_level_of_an_agreement_and_the_access_to_its_documents(manager):
    agreement = make_agreement(make_institution(), make_institution(), title_en="Framework")
    document = AgreementDocument.objects.create(
        agreement=agreement, title_en="Text", file="x.pdf", filename="x.pdf", access="staff"
    )
    submit(
        manager,
        form_of(agreement),
        "agreement_form",
        **{"public_level": "hidden", "documents-0-access": "public"},
    )
    document.refresh_from_db()
    assert document.access == "public"
    shown = [event[3] for event in events()]
    assert any(detail.startswith("public_level ") for detail in shown)
    assert "Text: access staff > public" in shown
    assert {event[1] for event in events()} == {"show"}


def test_deleting_one_or_many(manager):
    one, two, three = (make_institution(name) for name in ("One", "Two", "Three"))
    manager.post(reverse("admin:partners_institution_delete", args=[one.pk]), {"post": "yes"})
    manager.post(
        reverse("admin:partners_institution_changelist"),
        {
            "action": "delete_selected",
            "_selected_action": [two.pk, three.pk],
            "post": "yes",
        },
    )
    assert not Institution.objects.exists()
    assert {(who, what, title) for who, what, title, _detail in events()} == {
        ("lin", "delete", name) for name in ("One", "Two", "Three")
    }


def test_merging_and_taking_it_back():
    user = make_user("lin")
    kept, gone = make_institution("Kept"), make_institution("Twice")
    merge = services.merge_institutions(keep=kept, duplicate=gone, user=user)
    services.undo_merge(merge=merge, user=user)
    told = [event[:3] for event in events()]
    assert told == [("lin", "merge", "Kept"), ("lin", "unmerge", "Kept")]
    assert "Twice" in events()[0][3]


def test_an_act_and_a_signature():
    user = make_user("lin")
    agreement = make_concluded(ends="2030-01-01")
    services.confirm(agreement=agreement, date=datetime.date(2025, 5, 1), user=user, confirm=True)
    party = agreement.parties.first()
    services.sign(agreement=agreement, party=party, date="2020-09-25", user=user)
    told = [(who, what, detail) for who, what, _title, detail in events()]
    assert told == [
        ("lin", "act", "confirmation, 2025-05-01"),
        ("lin", "act", "signature, 2020-09-25"),
    ]


def test_what_is_refused_leaves_no_line():
    agreement = make_agreement("A", "B")
    with pytest.raises(services.acts.Refused):
        services.confirm(agreement=agreement, date=datetime.date(2025, 5, 1))
    assert events() == []


def test_figures_that_staff_download(client):
    user = make_user("lin")
    user.user_permissions.add(Permission.objects.get(codename="view_total"))
    client.force_login(user)
    client.get(reverse("admin:pageviews_total_changelist"), {"csv": "days"})
    assert [event[:2] for event in events()] == [("lin", "export")]
