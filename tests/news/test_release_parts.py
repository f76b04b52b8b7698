"""The parts of a release: each is data, and the page shows it at its place."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import translation

from news.models import Boilerplate, PressContact
from news.telephones import dialable
from publishing.media import services as library
from publishing.media.models import Video
from tests.builders import make_institution, make_release

pytestmark = pytest.mark.django_db


def page(client, release, language="en"):
    response = client.get(f"/{language}/news/{release.slug}/")
    assert response.status_code == 200
    return response.content.decode()


class TestDateline:
    def test_is_printed_from_its_fields_at_the_head_of_the_text(self, client):
        release = make_release(
            body_en="<h2>Heading</h2><p>As part of the week.</p>",
            body_zh_hans="<p>正文。</p>",
            dateline_place_en="NANJING, China",
            dateline_place_zh_hans="中国南京",
            dateline_date="2020-07-03",
            dateline_wire_en="PRNewswire",
            dateline_wire_zh_hans="美通社",
        )
        english = "<p>NANJING, China, July 3, 2020 /PRNewswire/ -- As part of the week.</p>"
        assert english in page(client, release)

    @pytest.mark.parametrize(
        ("fields", "line"),
        [
            ({}, ""),
            ({"dateline_place_en": "NANJING"}, "NANJING --"),
            ({"dateline_date": "2020-07"}, "July 2020 --"),
            ({"dateline_wire_en": "PRNewswire"}, "/PRNewswire/ --"),
        ],
    )
    def test_leaves_out_what_is_not_known(self, fields, line):
        assert make_release(public=["en"], **fields).dateline == line

    def test_is_escaped(self, client):
        release = make_release(public=["en"], dateline_place_en="<script>alert(1)</script>")
        html = page(client, release)
        assert "&lt;script&gt;alert(1)" in html and "<script>alert" not in html


class TestInsets:
    def test_quotes_and_lists_stand_where_they_were_put(self, client):
        release = make_release(body_en="<p>One.</p><ul><li><p>Two.</p></li></ul><p>Three.</p>")
        release.quotes.create(
            text_en="First part.\n\nSecond part.",
            speaker_en="Jon Frampton",
            speaker_title_en="Deputy Pro-Vice-Chancellor",
            after=2,
        )
        release.points.create(
            heading_en="Asked", label_en="Research", text_en="More.", order=1, after=1
        )
        release.points.create(label_en="Industry", order=2)
        html = page(client, release)
        places = [
            html.index(text)
            for text in (
                "One.",
                "Asked",
                "Research",
                "Industry",
                "Two.",
                "<p>First part.</p><p>Second part.</p>",
                "Jon Frampton, Deputy Pro-Vice-Chancellor",
                "Three.",
            )
        ]
        assert places == sorted(places)

    def test_what_names_a_place_beyond_the_text_comes_last(self, client):
        release = make_release(body_en="<p>One.</p>")
        release.quotes.create(text_en="Far away", speaker_en="S", after=99)
        release.quotes.create(text_en="Nowhere", speaker_en="S")
        html = page(client, release)
        assert html.index("One.") < html.index("Far away") < html.index("Nowhere")

    def test_a_part_without_text_in_a_language_is_not_shown_in_it(self, client):
        release = make_release()
        release.quotes.create(text_en="English only", speaker_en="S")
        release.notes.create(text_en="English note")
        release.corrections.create(text_en="English correction")
        chinese = page(client, release, "zh-hans")
        assert "English" not in chinese.replace(">English<", "")
        assert "English correction" in page(client, release)

    def test_points_with_a_heading_begin_another_list(self, client):
        release = make_release()
        for order, (heading, label) in enumerate([("A", "a1"), ("", "a2"), ("B", "b1")]):
            release.points.create(heading_en=heading, label_en=label, order=order)
        assert page(client, release).count('<ol class="pull-list">') == 2


class TestPress:
    @pytest.mark.parametrize(
        ("printed", "dialled"),
        [
            ("+44 (0) 121 414 8254", "+441214148254"),
            ("+44 (0)782 783 2312", "+447827832312"),
            ("0086-25-1234 5678", "+862512345678"),
            ("+86 25 1234 5678 转 12", "+862512345678;ext=12"),
        ],
    )
    def test_a_number_is_dialled_without_the_inland_zero(self, printed, dialled):
        assert dialable(printed) == dialled

    @pytest.mark.parametrize(
        "printed", ["0121 414 8254", "+44 call me", "+12", "", "+0121414825499999"]
    )
    def test_a_number_that_cannot_be_dialled_is_refused_with_a_sentence(self, printed):
        contact = PressContact.objects.create(name_en="Tony Moran")
        telephone = contact.telephones.model(contact=contact, printed=printed or "x")
        with pytest.raises(ValidationError, match="cannot be dialled"):
            telephone.full_clean()

    def test_contacts_show_every_number_as_printed_and_as_dialled(self, client):
        contact = PressContact.objects.create(name_en="Tony Moran", role_en="Manager")
        contact.telephones.create(printed="+44 (0) 121 414 8254")
        contact.telephones.create(printed="+44 (0)782 783 2312")
        release = make_release()
        release.press_contacts.add(contact)
        html = page(client, release)
        assert '<a href="tel:+441214148254">+44 (0) 121 414 8254</a>' in html
        assert '<a href="tel:+447827832312">+44 (0)782 783 2312</a>' in html

    def test_who_has_left_keeps_the_name_and_the_successor_answers(self, client):
        successor = PressContact.objects.create(name_en="New Person")
        successor.telephones.create(printed="+44 121 414 0000")
        contact = PressContact.objects.create(
            name_en="Tony Moran", email="old@example.org", has_left=True, successor=successor
        )
        contact.telephones.create(printed="+44 121 414 8254")
        release = make_release()
        release.press_contacts.add(contact)
        html = page(client, release)
        assert "Tony Moran" in html and "Now: New Person" in html and "+44 121 414 0000" in html
        assert "old@example.org" not in html and "8254" not in html


class TestBoilerplate:
    def test_an_old_release_keeps_the_text_of_its_day(self, client):
        about = Boilerplate.objects.create(name="About")
        old = about.versions.create(valid_from=datetime.date(2018, 1, 1), text_en="As of 2018.")
        release = make_release()
        release.boilerplates.add(old)
        about.versions.create(valid_from=datetime.date(2020, 1, 1), text_en="As of 2020.")
        assert "As of 2018." in page(client, release)
        assert "As of 2020." not in page(client, release)

    def test_a_version_that_was_published_cannot_be_rewritten(self):
        version = Boilerplate.objects.create(name="About").versions.create(text_en="Then.")
        version.text_en = "Still a draft."
        version.full_clean()
        version.save()
        make_release().boilerplates.add(version)
        version.text_en = "Rewritten."
        with pytest.raises(ValidationError, match="add a new version"):
            version.full_clean()


class TestFiles:
    @pytest.fixture(autouse=True)
    def media(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def attach(self, release, **labels):
        file = library.add_file(file=ContentFile(b"%PDF-1.7 programme", "programme.pdf"))
        release.attachments.create(file=file, **labels)
        return file

    def test_attachments_say_label_type_and_size_in_their_language(self, client):
        release = make_release()
        file = self.attach(release, label_en="Conference programme")
        html = page(client, release)
        assert file.get_absolute_url() in html
        assert "Conference programme" in html and "PDF, 18" in html
        assert file.uid not in page(client, release, "zh-hans")

    def test_a_file_is_private_until_a_public_item_uses_it(self, client, admin_client):
        release = make_release(public=[])
        file = self.attach(release, label_en="Programme")
        address = file.get_absolute_url()
        assert client.get(address).status_code == 404
        answer = admin_client.get(address)
        assert answer.status_code == 200 and "private" in answer["Cache-Control"]
        public = make_release()
        public.attachments.create(file=file, label_en="Programme")
        answer = client.get(address)
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 programme"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_a_video_shows_a_poster_and_both_hosts_and_loads_nothing(self, client):
        film = Video.objects.create(
            title="intro",
            heading_en="Introduction",
            provider="youtube",
            video_id="9_nm8haXDmU",
            second_provider="bilibili",
            second_id="BV1xx411c7mD",
            minutes=2,
            transcript_en="Spoken words.",
        )
        release = make_release()
        release.videos.add(film)
        html = page(client, release)
        assert 'data-embed="https://www.youtube-nocookie.com/embed/9_nm8haXDmU"' in html
        assert 'href="https://www.bilibili.com/video/BV1xx411c7mD"' in html
        assert "Play: Introduction" in html and "Spoken words." in html
        assert "<iframe" not in html

    def test_only_pages_of_items_may_frame_the_players(self, client):
        release = make_release()
        allowed = client.get(release.get_absolute_url("en"))["Content-Security-Policy"]
        for host in ("www.youtube-nocookie.com", "player.vimeo.com", "player.bilibili.com"):
            assert f"https://{host}" in allowed
        assert "https://v.qq.com" in allowed
        for path in ("/en/", "/en/news/", "/en/partners/"):
            assert "youtube" not in client.get(path)["Content-Security-Policy"]


class TestOrigin:
    def test_a_copy_names_its_original_and_shares_its_own_address(self, client, settings):
        release = make_release(
            slug="copy",
            public=["en"],
            origin="republished",
            source_name_en="Birmingham",
            source_url="https://www.example.org/original",
        )
        html = page(client, release)
        assert '<link rel="canonical" href="https://www.example.org/original">' in html
        assert 'rel="alternate" hreflang="en"' not in html
        assert f'data-copy="{settings.PORTAL_BASE_URL}/en/news/copy/"' in html

    def test_titles_for_lists_and_search_engines_stand_in_their_places(self, client):
        make_release(
            slug="t",
            public=["en"],
            headline_en="The long headline",
            list_title_en="Short",
            search_description_en="Found.",
        )
        html = client.get("/en/news/t/").content.decode()
        assert "<h1>The long headline</h1>" in html
        assert '<meta name="description" content="Found.">' in html
        assert ">Short</a>" in client.get("/en/news/").content.decode()


def test_links_between_release_and_institution_go_both_ways(client):
    institution = make_institution("Fudan University")
    release = make_release(headline_en="About Fudan")
    release.institutions.add(institution)
    assert institution.get_absolute_url() in page(client, release)
    with translation.override("en"):
        assert "About Fudan" in client.get(institution.get_absolute_url()).content.decode()
