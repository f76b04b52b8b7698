"""Each language of an item is published on its own, by predicates and by services."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news.models import Release
from publishing.editorial import copies, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.models import Stage, State
from tests.builders import make_event, make_page, make_release, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def shifted(release, **values):
    Release.objects.filter(pk=release.pk).update(**values)
    release.refresh_from_db()
    return release


def test_query_and_property_tell_the_same_story():
    """Every combination of state and instants, in both languages, at three moments."""
    now = timezone.now()
    instants = (now - HOUR, now + HOUR)
    base = make_release(public=["en"])
    for state in State:
        for publish in instants:
            for embargo in (None, *instants):
                for expire in (None, now - HOUR / 2, now + HOUR * 1.5):
                    if expire and expire <= publish:
                        continue  # the database refuses it
                    make_release(
                        public=[],
                        state_en=state,
                        publish_at_en=publish,
                        embargo_until_en=embargo,
                        expire_at_en=expire,
                    )
    assert Release.objects.count() == 61
    found = 0
    for at in (now - 2 * HOUR, now, now + 2 * HOUR):
        for withdrawn in (False, True):
            by_query = set(Release.objects.public("en", at=at, withdrawn=withdrawn))
            by_property = {
                release
                for release in Release.objects.all()
                if release.is_public("en", at=at, withdrawn=withdrawn)
            }
            assert by_query == by_property
            found += len(by_query)
    assert found
    assert base in Release.objects.public("en")
    assert not Release.objects.public("zh-hans").exists()


def test_publishing_one_language_leaves_the_other_a_draft():
    release = make_release(public=[])
    services.publish(item=release, language="en")
    assert release.is_public("en")
    assert release.state("zh-hans") == State.DRAFT
    assert release.public_languages() == ["en"]


def test_a_publication_instant_ahead_hides_the_item_until_then():
    release = make_release(public=[])
    later = timezone.now() + HOUR
    services.publish(item=release, language="en", at=later)
    assert release.is_scheduled("en")
    assert not Release.objects.public("en").exists()
    assert Release.objects.public("en", at=later).get() == release
    assert Release.objects.next_change(timezone.now()) == later


def test_a_schedule_can_be_taken_back():
    release = make_release(public=[])
    services.publish(item=release, language="en", at=timezone.now() + HOUR)
    services.unschedule(item=release, language="en")
    assert release.state("en") == State.DRAFT
    assert release.stage("en") == Stage.APPROVED
    assert release.first_published_en is None


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [({"headline_en": ""}, "headline is missing"), ({"body_en": "<p></p>"}, "text is missing")],
)
def test_a_half_filled_language_is_not_published(missing, sentence):
    release = make_release(public=[], **missing)
    with pytest.raises(Refused, match=sentence):
        services.publish(item=release, language="en")
    services.publish(item=release, language="zh-hans")


def test_withdrawing_keeps_the_page_out_of_lists():
    release = make_release()
    with pytest.raises(Refused, match="notice"):
        services.withdraw(item=release, language="en")
    services.withdraw(item=release, language="en", notice="Superseded by a correction.")
    assert not Release.objects.public("en").exists()
    assert Release.objects.public("en", withdrawn=True).get() == release
    assert release.is_public("zh-hans")


@pytest.mark.parametrize(
    "address", ["//evil.example", "javascript:alert(1)", "evil", "/a b", "\\/x"]
)
def test_a_replacement_is_an_address(address):
    release = make_release()
    with pytest.raises(Refused, match="address"):
        services.unpublish(item=release, language="en", replacement=address)


def test_a_text_is_not_replaced_by_itself():
    release = make_release()
    with pytest.raises(Refused, match="itself"):
        services.unpublish(item=release, language="en", replacement=release.get_absolute_url("en"))


class TestReview:
    def test_the_way_from_author_to_public(self):
        author, editor, publisher = (
            make_user(group=group) for group in ("Author", "Editor", "Publisher")
        )
        release = make_release(public=[])
        services.submit(item=release, language="en", user=author)
        services.approve(item=release, language="en", user=editor)
        services.publish(item=release, language="en", user=publisher)
        assert release.is_public("en")
        assert release.stage("zh-hans") == Stage.WRITING

    @pytest.mark.parametrize(
        ("group", "step"),
        [
            ("Author", "approve"),
            ("Author", "publish"),
            ("Editor", "publish"),
            ("Partner manager", "approve"),
            ("Partner manager", "publish"),
        ],
    )
    def test_nobody_takes_a_step_beyond_their_rights(self, group, step):
        release = make_release(public=[], stage_en=Stage.IN_REVIEW)
        with pytest.raises(Refused):
            getattr(services, step)(item=release, language="en", user=make_user(group=group))
        release.refresh_from_db()
        assert release.state("en") == State.DRAFT

    def test_an_author_cannot_withdraw_what_is_public(self):
        release = make_release()
        with pytest.raises(Refused):
            services.withdraw(
                item=release, language="en", notice="x", user=make_user(group="Author")
            )

    def test_sending_back_returns_to_writing(self):
        release = make_release(public=[])
        services.submit(item=release, language="zh-hans")
        editor = make_user(group="Editor")
        with pytest.raises(Refused, match="Say why"):
            services.send_back(item=release, language="zh-hans", user=editor)
        services.send_back(item=release, language="zh-hans", user=editor, reason="Too long.")
        assert release.stage("zh-hans") == Stage.WRITING


class TestAddress:
    def test_is_made_from_the_english_headline(self):
        assert make_release(headline_en="Ground broken: Café & Co").slug == "ground-broken-cafe-co"

    def test_is_pinyin_where_there_is_only_a_chinese_headline(self):
        release = make_release(public=[], headline_en="", headline_zh_hans="中心奠基")
        assert release.slug == "zhong-xin-dian-ji"

    def test_is_never_given_twice(self):
        slugs = {make_release(headline_en="Same").slug for _ in range(3)}
        assert len(slugs) == 3

    def test_exists_even_without_a_headline(self):
        assert make_release(public=[], headline_en="", headline_zh_hans="").slug == "release"


@pytest.mark.parametrize("make", [make_release, make_event, make_page])
def test_the_page_says_when_it_was_published_and_all_that_has_changed_since(client, make):
    item = make()
    address = item.get_absolute_url("en")
    page = client.get(address).content.decode()
    assert "First published" in page
    assert "See all updates" not in page
    for note, minor in (("A date was wrong.", False), ("", True)):
        copy = copies.open_copy(item=item)
        copy.body_en += "<p>More.</p>"
        copy.save()
        services.publish(item=copy, language="en", note=note, minor=minor)
    page = client.get(address).content.decode()
    updates = page[page.index('class="updates') :].partition("</footer>")[0]
    for words in ("Updated", "See all updates", "A date was wrong.", "Minor change"):
        assert words in updates
    assert "A date was wrong." not in client.get(item.get_absolute_url("zh-hans")).content.decode()
