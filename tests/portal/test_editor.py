"""The text editor with what it has beyond the package, and the choosers behind it."""

import io
import re

import pytest
from playwright.sync_api import expect

from news.models import Release
from partners.models import Institution
from publishing.media.models import Video
from publishing.media.services import add_image
from tests.builders import make_institution, make_release, make_user
from tests.forms import press_save
from tests.publishing.test_images import photograph

WORD = """
<h1 style="color:red">Heading</h1>
<p class="MsoListParagraph" style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·
  </span>first</p>
<p class="MsoListParagraph" style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">o
  </span>within</p>
<p class="MsoListParagraph" style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·
  </span>second</p>
<p>Text <b>bold</b><img src="file:///C:/x.png"> <del>struck out</del>
  <a class="msocomanchor" href="#_msocom_1">[A1]</a></p>
<p><img src="data:image/png;base64,AAAA"></p>
<script>alert(1)</script>
"""
MARK = "<span style='mso-list:Ignore;'>%s<i>&nbsp;</i></span>"
WPS = (
    f"<p style='mso-list:l0 level1 lfo1;'>{MARK % '一、'}<span>概况</span></p>"
    f"<p style='mso-list:l1 level1 lfo2;'>{MARK % '（2）'}"
    "<span style='font-weight:bold'>甲</span></p>"
    f"<p style='mso-list:l2 level1 lfo3;'>{MARK % '&#xf06c;'}乙</p>"
    "<b style='font-weight:normal'><p>丙</p></b>"
)


def picture(**fields):
    content = io.BytesIO()
    photograph((400, 300)).save(content, "JPEG")
    content.name = "signing.jpg"
    return add_image(file=content, **fields)


@pytest.mark.django_db
class TestChoosers:
    @pytest.fixture(autouse=True)
    def media(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def ask(self, client, kind, **query):
        return client.get(f"/en/admin/choose/{kind}/", query).json()["items"]

    def test_find_pages_of_the_site_in_the_language_of_the_text(self, admin_client):
        partner = make_institution("Southeast University", "东南大学")
        release = make_release(headline_en="Southeast visit", headline_zh_hans="东南大学来访")
        links = {f"/ref/institution/{partner.pk}/", f"/ref/release/{release.pk}/"}
        for language, words in (("en", "southeast"), ("zh-hans", "东南")):
            found = self.ask(admin_client, "link", q=words, language=language)
            assert {item["url"] for item in found} == links

    def test_find_pictures_and_videos_by_their_words(self, admin_client):
        image = picture(alt_en="Two people sign")
        Video.objects.create(title="Film", heading_en="Tour", provider="vimeo", video_id="123456")
        assert [item["uid"] for item in self.ask(admin_client, "image", q="people")] == [image.uid]
        assert self.ask(admin_client, "image", q="nobody") == []
        assert [item["title"] for item in self.ask(admin_client, "video", q="tour")] == ["Tour"]

    def test_are_closed_to_those_who_may_not_see_the_library(self, client):
        picture(alt_en="Two people sign")
        assert client.get("/en/admin/choose/image/").status_code == 302
        client.force_login(make_user())
        assert self.ask(client, "image") == []

    def test_an_unknown_kind_is_missing(self, admin_client):
        assert admin_client.get("/en/admin/choose/nothing/").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestEditor:
    @pytest.fixture
    def form(self, page, live_server, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        make_user("publisher", "Publisher")
        self.image = picture(title="Signing", alt_en="Two people sign")
        make_institution("Southeast University", "东南大学")
        page.goto(f"{live_server.url}/en/admin/news/release/add/")
        page.get_by_label("Username").fill("publisher")
        page.get_by_label("Password").fill("pw")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("Headline (English)").fill("A release")
        return page

    def body(self, page):
        press_save(page)
        return Release.objects.get().body_en

    def editor(self, page):
        return page.locator("[role=textbox][aria-labelledby*=body_en]")

    def press(self, page, button):
        box = page.locator(".prose-editor").filter(has=self.editor(page)).first
        box.locator(f"[data-name='{button}']").click()

    def paste(self, page, html):
        self.editor(page).click()
        self.editor(page).evaluate(
            """(element, html) => {
                const data = new DataTransfer();
                data.setData("text/html", html);
                const paste = {clipboardData: data, bubbles: true, cancelable: true};
                element.dispatchEvent(new ClipboardEvent("paste", paste));
            }""",
            html,
        )

    def test_paste_from_word_keeps_structure_and_says_what_it_left_out(self, form):
        self.paste(form, WORD)
        notice = form.locator(".paste-notice")
        expect(notice).to_contain_text("pictures (2)")
        expect(notice).to_contain_text("remarks and text struck out (2)")
        body = self.body(form)
        assert "<h2>Heading</h2>" in body
        within = "<ul><li><p>within</p></li></ul>"
        assert f"<ul><li><p>first</p>{within}</li><li><p>second</p></li></ul>" in body
        assert "<strong>bold</strong>" in body
        assert body.endswith("</p>") and "<p></p>" not in body
        for lost in ("img", "alert", "style", "struck", "A1"):
            assert lost not in body

    def test_paste_from_wps_tells_chinese_numbers_from_lists(self, form):
        self.paste(form, WPS)
        expect(self.editor(form)).to_contain_text("丙")
        body = self.body(form)
        assert "<p>一、概况</p>" in body
        assert re.search(r'<ol [^>]*start="2"[^>]*><li><p><strong>甲</strong></p></li></ol>', body)
        assert "<ul><li><p>乙</p></li></ul><p>丙</p>" in body

    def test_a_picture_from_the_library_is_kept_as_a_reference(self, form):
        self.editor(form).click()
        self.editor(form).type("Before.")
        self.press(form, "library:image")
        form.get_by_role("button", name="Signing").click()
        form.locator("dialog[open] [type=submit]").click()
        body = self.body(form)
        assert "<p>Before.</p>" in body
        assert f'<figure data-image="{self.image.uid}"></figure>' in body

    def test_a_link_within_the_site_is_chosen_by_its_name(self, form):
        self.editor(form).click()
        self.press(form, "siteLink")
        form.get_by_label("Search pages, partners, agreements and files").fill("southeast")
        form.get_by_role("button", name="Southeast University").click()
        partner = Institution.objects.get(name_en="Southeast University")
        assert f'href="/ref/institution/{partner.pk}/"' in self.body(form)
