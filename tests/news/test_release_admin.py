"""Writing and publishing releases as staff do it, mistakes included."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Release
from publishing.editorial import services
from publishing.editorial.models import Stage, State
from publishing.pageviews.models import Correction, Total
from tests.builders import make_institution, make_release, make_user
from tests.forms import submit

pytestmark = pytest.mark.django_db

ADD = "/en/admin/news/release/add/"
LIST = "/en/admin/news/release/"


def change(release):
    return f"{LIST}{release.pk}/change/"


TEXTS = {
    "headline_en": "Headline",
    "headline_zh_hans": "标题",
    "body_en": "<p>Text.</p>",
    "body_zh_hans": "<p>正文。</p>",
}


def add(client, **changes):
    return submit(client, ADD, "release_form", **TEXTS | changes)


def save(client, release, **changes):
    return submit(client, change(release), "release_form", **changes)


@pytest.fixture
def as_group(client):
    def sign_in(group):
        client.force_login(make_user(group=group))
        return client

    return sign_in


def text(response):
    return response.content.decode()


def test_a_draft_saves_with_nothing_but_a_headline(as_group):
    response = add(as_group("Author"), body_en="", body_zh_hans="", headline_zh_hans="")
    assert response.status_code == 302
    release = Release.objects.get()
    assert release.state("en") == State.DRAFT
    assert release.created_by.groups.get().name == "Author"


def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(as_group):
    response = add(
        as_group("Author"),
        release_date="next May",
        summary_zh_hans="很长的摘要",
        body_en="<p>Kept.</p>",
    )
    assert response.status_code == 200
    page = text(response)
    assert "Write the date as 2020-09-25" in page
    for typed in ("next May", "很长的摘要", "Kept.", "标题"):
        assert typed in page
    assert not Release.objects.exists()


@pytest.mark.parametrize("choice", ["x", "9" * 20])
def test_choices_that_no_list_offered_are_a_mistake_in_the_form(as_group, choice):
    answer = add(as_group("Author"), headline_en="Met in Nanjing", institutions=[choice])
    assert answer.status_code == 200
    assert "institutions" in answer.context["adminform"].form.errors
    assert "Met in Nanjing" in text(answer)


def test_dates_may_be_typed_the_chinese_way(as_group):
    add(as_group("Author"), release_date="2020年9月30日")
    assert Release.objects.get().release_date == "2020-09-30"


@pytest.mark.parametrize("step", ["approve", "publish", "withdraw", "nonsense"])
def test_an_author_cannot_send_a_step_that_was_not_offered(as_group, step):
    response = add(as_group("Author"), step_en=step)
    assert response.status_code == 200
    assert "Select a valid choice" in text(response)
    assert not Release.objects.exists()


def test_a_half_filled_language_is_kept_but_not_published(as_group):
    sent = {"body_zh_hans": "", "step_en": "publish", "step_zh_hans": "publish"}
    response = add(as_group("Publisher"), follow=True, **sent)
    assert "Chinese cannot be published: text is missing." in text(response)
    release = Release.objects.get()
    assert release.headline_zh_hans == "标题"
    assert release.public_languages() == []


def approved_release():
    release = make_release(public=[])
    services.submit(item=release, language="en")
    services.approve(item=release, language="en")
    return release


def test_the_form_says_what_happened_to_both_languages(as_group):
    release = approved_release()
    page = text(save(as_group("Publisher"), release, step_en="publish", follow=True))
    assert "English is published." in page
    assert "Chinese stays as it is: draft." in page
    release.refresh_from_db()
    assert release.public_languages() == ["en"]


def test_a_publication_ahead_is_scheduled_and_can_be_taken_back(as_group):
    client, release = as_group("Publisher"), approved_release()
    later = timezone.localtime() + timedelta(days=2)
    moment = {"at_en_0": later.date().isoformat(), "at_en_1": "09:00"}
    save(client, release, step_en="publish", **moment)
    release.refresh_from_db()
    assert release.is_scheduled("en")
    assert client.get(f"/en/news/{release.slug}/").status_code == 404
    save(client, release, step_en="unschedule")
    release.refresh_from_db()
    assert release.state("en") == State.DRAFT


def test_withdrawing_asks_for_a_notice(as_group):
    release = make_release()
    client = as_group("Publisher")
    response = save(client, release, step_en="withdraw")
    assert "say why the text is leaving" in text(response)
    save(client, release, step_en="withdraw", notice_en="Wrong figures.")
    release.refresh_from_db()
    assert release.is_withdrawn("en")
    assert release.is_public("zh-hans")


def test_nobody_but_a_publisher_changes_what_is_public(as_group):
    release = make_release(headline_en="Public")
    for group in ("Author", "Editor"):
        client = as_group(group)
        client.post(change(release), TEXTS | {"headline_en": "Changed"})
    release.refresh_from_db()
    assert release.headline_en == "Public"


def test_a_change_after_approval_goes_back_to_review(as_group):
    release = make_release(public=[])
    services.submit(item=release, language="en")
    services.approve(item=release, language="en")
    save(as_group("Author"), release, headline_en="Another")
    release.refresh_from_db()
    assert release.stage("en") == Stage.IN_REVIEW


def test_the_address_must_be_free_and_plain(as_group):
    make_release(slug="taken")
    client = as_group("Author")
    assert "Another item has this address" in text(add(client, slug="taken"))
    assert "Use small letters a to z" in text(add(client, slug="Größe!"))


def test_the_imported_number_only_grows(as_group):
    client = as_group("Publisher")
    add(client, pageview_base="190")
    release = Release.objects.get()
    assert Total.objects.get().base == 190
    response = save(client, release, pageview_base="100")
    assert "it can only grow" in text(response)
    assert Total.objects.get().base == 190
    note = Correction.objects.get()
    assert (note.after, note.user.groups.get().name) == (190, "Publisher")


def test_deleting_a_release_forgets_its_numbers(as_group):
    client = as_group("Publisher")
    add(client, pageview_base="190")
    release = Release.objects.get()
    client.post(f"{LIST}{release.pk}/delete/", {"post": "yes"})
    assert not Release.objects.exists()
    assert not Total.objects.exists()


def test_an_author_cannot_delete_what_is_public_by_any_door(as_group):
    release = make_release()
    client = as_group("Author")
    assert client.post(f"{LIST}{release.pk}/delete/", {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [release.pk], "post": "yes"}
    client.post(LIST, bulk)
    assert Release.objects.filter(pk=release.pk).exists()


@pytest.mark.parametrize("words", ["Laboratory", "实验室"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_list_is_searched_in_both_languages(as_group, words, language):
    make_release(headline_en="A laboratory opens", headline_zh_hans="实验室启用")
    make_release(headline_en="Another", headline_zh_hans="其他")
    page = text(as_group("Author").get(f"/{language}/admin/news/release/?q={words}"))
    assert ("A laboratory opens" in page) or ("实验室启用" in page)
    assert "Another" not in page
    assert "其他" not in page


def test_the_list_shows_and_filters_the_state_of_each_language(as_group):
    make_release(public=["en"], headline_en="Half")
    make_release(headline_en="Whole")
    client = as_group("Author")
    assert "standing published" in text(client.get(LIST))
    page = text(client.get(f"{LIST}?chinese=draft"))
    assert "Half" in page
    assert "Whole" not in page


def test_list_and_form_need_no_more_queries_with_more_rows(as_group):
    client = as_group("Publisher")
    release = make_release()
    release.institutions.add(make_institution())
    client.get(LIST)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
            client.get(change(release))
        counts.append(len(queries))
        for _ in range(10):
            make_release().institutions.add(make_institution())
    assert counts[0] == counts[1]


def test_the_policy_of_the_form_is_strict(as_group):
    response = as_group("Author").get(ADD)
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "'nonce-" in policy
    assert "default-src 'none'" in policy


def test_stored_script_never_runs_in_the_form(as_group):
    release = make_release(public=[])
    with connection.cursor() as cursor:
        hostile = "</textarea><script>alert(1)</script>"
        cursor.execute("UPDATE news_release SET body_en = %s", [hostile])
    page = text(as_group("Author").get(change(release)))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
