"""A draft or a working copy is seen as its page will be, by staff alone."""

import pytest

from publishing.editorial import copies
from publishing.pageviews.models import Day
from tests.builders import make_event, make_page, make_release, make_user
from tests.publishing.editorial_support import form_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    client.force_login(make_user(group="Author"))
    return client


def shown(client, row, language="en"):
    return client.get(form_address(row, "preview_page"), {"language": language})


@pytest.mark.parametrize("make", [make_release, make_event, make_page])
def test_a_draft_is_shown_in_the_public_template_in_each_language(author, make):
    item = make(public=[], body_en="<p>English words.</p>", body_zh_hans="<p>中文正文。</p>")
    assert "English words." in shown(author, item).content.decode()
    page = shown(author, item, "zh-hans").content.decode()
    assert "中文正文。" in page
    assert '<html lang="zh-Hans">' in page


def test_a_working_copy_is_shown_with_its_change(author):
    release = make_release(headline_en="Before")
    copy = copies.open_copy(item=release)
    copy.headline_en = "After"
    copy.save()
    assert "After" in shown(author, copy).content.decode()
    assert "Before" in shown(author, release).content.decode()


def test_it_is_kept_nowhere_and_runs_no_script(author):
    answer = shown(author, make_release(public=[]))
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert "sandbox allow-same-origin" in answer["Content-Security-Policy"]
    # A script that the frame refuses would be an error in the editor's console.
    assert "<script" not in answer.content.decode()
    assert not Day.objects.exists()


def test_the_frame_offers_both_languages_and_two_widths(author):
    release = make_release(public=[])
    page = author.get(form_address(release, "preview"), {"language": "zh-hans", "width": "phone"})
    html = page.content.decode()
    assert 'class="preview phone"' in html
    assert "preview/page/?language=zh-hans" in html
    assert author.get(form_address(release, "preview"), {"language": "x"}).status_code == 200


def test_a_wrong_language_is_missing(author):
    assert shown(author, make_release(public=[]), "fr").status_code == 404


def test_only_staff_who_may_see_the_kind_see_it(client):
    release = make_release(public=[])
    assert shown(client, release).status_code == 302
    client.force_login(make_user())
    assert shown(client, release).status_code == 403
