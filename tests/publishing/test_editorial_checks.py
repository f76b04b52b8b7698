"""What the gate sees, and what it must not take for a slip."""

import pytest

from news.models import Release
from portal.models import Page
from publishing.editorial import checks, services
from publishing.editorial.exceptions import Refused
from publishing.editorial.terms import Term
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_page,
    make_release,
)
from tests.publishing.test_images import photograph
from tests.publishing.test_media import make_image

pytestmark = pytest.mark.django_db

LINK = '<p>See <a href="{}">the earlier report</a>.</p>'


def draft(**texts):
    return make_release(public=[], **texts)


def codes(item, language="en", field=None):
    found = checks.findings(item, language)
    return {f.code for f in found if field is None or f.field == field}


def body(text, language="en"):
    return draft(**{f"body_{language}": text})


class TestCompleteness:
    def test_an_ordinary_release_has_nothing_to_say(self):
        release = draft()
        assert checks.findings(release, "en") == checks.findings(release, "zh-hans") == []

    def test_a_missing_headline_blocks_and_names_its_field(self):
        found = checks.blocking(draft(headline_zh_hans=""), "zh-hans")
        assert [(f.code, f.field) for f in found] == [("missing", "headline_zh_hans")]

    def test_a_missing_body_blocks_and_empty_paragraphs_are_no_text(self):
        assert codes(draft(body_en="<p> </p>"), field="body_en") == {"missing"}

    def test_a_summary_in_one_language_alone_leaves_the_other_half_filled(self):
        release = draft(summary_en="In short.")
        assert codes(release, "zh-hans") == {"half_filled"}
        assert codes(release, "en") == set()
        with pytest.raises(Refused, match="half filled"):
            services.publish(item=release, language="zh-hans")

    def test_a_menu_title_may_stand_in_one_language_alone(self):
        page = make_page(public=[], menu_title_en="About")
        assert codes(page, "zh-hans") == set()
        assert "menu_title" in Page.may_lack


class TestPictures:
    @pytest.fixture
    def image(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        return make_image(
            photograph(),
            alt_en="Two people shake hands",
            alt_zh_hans="两人握手",
            credit_en="The office",
            credit_zh_hans="本办公室",
        )

    def test_a_described_and_credited_picture_passes(self, image):
        assert codes(draft(lead_image=image)) == set()

    def test_a_picture_without_alternative_text_blocks_in_that_language(self, image):
        image.alt_zh_hans = ""
        image.save()
        release = draft(lead_image=image)
        assert codes(release, "zh-hans", "lead_image") == {"no_alt"}
        assert codes(release, "en") == set()

    def test_a_decorative_picture_needs_a_credit_but_no_text(self, image):
        image.alt_en, image.credit_en, image.decorative = "", "", True
        image.save()
        assert codes(draft(lead_image=image)) == {"no_credit"}

    def test_a_picture_inside_the_text_counts_in_that_language(self, image):
        image.alt_en = ""
        image.save()
        figure = f'<p>Text.</p><figure data-image="{image.uid}"></figure>'
        assert codes(draft(body_en=figure), "en", "body_en") == {"no_alt"}
        assert codes(draft(body_zh_hans=figure), "zh-hans") == set()


class TestLinks:
    @pytest.mark.parametrize(
        "address",
        [
            "//evil.example/x",
            "https://name:secret@example.org/",
            "http://localhost:8000/x",
            "http://192.168.1.4/x",
        ],
    )
    def test_an_unsafe_link_blocks(self, address):
        assert "unsafe_link" in codes(body(LINK.format(address)))

    @pytest.mark.parametrize(
        "address", ["https://www.cam.ac.uk/a", "mailto:a@b.org", "tel:+441223337733", "#notes"]
    )
    def test_an_ordinary_link_passes(self, address):
        assert codes(body(LINK.format(address))) == set()

    @pytest.mark.parametrize(
        "address", ["/en/news/nowhere/", "/nothing/at/all/", "reports/3", "/en/admin/"]
    )
    def test_a_link_that_leads_nowhere_blocks(self, address):
        assert codes(body(LINK.format(address))) == {"broken_link"}

    @pytest.mark.parametrize("address", ["/en/news/", "/en/partners/?q=cam", "/en/"])
    def test_a_link_to_a_page_of_the_site_passes(self, address):
        assert codes(body(LINK.format(address))) == set()

    def test_a_link_to_what_is_public_passes_under_its_full_address_too(self, settings):
        target = make_release().get_absolute_url("en")
        assert codes(body(LINK.format(target))) == set()
        assert codes(body(LINK.format(settings.PORTAL_BASE_URL + target))) == set()

    def test_a_link_to_a_draft_warns(self):
        target = make_release(public=["zh-hans"])
        assert codes(body(LINK.format(target.get_absolute_url("en")))) == {"unpublished_link"}
        assert codes(body(LINK.format(target.get_absolute_url("zh-hans")))) == set()

    def test_a_link_to_something_that_expires_warns(self):
        target = make_release()
        from datetime import timedelta

        from django.utils import timezone

        Release.objects.filter(pk=target.pk).update(expire_at_en=timezone.now() + timedelta(days=9))
        assert codes(body(LINK.format(target.get_absolute_url("en")))) == {"expiring_link"}

    def test_a_link_to_a_hidden_record_warns(self):
        seen, hidden = make_institution(), make_institution(is_public=False)
        with_language = "/en" + seen.get_absolute_url().removeprefix("/en")
        assert codes(body(LINK.format(with_language))) == set()
        hidden_at = "/en" + hidden.get_absolute_url().removeprefix("/en")
        assert codes(body(LINK.format(hidden_at))) == {"unpublished_link"}

    @pytest.mark.parametrize("words", ["here", "Click here", "Read more …"])
    def test_a_link_text_that_says_nothing_warns(self, words):
        assert codes(body(f'<p><a href="/en/news/">{words}</a></p>')) == {"link_text"}

    @pytest.mark.parametrize(
        ("words", "found"), [("点击这里", {"link_text"}), ("这里的新闻", set())]
    )
    def test_chinese_link_texts_too(self, words, found):
        text = f'<p><a href="/zh-hans/news/">{words}</a></p>'
        assert codes(body(text, "zh_hans"), "zh-hans") == found

    def test_here_inside_a_longer_link_text_passes(self):
        assert codes(body('<p><a href="/en/news/">News from here</a></p>')) == set()

    def test_many_links_cost_no_more_queries(self, django_assert_max_num_queries):
        pages = [make_release().get_absolute_url("en") for _ in range(8)]
        one, many = body(LINK.format(pages[0])), body("".join(map(LINK.format, pages)))
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as few:
            checks.findings(one, "en")
        with django_assert_max_num_queries(len(few)):
            checks.findings(many, "en")


class TestHeadings:
    def test_a_skipped_level_warns(self):
        assert codes(body("<h3>Deep</h3><p>Text.</p>")) == {"heading_order"}

    def test_levels_in_order_pass(self):
        text = "<h2>A</h2><p>x</p><h3>B</h3><p>x</p><h2>C</h2><h3>D</h3>"
        assert codes(body(text)) == set()

    def test_an_empty_heading_warns(self):
        assert codes(body("<h2> </h2><p>Text.</p>")) == {"empty_heading"}


class TestTypography:
    @pytest.mark.parametrize("text", ["our partnersBuilding a bridge", "in the region.The two"])
    def test_glued_words_warn(self, text):
        assert codes(body(f"<p>{text}</p>")) == {"glued"}

    @pytest.mark.parametrize(
        "text",
        [
            "AstraZeneca, WeChat and LinkedIn",
            "/PRNewswire/ -- the wire",
            "see www.partnersBuilding.org",
            "e.g. at 9.30, v1.2",
        ],
    )
    def test_names_with_capitals_inside_pass(self, text):
        assert codes(body(f"<p>{text}</p>")) == set()

    @pytest.mark.parametrize("text", ["南京,剑桥", "签约仪式.", "中心(南京)", "怎么样?"])
    def test_half_width_punctuation_in_chinese_warns(self, text):
        assert codes(body(f"<p>{text}</p>", "zh_hans"), "zh-hans") == {"half_width"}

    @pytest.mark.parametrize(
        "text", ["增长3.5%，10:30开始", "剑桥（Cambridge, UK）", "共1,200人。"]
    )
    def test_half_width_signs_among_latin_letters_and_digits_pass(self, text):
        assert codes(body(f"<p>{text}</p>", "zh_hans"), "zh-hans") == set()

    def test_straight_quotation_marks_warn_in_chinese_alone(self):
        assert codes(body('<p>所谓"云上"峰会</p>', "zh_hans"), "zh-hans") == {"ascii_quotes"}
        assert codes(body('<p>the "Peak on Cloud"</p>')) == set()
        assert codes(body("<p>所谓“云上”峰会</p>", "zh_hans"), "zh-hans") == set()

    def test_a_long_title_warns(self):
        assert codes(draft(headline_en="word " * 25)) == {"title_length"}
        assert codes(draft(headline_zh_hans="长" * 46), "zh-hans") == {"title_length"}
        assert codes(draft(headline_en="w" * 110, headline_zh_hans="长" * 45)) == set()


class TestTerms:
    def test_a_title_taken_for_a_name_warns_with_the_name_before_it(self):
        found = checks.warnings(body("<p>Zhang Shuji spoke first.</p>"), "en")
        assert [f.code for f in found] == ["title_as_name"]
        assert "Zhang Shuji" in found[0].sentence
        assert "书记" in found[0].sentence

    def test_the_title_itself_passes(self):
        assert codes(body("<p>Secretary Zhang spoke; Shujing listened.</p>")) == set()

    def test_an_avoided_spelling_warns_and_the_right_one_passes(self):
        Term.objects.create(en="Peak", zh_hans="峰会", kind="word", avoid="Summit\n高峰论坛")
        assert codes(body("<p>The Summit opens.</p>")) == {"term"}
        assert codes(body("<p>The Summits and the Peak.</p>")) == set()
        assert codes(body("<p>高峰论坛开幕。</p>", "zh_hans"), "zh-hans") == {"term"}

    def test_two_titles_for_one_person_warn(self):
        text = "<p>President Eilis Ferran spoke. Eilis Ferran, Vice President, agreed.</p>"
        assert codes(body(text)) == {"two_titles"}

    def test_one_title_twice_or_two_people_pass(self):
        met = "Vice President Eilis Ferran met Mayor Lan Shaomin."
        text = f"<p>{met} Vice President Eilis Ferran left.</p>"
        assert codes(body(text)) == set()


class TestPartners:
    def test_a_named_institution_that_is_not_linked_warns(self):
        institution = make_institution("Southeast University", "东南大学")
        release = draft(
            body_en="<p>With Southeast University.</p>", body_zh_hans="<p>与东南大学一起。</p>"
        )
        assert codes(release, "en", "institutions") == {"unlinked_institution"}
        assert codes(release, "zh-hans", "institutions") == {"unlinked_institution"}
        release.institutions.add(institution)
        assert codes(release, "en") == codes(release, "zh-hans") == set()

    def test_other_names_count_and_parts_of_names_do_not(self):
        cambridge = make_institution("University of Cambridge", "剑桥大学")
        cambridge.names.create(text="Cantab", lang="en")
        make_institution("University of Cambridge Nanjing Centre", "剑桥大学南京中心", is_own=True)
        assert codes(body("<p>Cantab won.</p>")) == {"unlinked_institution"}
        assert codes(body("<p>Cantabile won.</p>")) == set()
        centre = body("<p>The University of Cambridge Nanjing Centre opened.</p>")
        assert codes(centre) == set()

    def test_a_university_that_nobody_has_on_record_warns(self):
        assert codes(body("<p>Then Hohai University joined.</p>")) == {"unknown_institution"}
        assert codes(body("<p>河海大学也来了。</p>", "zh_hans"), "zh-hans") == {
            "unknown_institution"
        }

    def test_universities_in_general_pass(self):
        assert codes(body("<p>A university and the University joined.</p>")) == set()
        assert codes(body("<p>五所大学参加。</p>", "zh_hans"), "zh-hans") == set()

    def test_a_signing_without_a_linked_agreement_warns(self):
        text = "<p>The two sides signed a cooperation agreement.</p>"
        release = body(text)
        assert codes(release) == {"agreement_not_linked"}
        release.agreements.add(make_agreement(make_institution()))
        assert codes(release) == set()

    def test_agreement_as_a_feeling_passes(self):
        assert codes(body("<p>All were in agreement. He signed the book.</p>")) == set()

    def test_an_agreement_named_by_its_title_warns_until_linked(self):
        agreement = make_agreement(make_institution(), title_en="Blue Bridge Protocol")
        release = body("<p>The Blue Bridge Protocol goes on.</p>")
        assert codes(release) == {"unlinked_agreement"}
        release.agreements.add(agreement)
        assert codes(release) == set()


class TestEvents:
    def release(self, **facts):
        release = draft(release_date="2018-10-05", **facts)
        release.events.add(make_event(start_date="2018-11-05"))
        return release

    def test_a_quote_in_neither_language_warns_and_one_in_one_language_does_not(self):
        release = make_release(public=[])
        release.quotes.create(speaker_en="Chen Yu")
        assert "empty_quote" in codes(release, "en", "")
        release.quotes.update(text_zh_hans="我们共用一张实验台。")
        assert "empty_quote" not in codes(release, "en", "")

    def test_a_report_dated_before_its_event_warns(self):
        assert codes(self.release(), "en", "release_date") == {"before_event"}

    def test_an_announcement_comes_before_its_event(self):
        assert codes(self.release(kind=Release.Kind.ANNOUNCEMENT)) == set()

    def test_a_month_that_contains_the_event_passes(self):
        release = self.release()
        release.release_date = "2018-11"
        release.save()
        assert codes(release) == set()


def test_a_check_added_by_one_function_blocks_the_service(monkeypatch):
    release = draft()

    def no_mondays(item, language):
        yield checks.Finding(checks.BLOCK, "monday", "", "Not on a Monday.")

    monkeypatch.setitem(checks._checks, no_mondays, (Release, checks.BLOCK))
    with pytest.raises(Refused, match="Monday"):
        services.publish(item=release, language="en")
