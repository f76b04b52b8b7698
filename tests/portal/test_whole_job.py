"""The main job, done by hand in a browser: write, review, publish, read, count, find."""

import pytest
from playwright.sync_api import expect

from news.models import Release
from publishing.pageviews import pulse
from tests.builders import make_institution, make_user
from tests.forms import press_save
from tests.publishing.pageviews_support import CHROME, forget
from tests.publishing.test_images import photograph

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(new_context, live_server):
    """Opens the admin as somebody: ``staff("author")`` gives a page of their own browser."""

    def sign_in(name):
        page = new_context(locale="en-GB").new_page()
        page.goto(f"{live_server.url}/en/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill("pw")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_text("Welcome")).to_be_visible()
        return page

    return sign_in


@pytest.fixture
def visitor(new_context):
    context = new_context(locale="en-GB", user_agent=CHROME)
    context.add_init_script("Object.defineProperty(navigator, 'webdriver', {get: () => false})")
    return context.new_page()


def choose(page, language, step):
    box = page.locator(f".fieldBox.field-step_{language}")
    box.get_by_label(step, exact=True).check()


def test_from_the_first_word_to_the_reader(staff, visitor, live_server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path / "journal"
    forget()
    make_institution("Southeast University", "东南大学")
    for name in ("Author", "Editor", "Publisher"):
        make_user(name.lower(), name)
    picture = tmp_path / "signing.jpg"
    photograph((1600, 1000)).save(picture)

    # The author writes both languages, adds a picture and names the partner.
    author = staff("author")
    author.goto(f"{live_server.url}/en/admin/news/release/add/")
    expect(author.locator("#id_headline_en")).to_be_focused()
    author.locator("#id_headline_en").fill("A joint laboratory opens")
    author.locator("#id_headline_zh_hans").fill("联合实验室启用")
    author.locator("#id_summary_en").fill("Two universities share it.")
    author.locator("#id_summary_zh_hans").fill("两所大学共同使用。")
    for place, words in enumerate(["The laboratory opened in Nanjing.", "实验室在南京启用。"]):
        editor_box = author.locator(".ProseMirror[contenteditable]").nth(place)
        editor_box.click()
        author.keyboard.insert_text(words)
    author.locator("#id_release_date").fill("2020-09-30")
    author.locator("#id_pageview_base").fill("190")
    with author.expect_popup() as opened:
        author.locator("#add_id_lead_image").click()
    popup = opened.value
    popup.get_by_label("Picture").set_input_files(picture)
    popup.locator("#id_title").fill("Opening")
    for name, text in {
        "alt_en": "Two scientists at a bench",
        "alt_zh_hans": "两位科学家在实验台前",
        "caption_en": "The first day.",
        "caption_zh_hans": "启用首日。",
        "credit_en": "The Centre",
        "credit_zh_hans": "本中心",
    }.items():
        popup.locator(f"#id_{name}").fill(text)
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Save", exact=True).click()
    expect(author.locator("#id_lead_image")).not_to_have_value("")
    author.get_by_role("searchbox", name="Institutions").fill("东南")
    author.get_by_role("option", name="Southeast University").click()
    expect(author.locator(".field-step_en").get_by_label("Publish", exact=True)).to_have_count(0)
    for language in ("en", "zh_hans"):
        choose(author, language, "Send to review")
    expect(author.locator("[data-outcome-line]")).to_have_text(
        "English goes to review. Chinese goes to review."
    )
    press_save(author)
    release = Release.objects.get()
    page_address = f"{live_server.url}/en/news/{release.slug}/"
    assert visitor.goto(page_address).status == 404

    # The editor sends it on.
    editor = staff("editor")
    editor.goto(f"{live_server.url}/en/admin/news/release/{release.pk}/change/")
    for language in ("en", "zh_hans"):
        choose(editor, language, "Approve")
    press_save(editor)
    assert visitor.goto(page_address).status == 404

    # The publisher makes English public, and later Chinese.
    publisher = staff("publisher")
    publisher.goto(f"{live_server.url}/en/admin/news/release/{release.pk}/change/")
    expect(
        publisher.locator(".fieldBox.field-embargo_en").get_by_role("textbox", name="Date")
    ).to_be_visible()
    choose(publisher, "en", "Publish")
    press_save(publisher)
    expect(publisher.get_by_text("English is published.")).to_be_visible()

    # A visitor reads; the counter rises by one.
    with visitor.expect_response(lambda answer: "/v/release-" in answer.url):
        assert visitor.goto(page_address).status == 200
    pulse.pulse.beat(lead=True)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("A joint laboratory opens")
    expect(visitor.get_by_text("The laboratory opened in Nanjing.")).to_be_visible()
    expect(visitor.get_by_alt_text("Two scientists at a bench")).to_be_visible()
    visitor.reload()
    expect(visitor.locator("[data-pv]").first).to_have_text("191")
    chinese_address = f"{live_server.url}/zh-hans/news/{release.slug}/"
    assert visitor.goto(chinese_address).status == 404
    expect(visitor.get_by_text("A joint laboratory opens")).to_be_visible()

    publisher.goto(f"{live_server.url}/en/admin/news/release/{release.pk}/change/")
    choose(publisher, "zh_hans", "Publish")
    press_save(publisher)
    assert visitor.goto(chinese_address).status == 200
    expect(visitor.get_by_role("heading", level=1)).to_have_text("联合实验室启用")
    assert visitor.context.cookies() == []

    # Two Chinese characters find the partner, and the partner shows the release.
    visitor.goto(f"{live_server.url}/zh-hans/partners/?q=东南")
    visitor.locator("main").get_by_role("link", name="东南大学").first.click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("东南大学")
    expect(visitor.get_by_role("link", name="联合实验室启用")).to_be_visible()
