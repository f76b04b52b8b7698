"""The preview follows the typing while the cursor stays in its field."""

import pytest
from playwright.sync_api import expect

from news.models import Release
from publishing.pageviews.models import Day
from tests.builders import make_release, make_user
from tests.publishing.editorial_support import address, form_address

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_preview_follows_the_typing_in_both_languages(page, live_server):
    make_user("lin", group="Author")
    release = make_release(public=[], headline_en="Before", headline_zh_hans="之前")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address("account_login"))
    page.fill("[name=login]", "lin")
    page.fill("[name=password]", "pw")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    page.goto(form_address(release))
    page.click("[data-toggle]")
    shown = page.frame_locator("iframe#preview-frame")
    expect(shown.locator("h1")).to_have_text("Before")
    page.fill("#id_headline_en", "After")
    expect(shown.locator("h1")).to_have_text("After")
    expect(page.locator("#id_headline_en")).to_be_focused()
    page.locator(".ProseMirror[contenteditable]").first.press_sequentially("Typed words. ")
    expect(shown.locator("article")).to_contain_text("Typed words.")
    page.click("[data-preview] [data-language='zh-hans']")
    expect(shown.locator("h1")).to_have_text("之前")
    assert not [url for url in asked if "/v/" in url]
    assert not Day.objects.exists()
    assert Release.objects.get().headline_en == "Before"
