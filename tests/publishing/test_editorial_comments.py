"""Colleagues talk about a text beside it."""

import pytest
from django.core import mail

from publishing.editorial import commenting, copies, services
from publishing.editorial.comments import Comment
from publishing.editorial.exceptions import Refused
from tests.builders import make_release, make_user
from tests.publishing.editorial_support import form_address, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    user = make_user("wang", "Author")
    client.force_login(user)
    return user


def add(client, item, **data):
    return client.post(form_address(item, "comment"), data)


def test_a_comment_stands_beside_its_field_and_in_the_panel(client, author):
    release = make_release(public=[])
    assert add(client, release, text="Is this so?", anchor="headline_en").status_code == 302
    comment = Comment.objects.get()
    assert (comment.field, comment.language, comment.author) == ("headline", "en", author)
    page = client.get(form_address(release))
    text = page.content.decode()
    assert f'id="comment-{comment.pk}"' in text
    assert 'href="#id_headline_en"' in text
    form = page.context["adminform"].form
    assert "Is this so?" in str(form["headline_en"].help_text)
    assert "Is this so?" not in str(form["headline_zh_hans"].help_text)


def test_resolving_keeps_it_with_who_and_when_and_takes_the_mark_away(client, author):
    release = make_release(public=[])
    add(client, release, text="Is this so?", anchor="headline_en")
    comment = Comment.objects.get()
    client.post(form_address(release, "resolve"), {"comment": comment.pk})
    comment.refresh_from_db()
    assert comment.resolved_by == author
    page = client.get(form_address(release))
    assert "Resolved by wang" in page.content.decode()
    assert "Is this so?" not in str(page.context["adminform"].form["headline_en"].help_text)


def test_the_script_gets_the_panel_alone(client, author):
    release = make_release(public=[])
    data = {"text": "Said.", "anchor": ""}
    answer = client.post(
        form_address(release, "comment"), data, headers={"X-Requested-With": "fetch"}
    )
    text = answer.content.decode()
    assert text.startswith("<section")
    assert "Said." in text


def test_an_empty_comment_and_an_unknown_field_are_refused_with_a_sentence(client, author):
    release = make_release(public=[])
    for data in ({"text": "  "}, {"text": "x", "anchor": "state_en"}):
        add(client, release, **data)
    assert not Comment.objects.exists()
    with pytest.raises(Refused, match="no such field"):
        commenting.add(item=release, text="x", anchor="slug", user=author)


def test_a_comment_is_text_and_never_markup(client, author):
    release = make_release(public=[])
    add(client, release, text="<script>alert(1)</script>", anchor="headline_en")
    page = client.get(form_address(release)).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


def test_the_working_copy_and_its_live_row_share_their_comments(client, author):
    live = make_release()
    copy = copies.open_copy(item=live, user=author)
    add(client, copy, text="On the copy")
    assert Comment.objects.of(live).get().text == "On the copy"


def test_comments_go_with_a_deleted_item():
    release = make_release(public=[])
    commenting.add(item=release, text="x", user=make_user(group="Editor"))
    services.delete(item=release)
    assert not Comment.objects.exists()


class TestMentions:
    def test_the_named_colleague_gets_a_mail_and_others_none(
        self, author, django_capture_on_commit_callbacks
    ):
        named = make_user("li.lei", "Editor", email="li@example.org")
        make_user("other", "Editor", email="other@example.org")
        with django_capture_on_commit_callbacks(execute=True):
            comment = commenting.add(
                item=make_release(public=[]), text="@li.lei. Please look; a@other.org", user=author
            )
        assert list(comment.mentions.all()) == [named]
        assert [letter.to for letter in mail.outbox] == [["li@example.org"]]

    def test_nobody_outside_the_staff_is_told(self, author):
        make_user("reader", email="r@example.org")
        comment = commenting.add(item=make_release(public=[]), text="@reader", user=author)
        assert not comment.mentions.exists()

    def test_a_mail_that_fails_does_no_harm(
        self, author, settings, django_capture_on_commit_callbacks
    ):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        make_user("li", "Editor", email="li@example.org")
        with django_capture_on_commit_callbacks(execute=True):
            commenting.add(item=make_release(public=[]), text="@li look", user=author)
        assert [person.username for person in Comment.objects.get().mentions.all()] == ["li"]


@pytest.mark.parametrize(("group", "status"), [("Partner manager", 302), ("", 403)])
def test_who_may_read_may_comment(client, group, status):
    release = make_release(public=[])
    client.force_login(make_user(group=group))
    assert add(client, release, text="x").status_code == status
    assert client.get(form_address(release, "comment")).status_code in (403, 405)


def test_a_comment_of_another_item_cannot_be_resolved_here(client, author):
    one, other = make_release(public=[]), make_release(public=[])
    comment = commenting.add(item=one, text="x", user=author)
    for number in (comment.pk, "x", "", "9" * 30):
        answer = client.post(form_address(other, "resolve"), {"comment": number})
        assert answer.status_code == 404
    comment.refresh_from_db()
    assert comment.is_open


def test_saving_the_form_leaves_comments_alone(client, author):
    release = make_release(public=[])
    add(client, release, text="x", anchor="headline_en")
    save(client, release, headline_en="Another")
    assert Comment.objects.get().is_open
