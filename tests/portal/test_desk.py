"""The admin's first page tells everybody what waits for them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from news.models import Release
from portal import desk
from publishing.editorial import commenting, services
from publishing.editorial.models import Stage
from tests.builders import make_concluded, make_event, make_release, make_user

pytestmark = pytest.mark.django_db


def titles(part):
    return [row.title for row in part.rows]


def opened(client, user, language="en"):
    client.force_login(user)
    with translation.override(language):
        return client.get(reverse("admin:index")).content.decode()


def test_the_way_to_the_second_factor_stands_at_the_head(client):
    page = opened(client, make_user(group="Author"))
    assert f'<a href="{reverse("account_overview")}">Account</a>' in page


def test_my_drafts_are_mine_and_unfinished():
    me = make_user(group="Author")
    make_release(public=[], created_by=me, headline_en="Mine")
    make_release(public=[], headline_en="Somebody's")
    make_release(
        public=[],
        created_by=me,
        stage_en=Stage.IN_REVIEW,
        stage_zh_hans=Stage.IN_REVIEW,
        headline_en="Sent",
    )
    assert titles(desk.drafts(me)) == ["Mine"]


def test_what_waits_depends_on_the_role():
    make_release(public=[], stage_en=Stage.IN_REVIEW, headline_en="In review")
    make_release(public=[], stage_en=Stage.APPROVED, headline_en="Approved")
    waiting = {
        group: set(titles(desk.waiting(make_user(group=group))))
        for group in ("Author", "Editor", "Publisher")
    }
    assert waiting == {
        "Author": set(),
        "Editor": {"In review"},
        "Publisher": {"In review", "Approved"},
    }


def test_what_was_sent_back_stands_with_its_reason_until_it_is_submitted_again():
    author, editor = make_user(group="Author"), make_user(group="Editor")
    release = make_release(public=[], created_by=author)
    services.submit(item=release, language="en", user=author)
    services.send_back(item=release, language="en", user=editor, reason="Too long.")
    row = desk.sent_back(author).rows[0]
    assert (row.note, row.languages) == ("Too long.", ("en",))
    services.submit(item=release, language="en", user=author)
    assert desk.sent_back(author).rows == []


def test_comments_that_name_me_or_stand_at_my_text():
    me, colleague = make_user("me", "Author"), make_user(group="Editor")
    mine, other = make_release(public=[], created_by=me), make_release(public=[])
    commenting.add(item=mine, text="At mine", user=colleague)
    commenting.add(item=other, text="@me at another", user=colleague)
    commenting.add(item=other, text="Not for me", user=colleague)
    commenting.add(item=mine, text="My own", user=me)
    done = commenting.add(item=mine, text="Settled", user=colleague)
    commenting.resolve(comment=done, item=mine, user=me)
    assert set(titles(desk.mentions(me))) == {"At mine", "@me at another"}


def test_the_calendar_knows_publications_expiries_and_agreements():
    now = timezone.now()
    day = timedelta(days=1)
    release = make_release(public=[], headline_en="Goes live")
    services.publish(item=release, language="en", at=now + 2 * day)
    leaving = make_release(headline_en="Leaves")
    Release.objects.filter(pk=leaving.pk).update(expire_at_en=now + 3 * day)
    ends = (timezone.localdate() + 5 * day).isoformat()
    make_concluded(title_en="Old pact", ends=ends)
    today = timezone.localdate()
    make_concluded(title_en="Replaced pact", ends=ends, superseded_on=today)
    noticed = today + 7 * day
    make_concluded(title_en="Noticed pact", is_evergreen=True, terminated_on=noticed)
    make_release(headline_en="Nothing to do")
    calendar = desk.scheduled(make_user(group="Publisher"))
    assert [row.title for row in calendar.rows][:2] == ["Goes live", "Leaves"]
    assert "Old pact" in calendar.rows[2].title
    assert "Noticed pact" in calendar.rows[3].title
    assert [row.note for row in calendar.rows] == ["published", "expires", "Expiry", "Expiry"]
    assert [len(rows) for _day, rows in calendar.days] == [1, 1, 1, 1]
    assert {len(week) for week in calendar.weeks} == {7}


def test_a_translation_out_of_date_is_listed():
    make_release(headline_en="Stale", freshness_zh_hans="outdated")
    stale = Release.objects.get()
    Release.objects.filter(pk=stale.pk).update(freshness_zh_hans="outdated")
    assert titles(desk.outdated(make_user(group="Author"))) == ["Stale"]


def test_the_page_says_it_in_both_languages_and_keeps_the_list_of_everything(client):
    user = make_user(group="Publisher")
    make_release(public=[], stage_en=Stage.IN_REVIEW, headline_en="Look at this")
    english = opened(client, user)
    assert "Waiting for me" in english
    assert "Look at this" in english
    assert reverse("admin:news_release_changelist") in english
    assert "待我处理" in opened(client, user, "zh-hans")


def test_every_part_can_be_reached_from_the_top_by_keyboard(client):
    page = opened(client, make_user(group="Publisher"))
    for key in ("waiting", "sent-back", "comments", "drafts", "outdated", "calendar"):
        assert f'href="#desk-{key}"' in page
        assert f'id="desk-{key}"' in page


@pytest.mark.parametrize("group", ["Author", "Editor", "Publisher", "Partner manager", ""])
def test_everybody_may_open_it_and_sees_only_their_own(client, group):
    page = opened(client, make_user(group=group))
    assert ("Most read" in page) == (group in ("Author", "Editor", "Publisher"))
    assert ("My drafts" in page) == bool(group)


def test_the_number_of_queries_does_not_grow(client):
    user, colleague = make_user("me", "Publisher"), make_user(group="Editor")

    def fill(count):
        for _number in range(count):
            release = make_release(public=[], created_by=user, stage_en=Stage.IN_REVIEW)
            commenting.add(item=release, text="@me look", user=colleague)
            services.send_back(item=release, language="en", user=colleague, reason="x")
            later = make_release(public=[])
            services.publish(item=later, language="en", at=timezone.now() + timedelta(days=1))
            make_event(public=[], created_by=user)

    counts = []
    for number in (1, 4):
        fill(number)
        opened(client, user)
        with CaptureQueriesContext(connection) as queries:
            opened(client, user)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_desk_leads_to_the_parity_board_and_those_allowed_to_the_audit(client):
    audit = reverse("admin:editorial_auditevent_changelist")
    for group, may in (("Author", False), ("Publisher", True)):
        client.force_login(make_user(group=group))
        page = client.get(reverse("admin:index")).content.decode()
        places = page[page.index('class="desk-places"') :].partition("</nav>")[0]
        assert f'href="{reverse("desk:parity")}"' in places
        assert (f'href="{audit}"' in places) is may
