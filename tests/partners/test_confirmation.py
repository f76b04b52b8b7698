"""A partner confirms or corrects its entry by a link, without an account; staff decide."""

import datetime
import re

import pytest
from django.core import mail, signing
from django.urls import reverse
from django.utils import timezone

from partners import services
from partners.models import (
    ConfirmationLink,
    ContactPoint,
    Institution,
    InstitutionName,
    Proposal,
    ProposedChange,
)
from publishing.editorial import audit
from publishing.editorial.exceptions import Refused
from publishing.editorial.records import AuditEvent
from tests.builders import make_institution, make_place, make_user
from tests.forms import fields, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make_institution(
        "University of Birmingham",
        "伯明翰大学",
        summary_en="A university.",
        website_en="https://www.example.org/",
        place=make_place("Birmingham", "伯明翰"),
    )


@pytest.fixture
def contact(partner):
    return ContactPoint.objects.create(
        institution=partner, name_en="Ann", email="ann@example.org", is_public=True
    )


@pytest.fixture
def link(partner, contact):
    return services.ask_to_confirm(institution=partner, contact=contact)


@pytest.fixture
def manager(client):
    user = make_user("manager", group="Partner manager")
    client.force_login(user)
    return user


def form_of(client, link):
    """The fields of the one form on the page: it has no id."""
    page = client.get(link.get_absolute_url())
    assert page.status_code == 200
    return fields(page, None)


def send(client, link, do="correct", **changes):
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    return client.post(link.get_absolute_url(), form_of(client, link) | {"do": do} | changes)


def proposed():
    return {c.field: (c.before, c.after) for c in ProposedChange.objects.all()}


class TestThePage:
    def test_it_shows_the_entry_in_both_languages_and_sets_no_cookie(self, client, link):
        answer = client.get(link.get_absolute_url())
        html = answer.content.decode()
        assert "University of Birmingham" in html and "伯明翰大学" in html
        assert "Birmingham / 伯明翰" in html and "ann@example.org" in html
        assert answer["Cache-Control"] == "no-store" and "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert "csrfmiddlewaretoken" not in html

    def test_notes_owner_and_private_contacts_are_not_shown(self, client, link, partner):
        partner.notes = "Difficult to reach"
        partner.save()
        ContactPoint.objects.create(institution=partner, email="private@example.org")
        html = client.get(link.get_absolute_url()).content.decode()
        assert "Difficult" not in html and "private@example.org" not in html

    def test_a_guessed_or_altered_token_is_not_found(self, client, link):
        address = link.get_absolute_url()
        other = signing.Signer(salt="another").sign_object(link.pk)
        for token in ("x", "1", other, address.split("/")[-2] + "x"):
            assert client.get(f"/en/partners/confirmation/{token}/").status_code == 404
            assert client.post(f"/en/partners/confirmation/{token}/").status_code == 404

    def test_an_expired_a_revoked_and_a_withdrawn_one_are_gone(self, client, link, partner):
        page = form_of(client, link)
        ConfirmationLink.objects.update(expires_at=timezone.now())
        assert "expired" in client.get(link.get_absolute_url()).content.decode()
        ConfirmationLink.objects.update(expires_at=timezone.now() + datetime.timedelta(days=1))
        services.revoke_link(link=link)
        answer = client.post(link.get_absolute_url(), page | {"do": "confirm"})
        assert answer.status_code == 410 and "taken back" in answer.content.decode()
        ConfirmationLink.objects.update(revoked_at=None)
        partner.status = Institution.Status.WITHDRAWN
        partner.save()
        assert client.get(link.get_absolute_url()).status_code == 410
        assert not Proposal.objects.exists()

    def test_a_form_from_another_site_is_refused(self, client, link):
        data = form_of(client, link) | {"do": "confirm"}
        for said in (
            {"HTTP_ORIGIN": "https://evil.example"},
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
        ):
            answer = client.post(link.get_absolute_url(), data, **said)
            assert answer.status_code == 403 and not Proposal.objects.exists()
        answer = client.post(link.get_absolute_url(), data, HTTP_ORIGIN="http://testserver")
        assert answer.status_code == 200 and Proposal.objects.exists()

    @pytest.mark.parametrize("was", ["", "x", None])
    def test_a_form_that_lost_what_it_had_shown_is_to_be_opened_again(self, client, link, was):
        sent = {"do": "correct", "name_en": "Kept"} | ({} if was is None else {"was": was})
        html = client.post(link.get_absolute_url(), sent).content.decode()
        assert "Please open the link again." in html and 'value="Kept"' in html
        assert "This field is required" not in html and not Proposal.objects.exists()


class TestTheAnswer:
    def test_confirming_is_told_on_the_page_of_the_partner(self, client, link, partner):
        answer = send(client, link, "confirm", sender="Ann, Birmingham")
        assert "confirmed as it is" in answer.content.decode() and not answer.cookies
        partner.refresh_from_db()
        assert partner.confirmed_on == timezone.localdate()
        html = client.get(partner.get_absolute_url()).content.decode()
        assert "Confirmed by the partner on" in html
        assert Proposal.objects.get().decided_at

    def test_corrections_change_nothing_by_themselves(self, client, link, partner, contact):
        send(
            client,
            link,
            name_en="The University of Birmingham",
            **{f"contact__{contact.pk}__telephone": "+44 121"},
            abbreviation__new="UoB",
        )
        assert proposed() == {
            "name_en": ("University of Birmingham", "The University of Birmingham"),
            f"contact.{contact.pk}.telephone": ("", "+44 121"),
            "abbreviation.new": ("", "UoB"),
        }
        partner.refresh_from_db()
        assert partner.name_en == "University of Birmingham" and partner.confirmed_on is None

    def test_a_field_that_was_not_sent_is_not_emptied(self, client, link):
        sent = form_of(client, link) | {"do": "correct", "name_en": "Birmingham University"}
        del sent["name_zh_hans"]
        client.post(link.get_absolute_url(), sent)
        assert proposed() == {"name_en": ("University of Birmingham", "Birmingham University")}

    def test_it_is_given_once(self, client, link):
        page = form_of(client, link)
        send(client, link, "confirm")
        again = client.post(link.get_absolute_url(), page | {"do": "correct", "name_en": "Other"})
        assert again.status_code == 410 and "answered already" in again.content.decode()
        with pytest.raises(Refused):
            services.answer(link=link, changes={}, confirms=True)
        assert Proposal.objects.count() == 1 and not proposed()

    def test_what_staff_changed_meanwhile_is_not_taken_for_a_correction(
        self, client, link, partner
    ):
        page = form_of(client, link)
        partner.summary_en = "A university with two campuses."
        partner.save()
        client.post(link.get_absolute_url(), page | {"do": "correct", "name_zh_hans": "伯大"})
        assert set(proposed()) == {"name_zh_hans"}

    @pytest.mark.parametrize(
        "changes",
        [
            {"name_en": "x" * 201},
            {"summary_en": "x" * 5001},
            {"website_en": "no address"},
            {"note": "x" * 2001},
            {"was": "forged"},
            {"was": ""},
        ],
    )
    def test_what_cannot_be_is_told_and_what_was_typed_stays(self, client, link, changes):
        answer = send(client, link, **changes, name_zh_hans="大学甲")
        assert answer.status_code == 200 and "大学甲" in answer.content.decode()
        assert not Proposal.objects.exists()
        assert form_of(client, link)

    def test_nothing_changed_is_asked_about(self, client, link):
        answer = send(client, link)
        assert "Nothing was changed" in answer.content.decode()
        assert not Proposal.objects.exists()


class TestStaff:
    def ask(self, client, partner, **data):
        address = reverse("admin:partners_institution_confirmation", args=[partner.pk])
        return submit(client, address, "ask-form", follow=True, **data)

    def test_a_link_is_sent_in_both_languages(self, client, manager, partner, contact):
        page = self.ask(client, partner, contact=contact.pk, by_mail="on")
        (letter,) = mail.outbox
        address = re.search(r"https?://[^/\s]+(/en/\S+)", letter.body)[1]
        assert letter.to == ["ann@example.org"] and "/zh-hans/partners/confirmation/" in letter.body
        assert address in page.content.decode()
        assert client.get(address).status_code == 200
        assert AuditEvent.objects.filter(action=audit.Action.ASK).exists()

    def test_it_may_be_copied_and_revoked(self, client, manager, partner):
        assert "partners/confirmation/" in self.ask(client, partner).content.decode()
        link = ConfirmationLink.objects.get()
        assert mail.outbox == []
        page = reverse("admin:partners_institution_confirmation", args=[partner.pk])
        assert "void" in client.post(page, {"revoke": link.pk}, follow=True).content.decode()
        again = client.post(page, {"revoke": link.pk}, follow=True).content.decode()
        assert "already" in again
        assert client.post(page, {"revoke": "x"}).status_code == 404

    @pytest.mark.parametrize("data", [{"days": "0"}, {"days": "x"}, {"by_mail": "on"}])
    def test_what_cannot_be_is_refused_in_the_form(self, client, manager, partner, data):
        assert "errornote" in (html := self.ask(client, partner, **data).content.decode()) or (
            "errorlist" in html
        )
        assert not ConfirmationLink.objects.exists()

    def answered(self, client, link, **changes):
        send(client, link, **changes)
        return Proposal.objects.get()

    def decide(self, client, proposal, **decisions):
        address = reverse("admin:partners_proposal_change", args=[proposal.pk])
        ids = dict(proposal.changes.values_list("field", "pk"))
        data = {f"decision-{ids[field]}": state for field, state in decisions.items()}
        return submit(client, address, "proposal-form", follow=True, **data)

    def test_they_decide_field_by_field(self, client, manager, link, partner):
        proposal = self.answered(
            client, link, name_en="Birmingham", summary_en="Old", website_en="https://b.example/"
        )
        self.decide(client, proposal, name_en="accepted", summary_en="rejected")
        partner.refresh_from_db()
        proposal.refresh_from_db()
        assert (partner.name_en, partner.summary_en) == ("Birmingham", "A university.")
        assert partner.website_en == "https://www.example.org/" and proposal.decided_at is None
        self.decide(client, proposal, website_en="accepted")
        partner.refresh_from_db()
        proposal.refresh_from_db()
        assert partner.website_en == "https://b.example/" and proposal.decided_at
        # Something was rejected: the entry is not as the partner says.
        assert partner.confirmed_on is None
        assert AuditEvent.objects.filter(action=audit.Action.DECIDE).count() == 2

    def test_all_accepted_is_a_confirmation(self, client, manager, link, partner, contact):
        make_place("Edgbaston", "埃德巴斯顿")
        proposal = self.answered(
            client,
            link,
            place="Edgbaston",
            abbreviation__new="UoB",
            **{f"contact__{contact.pk}__telephone": "+44 121"},
        )
        states = dict.fromkeys(proposal.changes.values_list("field", flat=True), "accepted")
        self.decide(client, proposal, **states)
        partner.refresh_from_db()
        contact.refresh_from_db()
        assert partner.place.name_en == "Edgbaston" and contact.telephone == "+44 121"
        name = InstitutionName.objects.get(institution=partner)
        assert (name.text, name.kind) == ("UoB", "abbreviation")
        assert partner.confirmed_on == timezone.localdate()

    def test_a_newer_change_is_shown_and_not_overwritten_unseen(
        self, client, manager, link, partner
    ):
        proposal = self.answered(client, link, summary_en="The partner's text.")
        address = reverse("admin:partners_proposal_change", args=[proposal.pk])
        stale = fields(client.get(address), "proposal-form")
        partner.summary_en = "The office's newer text."
        partner.save()
        change = proposal.changes.get()
        data = stale | {f"decision-{change.pk}": "accepted"}
        html = client.post(address, data, follow=True).content.decode()
        assert "was changed meanwhile" in html and "newer text" in html
        partner.refresh_from_db()
        assert partner.summary_en == "The office's newer text."
        self.decide(client, proposal, summary_en="accepted")
        partner.refresh_from_db()
        assert partner.summary_en == "The partner's text."

    def test_a_place_that_nobody_knows_is_settled_by_hand(self, client, manager, link, partner):
        proposal = self.answered(client, link, place="Somewhere new")
        html = self.decide(client, proposal, place="accepted").content.decode()
        assert "No single place" in html
        self.decide(client, proposal, place="by_hand")
        partner.refresh_from_db()
        assert partner.place.name_en == "Birmingham" and partner.confirmed_on

    def test_a_refusal_leaves_everything_as_it_was(self, client, manager, link, partner, contact):
        proposal = self.answered(client, link, name_en="Birmingham", name_zh_hans="")
        Institution.objects.filter(pk=partner.pk).update(approval_number="")
        key = f"contact.{contact.pk}.email"
        proposal.changes.create(field=key, before="ann@example.org", after="")
        decisions = {"name_en": "accepted", key: "accepted"}
        assert "e-mail address or a telephone" in (
            self.decide(client, proposal, **decisions).content.decode()
        )
        partner.refresh_from_db()
        assert partner.name_en == "University of Birmingham"

    def test_the_desk_tells_of_answers(self, client, manager, link):
        self.answered(client, link, note="We have moved.")
        html = client.get("/en/admin/").content.decode()
        assert (
            "University of Birmingham"
            in re.search(r'id="desk-answers".*?</section>', html, re.DOTALL)[0]
        )
        answers = client.get(reverse("admin:partners_proposal_changelist")).content.decode()
        assert "University of Birmingham" in answers

    def test_an_author_neither_asks_nor_decides(self, client, partner, link):
        proposal = self.answered(client, link, name_en="X")
        client.force_login(make_user(group="Author"))
        for name, pk in (
            ("institution_confirmation", partner.pk),
            ("proposal_change", proposal.pk),
        ):
            address = reverse(f"admin:partners_{name}", args=[pk])
            assert client.get(address).status_code == client.post(address).status_code == 403
