"""What staff type is kept every few seconds, apart from everything, and offered back."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import expect

from news.models import Note, Release
from publishing.cache.models import current
from publishing.editorial import autosaves, copies, services, traversal
from publishing.editorial.autosaves import Autosave, Presence
from publishing.editorial.records import Revision
from tests.builders import make_event, make_institution, make_page, make_release, make_user
from tests.forms import fields
from tests.publishing.editorial_support import address, filled, form_address, save, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return signed_in()


def type_into(client, item, **changes):
    """Open the form, change some of it, and let the script send it."""
    sent = filled(client.get(form_address(item))) | changes
    return client.post(form_address(item, "autosave"), sent)


def restored(client, item):
    page = client.get(form_address(item), {"restore": "1"})
    assert page.status_code == 200
    return fields(page, f"{item._meta.model_name}_form")


class TestKeeping:
    @pytest.mark.parametrize("make", [make_release, make_event, make_page])
    def test_input_is_kept_apart_from_the_item_and_its_history(self, author, make):
        item = make(public=[])
        title = f"{item.title_field}_en"
        before, generation = traversal.snapshot(item), current()
        answer = type_into(author, item, **{title: "Half a he"})
        assert answer.status_code == 200
        assert "Kept as a draft of yours at" in answer.json()["said"]
        assert traversal.snapshot(type(item).objects.get(pk=item.pk)) == before
        assert not Revision.objects.of(item).exists()
        assert current() == generation

    def test_each_person_has_one_row_for_an_item(self, author):
        release = make_release(public=[])
        type_into(author, release, headline_en="One")
        type_into(author, release, headline_en="Two")
        type_into(signed_in(), release, headline_en="Another's")
        assert Autosave.objects.get(user=author.user).data["headline_en"] == ["Two"]
        assert Autosave.objects.count() == 2

    def test_the_form_offers_it_and_restores_every_field_and_row(self, author):
        release, partner = make_release(public=[]), make_institution()
        Note.objects.create(release=release, text_en="A note")
        type_into(
            author,
            release,
            **{
                "headline_en": "Typed",
                "institutions": [partner.pk],
                "notes-0-text_zh_hans": "说明",
                "notes-TOTAL_FORMS": "2",
                "notes-1-text_en": "A new row",
                "save_note": "half done",
            },
        )
        assert "You have unsaved input from" in author.get(form_address(release)).content.decode()
        form = restored(author, release)
        assert form["headline_en"] == "Typed"
        assert form["institutions"] == str(partner.pk)
        assert (form["notes-0-text_zh_hans"], form["notes-1-text_en"]) == ("说明", "A new row")
        assert form["save_note"] == "half done"
        release.refresh_from_db()
        assert release.headline_en != "Typed"

    def test_input_that_could_not_be_saved_yet_is_restored_as_it_was(self, author):
        release = make_release(public=[])
        type_into(author, release, slug="Not an address!", release_date="some day")
        page = author.get(form_address(release), {"restore": "1"})
        assert "errorlist" not in page.content.decode()
        form = fields(page, "release_form")
        assert (form["slug"], form["release_date"]) == ("Not an address!", "some day")

    def test_saving_what_was_restored_saves_it_and_forgets_it(self, author):
        release = make_release(public=[])
        Note.objects.create(release=release, text_en="A note")
        type_into(author, release, headline_en="Typed", **{"notes-0-text_en": "Changed"})
        author.post(form_address(release), restored(author, release) | {"_continue": "1"})
        release.refresh_from_db()
        assert release.headline_en == "Typed"
        assert release.notes.get().text_en == "Changed"
        assert not Autosave.objects.exists()

    def test_discarding_forgets_it(self, author):
        release = make_release(public=[])
        type_into(author, release, headline_en="Typed")
        answer = author.post(form_address(release, "autosave"), {"_discard": "1"})
        assert answer["Location"] == form_address(release)
        assert "You have unsaved" not in author.get(form_address(release)).content.decode()

    def test_a_new_item_is_kept_until_it_is_saved(self, author):
        place = address("admin:news_release_add")
        sent = fields(author.get(place), "release_form") | {"headline_en": "Brand new"}
        author.post(address("admin:news_release_autosave_new"), sent)
        assert "You have unsaved input from" in author.get(place).content.decode()
        form = fields(author.get(place, {"restore": "1"}), "release_form")
        assert form["headline_en"] == "Brand new"
        author.post(place, form)
        assert Release.objects.get().headline_en == "Brand new"
        assert not Autosave.objects.exists()

    def test_after_signing_in_again_it_is_offered(self, author):
        release = make_release(public=[])
        form = filled(author.get(form_address(release))) | {"headline_en": "Typed"}
        author.post(form_address(release, "autosave"), form)
        author.logout()
        assert "login" in author.post(form_address(release), form)["Location"]
        author.force_login(author.user)
        assert restored(author, release)["headline_en"] == "Typed"

    def test_what_was_typed_into_a_copy_outlives_it(self, author):
        release = make_release()
        copy = copies.open_copy(item=release)
        Note.objects.create(release=copy, text_en="Old")
        form = filled(author.get(form_address(copy)))
        form |= {"headline_en": "Typed", "notes-0-text_en": "New"}
        services.publish(item=copy, language="en", minor=True)
        gone = form_address(copy, "autosave")
        assert author.post(gone, form).status_code == 410
        answer = author.post(form_address(copy), form, follow=True)
        assert "is offered to you there" in answer.content.decode()
        page = author.get(form_address(release)).content.decode()
        assert "for a working copy that is no longer there" in page
        again = copies.open_copy(item=release)
        author.post(form_address(again), restored(author, again))
        again = Release.with_copies.get(pk=again.pk)
        assert (again.headline_en, again.notes.get().text_en) == ("Typed", "New")

    def test_rows_that_others_deleted_are_restored_too(self, author):
        release = make_release(public=[])
        note = Note.objects.create(release=release, text_en="A note")
        type_into(author, release, **{"notes-0-text_en": "Typed"})
        save(signed_in(), release, **{"notes-0-DELETE": "on"})
        assert restored(author, release)["notes-0-text_en"] == "Typed"
        assert not Note.objects.filter(pk=note.pk).exists()

    def test_the_live_form_keeps_nothing(self):
        publisher, release = signed_in("Publisher"), make_release()
        assert type_into(publisher, release, notice_en="Typed").status_code == 404


class TestBounds:
    def test_too_much_is_refused_with_a_sentence(self, author):
        answer = type_into(author, make_release(public=[]), body_en="x" * autosaves.LARGEST)
        assert answer.status_code == 413
        assert "too much" in answer.json()["said"]
        assert not Autosave.objects.exists()

    def test_only_who_may_change_the_item_has_input_to_keep(self):
        release = make_release(public=[])
        for group in ("Partner manager", ""):
            client = signed_in(group)
            for method in (client.get, client.post):
                assert method(form_address(release, "autosave")).status_code == 403
            assert client.post(address("admin:news_release_autosave_new")).status_code == 403
        assert not Autosave.objects.exists()

    def test_a_request_without_its_token_is_refused(self, author):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(author.user)
        release = make_release(public=[])
        answer = strict.post(form_address(release, "autosave"), {"headline_en": "Typed"})
        assert answer.status_code == 403

    def test_nobody_is_offered_what_another_typed(self, author):
        release = make_release(public=[])
        type_into(author, release, headline_en="Typed")
        other = signed_in()
        assert "You have unsaved" not in other.get(form_address(release)).content.decode()
        form = restored(other, release)
        assert form["headline_en"] == release.headline_en

    def test_old_input_goes_after_its_time(self, author):
        release = make_release(public=[])
        type_into(author, release, headline_en="Typed")
        call_command("tidy")
        assert Autosave.objects.exists()
        old = timezone.now() - timedelta(days=autosaves.KEEP_DAYS, minutes=1)
        Autosave.objects.update(saved_at=old)
        Presence.objects.update(at=old)
        call_command("tidy")
        assert not Autosave.objects.exists()
        assert not Presence.objects.exists()

    def test_a_deleted_item_takes_it_along(self, author):
        release = make_release(public=[])
        type_into(author, release, headline_en="Typed")
        services.delete(item=release)
        assert not Autosave.objects.exists()
        assert not Presence.objects.exists()

    def test_the_form_asks_the_same_however_much_has_happened(self, author):
        release = make_release(public=[])
        save(author, release, headline_en="Another headline")
        with CaptureQueriesContext(connection) as few:
            author.get(form_address(release))
        for number in range(4):
            save(author, release, headline_en=f"Headline {number}")
        for _ in range(3):
            signed_in().get(form_address(release))
        with CaptureQueriesContext(connection) as many:
            author.get(form_address(release))
        assert len(many) == len(few)


class TestWhoElse:
    def test_whoever_has_it_open_too_is_named(self, author):
        release = make_release(public=[])
        signed_in(name="ada").get(form_address(release))
        assert (
            "Also open at this moment: ada." in author.get(form_address(release)).content.decode()
        )
        heard = author.get(form_address(release, "autosave")).json()
        assert heard["others"] == "Also open at this moment: ada."

    def test_the_live_row_and_its_copy_are_one_item(self, author):
        release = make_release()
        copy = copies.open_copy(item=release)
        signed_in("Publisher", "ada").get(form_address(release))
        assert "Also open at this moment: ada." in author.get(form_address(copy)).content.decode()

    def test_nobody_is_named_to_themselves_or_after_leaving(self, author):
        release = make_release(public=[])
        signed_in(name="ada").get(form_address(release))
        Presence.objects.update(at=timezone.now() - autosaves.OPEN_FOR)
        author.get(form_address(release))
        assert "Also open" not in author.get(form_address(release)).content.decode()


class TestOneLanguage:
    def test_the_form_shows_one_language_and_leaves_the_other_alone(self, author):
        release = make_release(public=[], headline_en="Stays")
        Note.objects.create(release=release, text_en="Stays too")
        place = f"{form_address(release)}?only=zh-hans"
        page = author.get(place)
        assert "headline_en" not in page.context["adminform"].form.fields
        form = fields(page, "release_form")
        assert "notes-0-text_en" not in form
        form |= {"headline_zh_hans": "新", "notes-0-text_zh_hans": "新", "_continue": "1"}
        assert author.post(place, form)["Location"] == place
        release.refresh_from_db()
        note = release.notes.get()
        assert (release.headline_en, release.headline_zh_hans) == ("Stays", "新")
        assert (note.text_en, note.text_zh_hans) == ("Stays too", "新")

    def test_input_is_restored_in_the_language_it_was_typed_in(self, author):
        release = make_release(public=[])
        form = fields(author.get(f"{form_address(release)}?only=zh-hans"), "release_form")
        author.post(form_address(release, "autosave"), form | {"headline_zh_hans": "新"})
        offer = author.get(form_address(release)).context["typing"]["restore_url"]
        assert offer.endswith("?restore=1&only=zh-hans")
        page = author.get(offer)
        assert "headline_en" not in page.context["adminform"].form.fields
        assert fields(page, "release_form")["headline_zh_hans"] == "新"


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_is_offered_after_a_reload(page, live_server):
    make_user("editor", group="Author")
    release = make_release(public=[])
    page.goto("/en/account/login/")
    page.fill("[name=login]", "editor")
    page.fill("[name=password]", "pw")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/**")
    page.goto(form_address(release))
    page.fill("#id_headline_en", "Typed by hand")
    editor = page.locator(".field-body_en .ProseMirror[contenteditable=true]").first
    editor.click()
    page.keyboard.type("A sentence.")
    expect(page.locator("[data-autosave]")).to_contain_text("Kept as a draft of yours at")
    page.goto(form_address(release))
    page.get_by_role("link", name="Restore it").click()
    expect(page.locator("#id_headline_en")).to_have_value("Typed by hand")
    expect(editor).to_contain_text("A sentence.")
    # What is saved at once is not kept behind the save's back, to be offered for nothing.
    page.fill("#id_headline_en", "Typed and saved")
    page.locator("[name=_continue]").first.click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    page.wait_for_load_state("networkidle")
    page.goto(form_address(release))
    expect(page.locator("#id_headline_en")).to_have_value("Typed and saved")
    expect(page.locator("[data-offer]")).to_have_count(0)
