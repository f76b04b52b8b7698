"""A new address leads on from the old one; readers are told what changed and when."""

import pytest

from publishing.editorial import copies, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.models import State
from publishing.editorial.records import ChangeNote, FormerAddress
from tests.builders import make_event, make_page, make_release

pytestmark = pytest.mark.django_db


def moved(item, slug, languages=("en", "zh-hans")):
    """The item after a change of its address has been published."""
    copy = copies.open_copy(item=item)
    copy.slug = slug
    copy.save()
    live = services.publish(item=copy, language=languages[0], minor=True)
    live.refresh_from_db()
    return live


class TestAddresses:
    @pytest.mark.parametrize(
        ("make", "folder"), [(make_release, "news/"), (make_event, "events/"), (make_page, "")]
    )
    def test_a_former_address_leads_to_the_present_one_in_both_languages(
        self, client, make, folder
    ):
        item = moved(make(slug="old"), "new")
        for language in ("en", "zh-hans"):
            answer = client.get(f"/{language}/{folder}old/")
            assert answer.status_code == 301
            assert (
                answer["Location"] == f"/{language}/{folder}new/" == item.get_absolute_url(language)
            )
            assert client.get(answer["Location"]).status_code == 200

    def test_a_chain_is_one_step(self, client):
        release = make_release(slug="first")
        for slug in ("second", "third"):
            release = moved(release, slug)
        for slug in ("first", "second"):
            assert client.get(f"/en/news/{slug}/")["Location"] == "/en/news/third/"

    def test_going_back_makes_no_loop(self, client):
        release = moved(moved(make_release(slug="first"), "second"), "first")
        assert client.get("/en/news/first/").status_code == 200
        assert client.get("/en/news/second/")["Location"] == "/en/news/first/"
        assert list(FormerAddress.objects.values_list("slug", flat=True)) == ["second"]
        assert release.slug == "first"

    def test_only_a_published_change_of_address_counts(self, client):
        draft = make_release(public=[], slug="draft")
        draft.slug = "draft-two"
        draft.save()
        live = make_release(slug="live")
        copy = copies.open_copy(item=live)
        copy.slug = "live-two"
        copy.save()
        assert not FormerAddress.objects.exists()
        assert client.get("/en/news/live/").status_code == 200
        assert client.get("/en/news/live-two/").status_code == 404
        copies.discard_copy(item=copy)
        assert not FormerAddress.objects.exists()

    def test_an_address_is_never_given_again(self):
        moved(make_release(slug="old", headline_en="Old"), "new")
        assert make_release(headline_en="Old").slug != "old"
        other = copies.open_copy(item=make_release(slug="other"))
        other.slug = "old"
        with pytest.raises(Exception, match="had it once"):
            other.full_clean()
        deleted = make_release(slug="deleted", headline_en="Deleted")
        services.delete(item=deleted)
        assert make_release(headline_en="Deleted").slug != "deleted"

    def test_a_copy_does_not_take_an_address_that_another_took_meanwhile(self):
        release = make_release(slug="mine")
        copy = copies.open_copy(item=release)
        copy.slug = "wanted"
        copy.save()
        # An import, which asks no form.
        make_release(public=[], slug="wanted")
        with pytest.raises(Refused):
            services.publish(item=copy, language="en", minor=True)
        release.refresh_from_db()
        assert release.slug == "mine"

    def test_what_nobody_may_read_leads_nowhere(self, client):
        release = moved(make_release(slug="old"), "new")
        for language in ("en", "zh-hans"):
            services.unpublish(item=release, language=language, notice="Published in error.")
        assert client.get("/en/news/old/").status_code == 404
        assert client.get("/en/news/new/").status_code == 410

    def test_a_language_that_is_not_published_still_leads_to_the_offer_of_the_other(self, client):
        release = make_release(slug="old", public=["en"])
        moved(release, "new")
        answer = client.get("/zh-hans/news/old/", follow=True)
        assert answer.redirect_chain == [("/zh-hans/news/new/", 301)]
        assert answer.status_code == 404
        assert 'href="/en/news/new/"' in answer.content.decode()

    def test_a_replacement_that_leads_back_is_refused(self, client):
        first, second = make_release(slug="first"), make_release(slug="second")
        services.unpublish(item=first, language="en", replacement=second.get_absolute_url("en"))
        with pytest.raises(Refused, match="leads back"):
            services.unpublish(item=second, language="en", replacement=first.get_absolute_url("en"))

    def test_a_replacement_that_was_replaced_leads_to_the_end(self, client):
        first, second, third = (make_release(slug=slug) for slug in ("one", "two", "three"))
        services.unpublish(item=second, language="en", replacement="/en/news/three/")
        services.unpublish(item=first, language="en", replacement="/en/news/two/")
        assert client.get("/en/news/one/")["Location"] == "/en/news/three/"
        assert third.is_public("en")


class TestChangeNotes:
    def page(self, client, language="en"):
        return client.get(f"/{language}/news/told/").content.decode()

    def changed(self, release, note="", **changes):
        copy = copies.open_copy(item=release)
        for name, value in changes.items():
            setattr(copy, name, value)
        copy.save()
        services.publish(item=copy, language="en", note=note, minor=not note)
        release.refresh_from_db()

    def test_a_change_of_a_known_text_needs_a_note_or_is_minor(self):
        release = make_release()
        copy = copies.open_copy(item=release)
        for note in ("", "  "):
            with pytest.raises(Refused, match="what has changed"):
                services.publish(item=copy, language="en", note=note)
        assert not ChangeNote.objects.exists()

    def test_a_substantive_change_is_told_and_counts_as_an_update(self, client):
        release = make_release(slug="told")
        before = release.last_updated_en
        self.changed(release, note="The number of partners is corrected.", headline_en="After")
        assert release.last_updated_en > before
        assert release.first_published_en == before
        assert release.last_updated_zh_hans < release.last_updated_en
        page = self.page(client)
        assert "The number of partners is corrected." in page
        assert "First published" in page and "Updated" in page
        assert "corrected" not in self.page(client, "zh-hans")

    def test_a_minor_one_is_dated_only(self, client):
        release = make_release(slug="told")
        before = release.last_updated_en
        self.changed(release, headline_en="After")
        assert release.last_updated_en == before
        page = self.page(client)
        assert "Minor change" in page
        assert "Updated" not in page

    def test_a_first_publication_tells_of_no_change(self, client):
        make_release(slug="told")
        page = self.page(client)
        assert "First published" in page
        assert "See all updates" not in page

    def test_publishing_again_after_withdrawing_is_possible(self):
        release = make_release()
        services.withdraw(item=release, language="en", notice="Wrong number.")
        copy = copies.open_copy(item=release)
        services.publish(item=copy, language="en", note="The number is right now.")
        release.refresh_from_db()
        assert release.state("en") == State.PUBLISHED
