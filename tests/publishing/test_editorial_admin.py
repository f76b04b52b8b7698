"""Working copies, history and comparison as staff meet them in the admin."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Release
from publishing.editorial import copies, history, services, traversal
from publishing.editorial.models import Stage, State
from publishing.editorial.records import ChangeNote, Revision
from tests.builders import make_event, make_institution, make_page, make_release, make_user
from tests.publishing.editorial_support import address, confirm, errors, form_address, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def sign_in(group):
        client.force_login(make_user(group=group))
        return client

    return sign_in


def text(response):
    return response.content.decode()


class TestTheLiveForm:
    @pytest.mark.parametrize("make", [make_release, make_event, make_page])
    def test_shows_the_texts_and_asks_only_for_publication(self, signed_in, make):
        item = make(body_en="<p>What is <strong>public</strong>.</p>")
        page = signed_in("Publisher").get(form_address(item))
        fields = set(page.context["adminform"].form.fields)
        assert fields.isdisjoint({"headline_en", "title_en", "body_en", "slug", "institutions"})
        assert {"step_en", "step_zh_hans", "notice_en"} <= fields
        assert "<strong>public</strong>" in text(page)
        assert "Edit: open a working copy" in text(page)

    def test_a_posted_text_changes_nothing(self, signed_in):
        release = make_release(headline_en="Before")
        response = save(signed_in("Publisher"), release, headline_en="After", slug="after")
        assert response.status_code == 302
        release.refresh_from_db()
        assert release.headline_en == "Before"

    def test_withdrawing_needs_no_working_copy(self, signed_in):
        release = make_release()
        save(
            signed_in("Publisher"),
            release,
            step_en="withdraw",
            notice_en="Superseded by a correction.",
        )
        release.refresh_from_db()
        assert release.state("en") == State.WITHDRAWN
        assert release.notice_en == "Superseded by a correction."

    def test_an_author_sees_it_and_may_open_a_working_copy(self, signed_in):
        release = make_release()
        client = signed_in("Author")
        assert "Edit: open a working copy" in text(client.get(form_address(release)))
        assert client.post(form_address(release), {"step_en": "withdraw"}).status_code == 403
        response = client.post(form_address(release, "open_copy"))
        copy = Release.with_copies.get(live=release)
        assert response["Location"] == form_address(copy)
        assert client.get(response["Location"]).status_code == 200


class TestTheWorkingCopy:
    def test_saving_it_leaves_the_live_row_alone(self, signed_in):
        release, partner = make_release(headline_en="Before"), make_institution()
        client = signed_in("Author")
        copy = copies.open_copy(item=release)
        save(client, copy, headline_en="After", institutions=[partner.pk])
        assert Release.with_copies.get(pk=copy.pk).headline_en == "After"
        release.refresh_from_db()
        assert release.headline_en == "Before"
        assert not release.institutions.exists()

    def test_publishing_asks_readers_note_or_minor(self, signed_in):
        release = make_release(headline_en="Before")
        client = signed_in("Publisher")
        copy = copies.open_copy(item=release)
        refused = save(client, copy, headline_en="After", step_en="publish")
        assert "change_note_en" in errors(refused)
        asked = save(
            client,
            copy,
            headline_en="After",
            step_en="publish",
            change_en="substantive",
            change_note_en="The title is corrected.",
        )
        done = confirm(client, asked, reason="Nobody else is here.")
        assert done["Location"] == form_address(release)
        release.refresh_from_db()
        assert release.headline_en == "After"
        assert ChangeNote.objects.told().get().note == "The title is corrected."

    def test_both_languages_are_published_in_one_go(self, signed_in):
        release = make_release()
        copy = copies.open_copy(item=release)
        client = signed_in("Publisher")
        asked = save(
            client,
            copy,
            headline_en="After",
            headline_zh_hans="之后",
            step_en="publish",
            step_zh_hans="publish",
            change_en="minor",
            change_zh_hans="minor",
        )
        confirm(client, asked, reason="Nobody else is here.")
        release.refresh_from_db()
        assert (release.headline_en, release.headline_zh_hans) == ("After", "之后")
        assert not Release.with_copies.filter(live=release).exists()

    def test_the_first_text_of_a_language_needs_no_note(self, signed_in):
        release = make_release(public=["en"])
        copy = copies.open_copy(item=release)
        client = signed_in("Publisher")
        asked = save(client, copy, headline_zh_hans="首发", step_zh_hans="publish")
        confirm(client, asked, reason="Nobody else is here.")
        release.refresh_from_db()
        assert release.is_public("zh-hans")
        assert release.headline_zh_hans == "首发"

    def test_an_author_is_offered_no_publication(self, signed_in):
        copy = copies.open_copy(item=make_release())
        page = signed_in("Author").get(form_address(copy))
        steps = [
            value for value, _label in page.context["adminform"].form.fields["step_en"].choices
        ]
        assert steps == ["", "submit"]

    def test_an_author_does_not_touch_a_scheduled_change(self, signed_in):
        copy = copies.open_copy(item=make_release())
        services.publish(
            item=copy, language="en", at=timezone.now() + timedelta(hours=1), minor=True
        )
        client = signed_in("Author")
        assert client.post(form_address(copy), {"headline_en": "x"}).status_code == 403
        assert client.post(form_address(copy, "discard_copy")).status_code == 403

    def test_discarding_asks_first_and_shows_what_is_lost(self, signed_in):
        release = make_release(headline_en="Before")
        copy = copies.open_copy(item=release)
        client = signed_in("Author")
        save(client, copy, headline_en="After")
        place = form_address(copy, "discard_copy")
        assert "<ins>After</ins>" in text(client.get(place))
        assert Release.with_copies.filter(pk=copy.pk).exists()
        assert client.post(place)["Location"] == form_address(release)
        assert not Release.with_copies.filter(pk=copy.pk).exists()
        assert client.post(place).status_code == 404

    def test_an_address_taken_by_another_item_is_refused(self, signed_in):
        make_release(slug="taken", public=[])
        copy = copies.open_copy(item=make_release())
        assert "slug" in errors(save(signed_in("Publisher"), copy, slug="taken"))

    def test_it_cannot_be_deleted_by_the_back_door(self, signed_in):
        copy = copies.open_copy(item=make_release())
        response = signed_in("Publisher").post(form_address(copy, "delete"), {"post": "yes"})
        assert response["Location"] == form_address(copy, "discard_copy")
        assert Release.with_copies.filter(pk=copy.pk).exists()

    def test_deleting_an_item_takes_its_copy_along(self, signed_in):
        release = make_release()
        copies.open_copy(item=release)
        signed_in("Publisher").post(form_address(release, "delete"), {"post": "yes"})
        assert not Release.with_copies.exists()

    def test_lists_show_items_only_and_tell_of_their_copies(self, signed_in):
        release = make_release(headline_en="Before")
        client = signed_in("Publisher")
        save(client, copies.open_copy(item=release), headline_en="After")
        client.get(address("admin:index"))
        page = client.get(address("admin:news_release_changelist"))
        assert list(page.context["cl"].result_list) == [release]
        assert "working copy</span>" in text(page)
        assert "After" not in text(page)
        found = client.get(
            address("admin:autocomplete"),
            {"app_label": "portal", "model_name": "milestone", "field_name": "release"},
        )
        assert [row["id"] for row in found.json()["results"]] == [str(release.pk)]


class TestHistory:
    def test_each_save_that_changed_something_is_a_revision(self, signed_in):
        release = make_release(public=[], headline_en="One")
        client = signed_in("Author")
        save(client, release)
        assert not Revision.objects.exists()
        save(client, release, headline_en="Two", save_note="A better title")
        save(client, release, summary_en="", source_name_zh_hans="")
        found, saved = Revision.objects.of(release).order_by("number")
        assert (found.kind, found.data["texts"]["headline"]["en"]) == ("found", "One")
        assert (saved.note, saved.languages) == ("A better title", "en")
        assert saved.user.groups.get().name == "Author"

    def test_relations_alone_make_a_revision(self, signed_in):
        release = make_release(public=[])
        save(signed_in("Author"), release, institutions=[make_institution().pk])
        assert Revision.objects.of(release).first().languages == "en,zh-hans"

    def test_an_approved_text_that_changes_goes_back_to_review(self, signed_in):
        release = make_release(public=[], stage_en=Stage.APPROVED, stage_zh_hans=Stage.APPROVED)
        save(signed_in("Author"), release, headline_en="Changed")
        release.refresh_from_db()
        assert release.stage("en") == Stage.IN_REVIEW
        assert release.stage("zh-hans") == Stage.APPROVED

    def test_any_two_can_be_compared_and_the_copy_with_what_is_live(self, signed_in):
        partner = make_institution("Nanjing University")
        release = make_release(headline_en="Partners met in Nanjing", headline_zh_hans="中心奠基了")
        copy = copies.open_copy(item=release)
        client = signed_in("Author")
        save(
            client,
            copy,
            headline_en="Partners met in Cambridge",
            headline_zh_hans="中心今天奠基",
            institutions=[partner.pk],
        )
        compare = form_address(release, "compare")
        for query in ({}, {"before": "1", "after": "3"}):
            page = text(client.get(compare, query))
            assert "Partners met in <del>Nanjing</del><ins>Cambridge</ins>" in page
            assert "中心<ins>今天</ins>奠基<del>了</del>" in page
            assert "<ins>Nanjing University" in page
        assert "No difference" in text(client.get(compare, {"before": "3", "after": "work"}))

    @pytest.mark.parametrize("forged", ["99", "-1", "0", "x", "9" * 30, "1' OR 1=1", "²"])
    def test_a_forged_revision_is_missing_and_changes_nothing(self, signed_in, forged):
        release = make_release(public=[])
        client = signed_in("Author")
        save(client, release, headline_en="Two")
        query = {"before": forged, "after": "1"}
        assert client.get(form_address(release, "compare"), query).status_code == 404
        answer = client.post(form_address(release, "restore"), {"number": forged})
        assert answer.status_code in (302, 404)
        assert Revision.objects.of(release).count() == 2

    def test_restoring_makes_a_working_copy_and_never_a_live_change(self, signed_in):
        release = make_release(headline_en="One")
        client = signed_in("Publisher")
        copy = copies.open_copy(item=release)
        asked = save(client, copy, headline_en="Two", step_en="publish", change_en="minor")
        confirm(client, asked, reason="Nobody else is here.")
        response = client.post(form_address(release, "restore"), {"number": "1"})
        restored = Release.with_copies.get(live=release)
        assert response["Location"] == form_address(restored)
        assert restored.headline_en == "One"
        release.refresh_from_db()
        assert release.headline_en == "Two"

    def test_restoring_a_draft_keeps_what_it_said(self, signed_in):
        release = make_release(public=[], headline_en="One")
        client = signed_in("Author")
        save(client, release, headline_en="Two")
        client.post(form_address(release, "restore"), {"number": "1"})
        release.refresh_from_db()
        assert release.headline_en == "One"
        said = [r.data["texts"]["headline"]["en"] for r in Revision.objects.of(release)]
        assert said == ["One", "Two", "One"]

    def test_the_page_lists_saves_and_what_happened(self, signed_in):
        release = make_release()
        client = signed_in("Publisher")
        save(client, copies.open_copy(item=release), headline_en="Two", save_note="Tighter")
        page = text(client.get(form_address(release, "history")))
        assert "Tighter" in page
        assert "opened a working copy" in page

    def test_a_long_history_costs_nothing(self, signed_in):
        release = make_release()
        client = signed_in("Publisher")
        copy = copies.open_copy(item=release)
        data = traversal.snapshot(copy)
        client.get(form_address(copy))
        with CaptureQueriesContext(connection) as few:
            client.get(form_address(copy))
            client.get(form_address(release, "history"))
        for _ in range(120):
            history.write(release, data)
        with CaptureQueriesContext(connection) as many:
            client.get(form_address(copy))
            client.get(form_address(release, "history"))
        assert len(many) == len(few)
