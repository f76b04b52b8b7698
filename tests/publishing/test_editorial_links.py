"""A preview link shows an unpublished text to whoever has it, until it ends; to nobody else."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from news.models import GalleryPicture
from publishing.cache.models import Generation
from publishing.editorial import copies, linking, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.links import PreviewLink
from publishing.editorial.records import AuditEvent
from publishing.editorial.sharing import address_in
from publishing.pageviews.models import Day
from tests.builders import make_event, make_page, make_release, make_user
from tests.forms import submit
from tests.publishing.cache_support import Site
from tests.publishing.editorial_support import form_address, save
from tests.publishing.test_images import halves, photograph
from tests.publishing.test_media import make_image

pytestmark = pytest.mark.django_db


def make_link(item, language="en", **values):
    link, token = linking.make_link(item=item, user=None, language=language, **values)
    return link, address_in(token, language or "en")


class TestWhoHasIt:
    @pytest.mark.parametrize("make", [make_release, make_event, make_page])
    def test_reads_a_draft_under_a_bar_that_says_so(self, client, make):
        item = make(public=[], body_en="<p>Not yet public.</p>")
        _link, address = make_link(item)
        page = client.get(address)
        html = page.content.decode()
        assert page.status_code == 200
        assert "Not yet public." in html
        assert "Preview, not published" in html
        assert client.get(item.get_absolute_url("en")).status_code == 404

    def test_reads_in_the_language_of_the_link(self, client):
        release = make_release(public=[], headline_zh_hans="草稿标题")
        _link, address = make_link(release, "zh-hans")
        assert "草稿标题" in client.get(address).content.decode()
        elsewhere = client.get(address.replace("/zh-hans/", "/en/"))
        assert (elsewhere.status_code, elsewhere["Location"]) == (302, address)

    def test_switches_between_both_languages_where_the_link_is_for_both(self, client):
        _link, address = make_link(make_release(public=[], headline_zh_hans="草稿标题"), "")
        there = address.replace("/en/", "/zh-hans/")
        assert f'href="{there}"' in client.get(address).content.decode()
        assert "草稿标题" in client.get(there).content.decode()

    def test_always_reads_the_latest_text(self, client):
        release = make_release(headline_en="Live")
        _link, address = make_link(release)
        copy = copies.open_copy(item=release)
        copy.headline_en = "In preparation"
        copy.save()
        assert "In preparation" in client.get(address).content.decode()

    def test_is_told_when_the_text_has_been_published(self, client):
        release = make_release(public=[])
        _link, address = make_link(release)
        services.publish(item=release, language="en")
        html = client.get(address).content.decode()
        assert "This text has been published." in html
        assert release.get_absolute_url("en") in html

    def test_reads_one_revision_whatever_is_written_later(self, client):
        release = make_release(public=[], headline_en="First")
        publisher = make_user(group="Publisher")
        client.force_login(publisher)
        save(client, release, headline_en="Second")
        save(client, release, headline_en="Third")
        client.logout()
        _link, address = make_link(release, revision=2)
        before = list(Generation.objects.values()), type(release).with_copies.count()
        assert "Second" in client.get(address).content.decode()
        assert before == (list(Generation.objects.values()), type(release).with_copies.count())

    def test_sees_the_private_pictures_of_the_page_and_no_others(self, client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        release = make_release(public=[])
        shown, other = make_image(photograph()), make_image(halves())
        GalleryPicture.objects.create(release=release, image=shown)
        link, address = make_link(release)
        html = client.get(address).content.decode()
        assert '"/media/' not in html
        source = re.search(r'src="([^"]+/media/[^"]+)"', html)[1]
        picture = client.get(source)
        assert picture.status_code == 200
        assert picture["Cache-Control"] == "private, no-store"
        forged = source.replace(shown.uid, other.uid)
        assert client.get(forged).status_code == 404
        direct = "/media/" + source.partition("/media/")[2].partition("/")[2]
        assert client.get(direct).status_code == 404
        linking.revoke_link(item=release, number=link.pk)
        assert client.get(source).status_code == 404


class TestItIsKeptNowhere:
    def test_headers_and_head(self, client):
        answer = client.get(make_link(make_release(public=[]))[1])
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        html = answer.content.decode()
        assert '<meta name="robots" content="noindex, nofollow">' in html
        for absent in ("canonical", "og:title", "ld+json", "reads.js", "/v/release"):
            assert absent not in html
        assert not Day.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_nothing_reaches_the_page_cache(self):
        site = Site()
        release = make_release(public=[], headline_en="Draft")
        link, address = make_link(release)
        assert "Draft" in site.get(address).text
        PreviewLink.objects.update(revoked_at=timezone.now())
        assert site.get(address).status == 410

    def test_only_a_fingerprint_of_the_token_is_stored(self):
        link, token = linking.make_link(item=make_release(public=[]), user=None)
        assert len(token) >= 22
        stored = [str(value) for value in PreviewLink.objects.values().get().values()]
        stored += [str(value) for value in AuditEvent.objects.values().last().values()]
        assert not [value for value in stored if token in value]


class TestWhoHasItNot:
    @pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "../en", "中文"])
    def test_a_guess_finds_nothing(self, client, token):
        make_link(make_release(public=[]))
        assert client.get(f"/en/preview/{token}/").status_code == 404

    def test_the_end_of_a_link_is_told_in_the_reader_s_language(self, client):
        link, address = make_link(make_release(public=[]), "")
        later = timezone.now() - timedelta(seconds=1)
        PreviewLink.objects.update(created_at=later - timedelta(days=7), expires_at=later)
        answer = client.get(address)
        assert answer.status_code == 410
        assert "This preview has ended." in answer.content.decode()
        assert answer["Cache-Control"] == "private, no-store"
        assert client.get(address.replace("/en/", "/zh-hans/")).status_code == 410

    def test_a_revoked_one_says_so(self, client):
        release = make_release(public=[])
        link, address = make_link(release)
        linking.revoke_link(item=release, number=link.pk)
        answer = client.get(address)
        assert answer.status_code == 410
        assert "taken back" in answer.content.decode()

    def test_a_deleted_item_is_gone(self, client):
        release = make_release(public=[])
        _link, address = make_link(release)
        services.delete(item=release)
        answer = client.get(address)
        assert answer.status_code == 410
        assert "deleted" in answer.content.decode()

    def test_a_revision_that_was_thinned_out_is_gone(self, client):
        release = make_release()
        _link, address = make_link(release, revision=1)
        services.Revision.objects.of(release).delete()
        assert client.get(address).status_code == 410

    def test_nothing_is_sent_to_it(self, client):
        assert client.post(make_link(make_release(public=[]))[1]).status_code == 405


class TestOnTheDesk:
    @pytest.fixture
    def author(self, client):
        client.force_login(make_user("lin", group="Author"))
        return client

    def make(self, client, item, **values):
        return submit(client, form_address(item, "share"), "share_form", **values)

    def test_the_address_is_shown_once_and_works(self, author):
        release = make_release(public=[], headline_en="Draft")
        page = self.make(author, release, language="en", note="Prof. Smith")
        address = re.search(r'value="(http[^"]+/en/preview/[^"]+)"', page.content.decode())[1]
        author.logout()
        path = "/en/" + address.partition("/en/")[2]
        assert "Draft" in author.get(path).content.decode()
        author.force_login(make_user(group="Author"))
        listed = author.get(form_address(release, "share")).content.decode()
        assert "Prof. Smith" in listed
        assert "<small>lin</small>" in listed
        assert "1 time" in listed
        assert address.rstrip("/").rpartition("/")[2] not in listed

    def test_it_lasts_seven_days_unless_told_otherwise_and_sixty_at_most(self, author):
        release = make_release(public=[])
        self.make(author, release)
        left = PreviewLink.objects.get().expires_at - timezone.now()
        assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
        assert "less than or equal to 60" in self.make(author, release, days="61").content.decode()
        assert PreviewLink.objects.count() == 1
        with pytest.raises(Refused):
            linking.make_link(item=release, user=None, days=61)

    def test_making_and_revoking_are_in_the_audit(self, author):
        release = make_release(public=[])
        self.make(author, release, language="en")
        link = PreviewLink.objects.get()
        for _twice in range(2):
            author.post(form_address(release, "revoke"), {"link": link.pk})
        events = AuditEvent.objects.order_by("pk").values_list("action", "user_name", "object_id")
        assert list(events) == [("link", "lin", release.pk), ("revoke", "lin", release.pk)]

    @pytest.mark.parametrize("number", ["", "x", "0", "999999", "9" * 40])
    def test_a_link_that_is_not_there_cannot_be_revoked(self, author, number):
        release = make_release(public=[])
        make_link(make_release(public=[]))
        assert author.post(form_address(release, "revoke"), {"link": number}).status_code == 302
        assert PreviewLink.objects.get().revoked_at is None

    def test_a_revision_that_is_not_there_is_refused_in_the_form(self, author):
        release = make_release(public=[])
        page = author.post(form_address(release, "share"), {"revision": "7", "days": "7"})
        assert page.status_code == 200
        assert not PreviewLink.objects.exists()

    def test_a_working_copy_shares_with_its_item(self, author):
        release = make_release()
        copy = copies.open_copy(item=release)
        self.make(author, copy)
        assert PreviewLink.objects.of(release).count() == 1

    def test_who_only_reads_the_kind_shares_nothing(self, client):
        client.force_login(make_user(group="Partner manager"))
        release = make_release(public=[])
        assert client.get(form_address(release, "share")).status_code == 403
        assert client.post(form_address(release, "revoke"), {"link": "1"}).status_code == 403


def test_links_long_ended_are_tidied_away():
    make_link(make_release(public=[]))
    past = timezone.now() - timedelta(days=31)
    PreviewLink.objects.update(created_at=past - timedelta(days=7), expires_at=past)
    make_link(make_release(public=[]))
    call_command("tidy")
    assert PreviewLink.objects.count() == 1
