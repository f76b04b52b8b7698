"""Each translation knows whether its source has changed since it was made."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.models import Release
from publishing.editorial import copies, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.freshness import Freshness
from publishing.editorial.records import FieldConfirmation
from tests.builders import make_event, make_page, make_release, make_user
from tests.publishing.editorial_support import address, form_address, save

pytestmark = pytest.mark.django_db

BOARD = address("desk:parity")


def state(release, language="zh-hans"):
    release.refresh_from_db()
    return Freshness(getattr(release, f"freshness_{language.replace('-', '_')}"))


@pytest.fixture
def author(client):
    client.force_login(make_user(group="Author"))
    return client


@pytest.fixture
def publisher(client):
    client.force_login(make_user(group="Publisher"))
    return client


class TestStates:
    def test_a_new_text_is_missing_then_a_draft_then_current(self):
        release = make_release(public=[], headline_zh_hans="", body_zh_hans="")
        assert (state(release, "en"), state(release)) == (Freshness.DRAFT, Freshness.MISSING)
        release.headline_zh_hans, release.body_zh_hans = "标题", "<p>正文。</p>"
        release.save()
        assert state(release) == Freshness.DRAFT
        for code in ("en", "zh-hans"):
            services.publish(item=release, language=code)
        assert (state(release, "en"), state(release)) == (Freshness.CURRENT, Freshness.CURRENT)

    def test_a_translation_that_lacks_a_field_is_a_draft(self):
        assert state(make_release(summary_en="Summary.", public=["en"])) == Freshness.DRAFT

    def test_a_changed_source_makes_the_translation_out_of_date(self, author):
        release = make_release(public=[])
        save(author, release, headline_en="Another headline")
        assert state(release) == Freshness.OUTDATED
        assert state(release, "en") == Freshness.DRAFT

    def test_spacing_is_no_change(self, author):
        release = make_release(public=[], headline_en="One headline")
        save(author, release, headline_en="One  headline ")
        assert state(release) == Freshness.DRAFT

    def test_a_changed_translation_makes_nothing_out_of_date(self, author):
        release = make_release(public=[])
        save(author, release, headline_zh_hans="另一个标题")
        assert (state(release, "en"), state(release)) == (Freshness.DRAFT, Freshness.DRAFT)

    def test_the_language_written_first_is_the_source(self, author):
        release = make_release(public=[], source_language="zh-hans")
        save(author, release, headline_zh_hans="另一个标题")
        assert (state(release, "en"), state(release)) == (Freshness.OUTDATED, Freshness.DRAFT)

    def test_both_changed_at_once_keep_step(self, author):
        release = make_release(public=[])
        save(author, release, headline_en="Another", headline_zh_hans="另一个")
        assert state(release) == Freshness.DRAFT

    def test_translating_again_brings_it_up_to_date(self, author):
        release = make_release(public=[])
        save(author, release, headline_en="Another headline")
        save(author, release, headline_zh_hans="另一个标题")
        assert state(release) == Freshness.DRAFT

    def test_only_the_field_that_changed_is_owed(self, author):
        release = make_release(public=[], summary_en="One.", summary_zh_hans="一。")
        save(author, release, headline_en="Another headline", summary_en="Two.")
        save(author, release, summary_zh_hans="二。")
        assert state(release) == Freshness.OUTDATED
        save(author, release, still_correct=["headline"])
        assert state(release) == Freshness.DRAFT

    def test_taking_the_change_back_makes_it_current_again(self, author):
        release = make_release(public=[], headline_en="One headline")
        save(author, release, headline_en="Another headline")
        save(author, release, headline_en="One headline")
        assert state(release) == Freshness.DRAFT

    def test_a_machine_draft_is_named_and_cannot_be_published(self):
        release = make_release(public=["en"], machine_zh_hans=True)
        assert state(release) == Freshness.MACHINE
        with pytest.raises(Refused, match="machine"):
            services.publish(item=release, language="zh-hans")

    def test_a_live_translation_falls_behind_only_when_the_source_is_published(self, author):
        release = make_release()
        copy = copies.open_copy(item=release)
        save(author, copy, headline_en="Another headline")
        assert state(copy) == Freshness.OUTDATED
        assert state(release) == Freshness.CURRENT
        services.publish(item=copy, language="en", minor=True)
        assert state(release) == Freshness.OUTDATED


class TestForm:
    def test_shows_in_place_what_changed_in_the_source(self, author):
        release = make_release(public=[], headline_en="Partners met in Nanjing")
        save(author, release, headline_en="Partners met in Cambridge")
        page = author.get(form_address(release)).content.decode()
        place = page.partition(" field-headline_zh_hans")[2].partition("field-summary_en")[0]
        assert "The source has changed since" in place
        assert "Partners met in <del>Nanjing</del><ins>Cambridge</ins>" in place
        assert 'name="still_correct" value="headline"' in place

    def test_still_correct_settles_it_without_a_revision(self, author):
        release = make_release(public=[])
        save(author, release, headline_en="Another headline")
        revisions = release.pk and FieldConfirmation.objects.count()
        save(author, release, still_correct=["headline", "forged", "slug"])
        assert state(release) == Freshness.DRAFT
        assert FieldConfirmation.objects.count() == revisions + 1
        page = author.get(form_address(release)).content.decode()
        assert "The source has changed since" not in page


class TestBoard:
    def debts(self):
        newer = make_page(public=["en"], title_en="Newer", title_zh_hans="", body_zh_hans="")
        older = make_release(headline_en="Older")
        copy = copies.open_copy(item=older)
        before = type(copy).with_copies.get(pk=copy.pk)
        said = services.traversal.snapshot(before)
        copy.headline_en = "Older, changed"
        copy.save()
        services.record_save(before=before, said=said, item=copy)
        services.publish(item=copy, language="en", minor=True)
        Release.objects.filter(pk=older.pk).update(owed_since_zh_hans="2020-01-01T00:00:00Z")
        make_event(title_en="In step")
        make_release(public=[], headline_en="Both drafts")
        return older, newer

    def test_lists_the_oldest_debt_first(self, publisher):
        self.debts()
        page = publisher.get(BOARD)
        assert [row["title"] for row in page.context["rows"]] == ["Older, changed", "Newer"]
        assert [cell["state"] for cell in page.context["rows"][0]["cells"]] == [
            "current",
            "outdated",
        ]

    def test_a_list_filters_what_is_owed(self, publisher):
        older, _newer = self.debts()
        place = address("admin:news_release_changelist")
        page = publisher.get(place, {"translation": "zh-hans:outdated"})
        assert list(page.context["cl"].result_list) == [older]
        assert "(out of date)" in page.content.decode()
        assert publisher.get(place, {"translation": "forged"}).status_code == 200

    def test_costs_the_same_however_much_is_owed(self, publisher):
        publisher.get(BOARD)
        with CaptureQueriesContext(connection) as few:
            publisher.get(BOARD)
        for _ in range(5):
            make_release(public=["en"])
        with CaptureQueriesContext(connection) as many:
            page = publisher.get(BOARD)
        assert len(page.context["rows"]) == 5
        assert len(few) == len(many)

    @pytest.mark.parametrize("number", ["0", "x", "-1", "9999999"])
    def test_a_wrong_page_is_a_page(self, publisher, number):
        assert publisher.get(BOARD, {"page": number}).status_code == 200


class TestRows:
    """Quotes, points, sessions and every other part with texts keep step like the text itself."""

    @pytest.fixture
    def release(self):
        release = make_release(public=[])
        release.quotes.create(text_en="Words", text_zh_hans="话", speaker_en="Li")
        return release

    def test_a_changed_source_makes_the_item_out_of_date(self, author, release):
        save(author, release, **{"quotes-0-text_en": "Other words"})
        assert state(release) == Freshness.OUTDATED
        save(author, release, **{"quotes-0-text_zh_hans": "别的话"})
        assert state(release) == Freshness.DRAFT

    def test_so_does_a_session_of_an_event(self, author):
        event = make_event(public=[])
        event.sessions.create(title_en="Opening", title_zh_hans="开幕式")
        save(author, event, **{"sessions-0-title_en": "Opening session"})
        assert state(event) == Freshness.OUTDATED

    def test_a_row_in_one_language_owes_nothing(self, author, release):
        save(author, release, **{"quotes-0-speaker_en": "Li Ming"})
        assert state(release) == Freshness.DRAFT

    def test_the_row_shows_what_changed_and_may_be_called_correct(self, author, release):
        save(author, release, **{"quotes-0-text_en": "Other words"})
        page = author.get(form_address(release)).content.decode()
        place = page.partition('name="quotes-0-text_zh_hans"')[2].partition("</td>")[0]
        assert "<del>Words</del><ins>Other words</ins>" in place
        path = f"quotes.{release.quotes.get().key}.text"
        assert f'name="still_correct" value="{path}"' in place
        save(author, release, still_correct=[path])
        assert state(release) == Freshness.DRAFT

    def test_a_row_whose_source_was_taken_back_is_current(self, author, release):
        save(author, release, **{"quotes-0-text_en": "Other words"})
        save(author, release, **{"quotes-0-text_en": "Words"})
        assert state(release) == Freshness.DRAFT

    def test_a_removed_row_owes_nothing(self, author, release):
        save(author, release, **{"quotes-0-text_en": "Other words"})
        save(author, release, **{"quotes-0-DELETE": "on"})
        assert state(release) == Freshness.DRAFT

    def test_publishing_carries_the_debt_to_the_live_row_and_its_lists(self, author):
        release = make_release(slug="live-one")
        release.quotes.create(text_en="Words", text_zh_hans="话")
        copy = copies.open_copy(item=release)
        save(author, copy, **{"quotes-0-text_en": "Other words"})
        assert state(release) == Freshness.CURRENT
        services.publish(item=copy, language="en", minor=True)
        assert state(release) == Freshness.OUTDATED
        assert state(copies.open_copy(item=release)) == Freshness.OUTDATED
        boss = make_user(group="Publisher")
        author.force_login(boss)
        board = author.get(BOARD)
        assert [row["title"] for row in board.context["rows"]] == [str(release)]
        assert board.context["counts"][1][2] == 1
        found = author.get(
            address("admin:news_release_changelist"), {"translation": "zh-hans:outdated"}
        )
        assert list(found.context["cl"].result_list) == [release]
        desk = author.get(address("admin:index")).content.decode()
        assert "Translations out of date <b>1</b>" in desk
        assert BOARD in desk
