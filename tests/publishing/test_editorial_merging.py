"""Two people write one item at once: nothing of either is lost, and neither waits."""

import pytest
from playwright.sync_api import expect

from news.models import Note, Quote
from publishing.editorial import bases, copies
from publishing.editorial.autosaves import Autosave
from publishing.editorial.models import Stage
from publishing.editorial.records import Revision
from tests.builders import make_event, make_institution, make_release, make_user
from tests.forms import fields
from tests.publishing.editorial_support import filled, form_address, save, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return signed_in()


@pytest.fixture
def them():
    return signed_in(name="ada")


def meanwhile(me, them, item, mine, theirs, **kwargs):
    """I open the form; they open it and save; then I save what I have typed."""
    form = filled(me.get(form_address(item))) | mine
    assert save(them, item, **theirs).status_code == 302
    answer = me.post(form_address(item), form | {"_continue": "1"}, **kwargs)
    item.refresh_from_db()
    return answer


def choose(client, item, page, **choices):
    """Send the merge page with what was chosen there."""
    sent = fields(page, "put-together") | {n.replace("_", "-"): v for n, v in choices.items()}
    answer = client.post(form_address(item), sent)
    item.refresh_from_db()
    return answer


def text(answer):
    return answer.content.decode()


class TestNoConflict:
    def test_both_languages_are_written_at_once(self, me, them):
        release = make_release(public=[])
        answer = meanwhile(
            me, them, release, {"headline_zh_hans": "我的"}, {"headline_en": "Theirs"}, follow=True
        )
        assert (release.headline_en, release.headline_zh_hans) == ("Theirs", "我的")
        assert "Both changes are kept" in text(answer)
        latest = Revision.objects.of(release).first()
        assert (latest.user, latest.languages) == (me.user, "zh-hans")

    def test_so_are_two_fields_of_one_language(self, me, them):
        copy = copies.open_copy(item=make_release())
        answer = meanwhile(me, them, copy, {"summary_en": "Mine."}, {"body_en": "<p>Theirs.</p>"})
        assert answer.status_code == 302
        copy = type(copy).with_copies.get(pk=copy.pk)
        assert (copy.summary_en, copy.body_en) == ("Mine.", "<p>Theirs.</p>")

    def test_the_line_ends_of_a_browser_are_no_change(self, me, them):
        release = make_release(public=[], body_en="<p>One.</p>\n<p>Two.</p>")
        theirs = {"body_en": "<p>One.</p>\r\n<p>Two.</p>", "summary_en": "Theirs."}
        mine = {"body_en": "<p>One.</p>\r\n<p>Mine.</p>"}
        assert meanwhile(me, them, release, mine, theirs).status_code == 302
        assert "Mine." in release.body_en
        assert release.summary_en == "Theirs."

    def test_links_are_put_together_one_by_one(self, me, them):
        release = make_release(public=[])
        old, mine, theirs = (make_institution() for _ in range(3))
        release.institutions.set([old])
        meanwhile(
            me,
            them,
            release,
            {"institutions": [old.pk, mine.pk]},
            {"institutions": [theirs.pk]},
        )
        assert set(release.institutions.all()) == {mine, theirs}

    def test_rows_are_put_together_field_by_field(self, me, them):
        release = make_release(public=[])
        Quote.objects.create(release=release, text_en="Words", text_zh_hans="话")
        Note.objects.create(release=release, text_en="Goes")
        meanwhile(
            me,
            them,
            release,
            {
                "quotes-0-text_zh_hans": "我的话",
                "notes-TOTAL_FORMS": "2",
                "notes-1-text_en": "Mine",
                "notes-1-order": "0",
            },
            {
                "quotes-0-text_en": "Their words",
                "quotes-TOTAL_FORMS": "2",
                "quotes-1-text_en": "Their new quote",
                "quotes-1-order": "0",
                "notes-0-DELETE": "on",
            },
        )
        quotes = {(q.text_en, q.text_zh_hans or "") for q in release.quotes.all()}
        assert quotes == {("Their words", "我的话"), ("Their new quote", "")}
        assert [note.text_en for note in release.notes.all()] == ["Mine"]

    def test_linked_rows_of_rows_are_kept(self, me, them):
        event = make_event(public=[])
        event.sessions.create(title_en="Opening")
        meanwhile(
            me,
            them,
            event,
            {"sessions-0-title_zh_hans": "开幕式"},
            {"sessions-0-title_en": "Opening session"},
        )
        session = event.sessions.get()
        assert (session.title_en, session.title_zh_hans) == ("Opening session", "开幕式")

    def test_a_step_is_taken_only_for_a_language_they_left_alone(self, me, them):
        release = make_release(public=[])
        steps = {"step_en": "submit", "step_zh_hans": "submit", "headline_zh_hans": "我的"}
        answer = meanwhile(me, them, release, steps, {"headline_en": "Theirs"}, follow=True)
        assert (release.stage("en"), release.stage("zh-hans")) == (Stage.WRITING, Stage.IN_REVIEW)
        assert "English was changed by somebody else" in text(answer)

    def test_their_step_alone_is_no_change_of_the_text(self, me, them):
        release = make_release(public=[])
        meanwhile(me, them, release, {"headline_en": "Mine"}, {"step_en": "submit"})
        assert release.headline_en == "Mine"

    def test_the_same_change_by_both_is_no_conflict(self, me, them):
        release = make_release(public=[])
        same = {"headline_en": "The same"}
        assert meanwhile(me, them, release, same, same).status_code == 302
        assert release.headline_en == "The same"


class TestConflict:
    def conflict(self, me, them, release):
        return meanwhile(
            me,
            them,
            release,
            {"headline_en": "Partners met in Cambridge", "summary_en": "Mine."},
            {"headline_en": "Partners met again in Nanjing", "summary_zh_hans": "他们的。"},
        )

    @pytest.fixture
    def release(self):
        return make_release(public=[], headline_en="Partners met in Nanjing")

    def test_the_page_shows_both_sides_word_by_word_and_saves_nothing(self, me, them, release):
        page = self.conflict(me, them, release)
        assert page.status_code == 409
        said = text(page)
        assert "ada saved this on" in said
        assert "Partners met <ins>again </ins>in Nanjing" in said
        assert "Partners met in <del>Nanjing</del><ins>Cambridge</ins>" in said
        assert said.index("Changed by them alone") < said.index("他们的。")
        assert said.index("Changed by you alone") < said.index("<ins>Mine.</ins>")
        assert release.headline_en == "Partners met again in Nanjing"
        assert Autosave.objects.get().user == me.user

    @pytest.mark.parametrize(
        ("choice", "outcome"),
        [
            ({"merge_headline_en": "theirs"}, "Partners met again in Nanjing"),
            ({"merge_headline_en": "mine"}, "Partners met in Cambridge"),
            (
                {"merge_headline_en": "own", "merge_headline_en_own": "Both cities"},
                "Both cities",
            ),
        ],
    )
    def test_the_choice_is_saved_as_a_revision(self, me, them, release, choice, outcome):
        page = self.conflict(me, them, release)
        count = Revision.objects.of(release).count()
        assert choose(me, release, page, **choice).status_code == 302
        assert (release.headline_en, release.summary_en) == (outcome, "Mine.")
        assert release.summary_zh_hans == "他们的。"
        assert Revision.objects.of(release).count() == count + 1
        assert not Autosave.objects.exists()

    def test_every_conflict_wants_a_choice(self, me, them, release):
        page = choose(me, release, self.conflict(me, them, release))
        assert page.status_code == 409
        assert "Choose what shall stand there." in text(page)
        page = choose(me, release, page, merge_headline_en="forged")
        assert page.status_code == 409
        assert release.headline_en == "Partners met again in Nanjing"

    def test_a_third_save_asks_anew(self, me, them, release):
        page = self.conflict(me, them, release)
        save(them, release, headline_en="And again, in one more city")
        page = choose(me, release, page, merge_headline_en="mine")
        assert page.status_code == 409
        assert "And again" in text(page)
        choose(me, release, page, merge_headline_en="mine")
        assert release.headline_en == "Partners met in Cambridge"

    def test_a_row_that_one_removed_and_the_other_changed(self, me, them, release):
        Quote.objects.create(release=release, text_en="Words")
        key = release.quotes.get().key
        page = meanwhile(
            me, them, release, {"quotes-0-text_en": "My words"}, {"quotes-0-DELETE": "on"}
        )
        assert page.status_code == 409
        sent = fields(page, "put-together") | {f"merge-quotes-{key}-quotes-": "mine"}
        me.post(form_address(release), sent)
        assert release.quotes.get().text_en == "My words"

    def test_leaving_the_page_loses_nothing(self, me, them, release):
        self.conflict(me, them, release)
        page = me.get(form_address(release), {"restore": "1"})
        form = fields(page, "release_form")
        assert (form["headline_en"], form["summary_en"]) == ("Partners met in Cambridge", "Mine.")
        assert me.post(form_address(release), form).status_code == 409

    def test_input_with_a_mistake_comes_back_as_a_form(self, me, them, release):
        Note.objects.create(release=release, text_en="Goes")
        page = meanwhile(
            me,
            them,
            release,
            {"headline_en": "Mine", "slug": "Not an address!", "notes-0-text_en": "Mine too"},
            {"headline_en": "Theirs", "notes-0-DELETE": "on"},
        )
        assert page.status_code == 200
        form = fields(page, "release_form")
        assert (form["slug"], form["notes-0-text_en"]) == ("Not an address!", "Mine too")
        assert release.headline_en == "Theirs"
        assert not release.notes.exists()
        page = me.post(form_address(release), form | {"slug": "an-address"})
        assert page.status_code == 409
        assert "Mine too" in text(page)


class TestVersions:
    @pytest.mark.parametrize("version", ["", "forged", "0"])
    def test_an_unknown_version_is_a_page_and_saves_nothing(self, me, version):
        release = make_release(public=[], headline_en="Before")
        page = save(me, release, headline_en="Typed", version=version)
        assert page.status_code == 400
        assert "nothing was saved" in text(page)
        release.refresh_from_db()
        assert release.headline_en == "Before"
        form = fields(me.get(form_address(release), {"restore": "1"}), "release_form")
        assert form["headline_en"] == "Typed"
        assert me.post(form_address(release), form).status_code == 302

    def test_the_version_of_another_item_is_unknown(self, me):
        release, other = make_release(public=[]), make_release(public=[])
        page = save(me, release, headline_en="Typed", version=bases.sign(other))
        assert page.status_code == 400
        page = save(me, release, version=bases.sign(make_event(public=[])))
        assert page.status_code == 400

    def test_who_may_not_change_it_may_not_merge(self, them):
        release = make_release(public=[])
        stranger = signed_in("Partner manager")
        assert stranger.post(form_address(release), {"version": "x"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_merge_page_in_a_browser(page, live_server):
    make_user("editor", group="Author")
    release = make_release(public=[], body_en="<p>One.</p>")
    page.goto("/en/account/login/")
    page.fill("[name=login]", "editor")
    page.fill("[name=password]", "pw")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/**")
    page.goto(form_address(release))
    save(signed_in(name="ada"), release, body_en="<p>Two.</p>")
    editor = page.locator(".ProseMirror[contenteditable=true]").first
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Three.")
    page.locator("[name=_continue]").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Somebody else has saved")
    page.get_by_label("What I write here:").check()
    editor = page.locator(".own .ProseMirror[contenteditable=true]")
    expect(editor).to_contain_text("One. Three.")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Two.")
    page.get_by_role("button", name="Save what I have chosen").click()
    page.wait_for_url("**/change/**")
    release.refresh_from_db()
    assert release.body_en == "<p>One. Three. Two.</p>"
