"""Files and videos of the library, who may see what, and many files at once."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from publishing.editorial import services as editorial
from publishing.media import documents, services, usage
from publishing.media.documents import FileRefused
from publishing.media.models import File, Image, Video
from publishing.media.renditions import rendition
from publishing.media.videos import source_of
from tests.builders import make_institution, make_page, make_release, make_user
from tests.publishing.test_media import make_image, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def pdf(content=b"%PDF-1.7 one", name="programme.pdf"):
    return ContentFile(content, name)


class TestFiles:
    def test_the_same_file_is_not_taken_twice(self):
        services.add_file(file=pdf(), title="Programme")
        with pytest.raises(FileRefused, match="“Programme”"):
            services.add_file(file=pdf(name="again.pdf"))

    def test_another_version_keeps_the_address(self, admin_client):
        file = services.add_file(file=pdf())
        before = file.get_absolute_url().partition("?")[0]
        old = file.file.name
        answer = admin_client.post(
            f"/en/admin/media/file/{file.pk}/change/",
            {"upload": SimpleUploadedFile("new.pdf", b"%PDF-1.7 two"), "title": "programme"},
        )
        assert answer.status_code == 302
        file.refresh_from_db()
        assert file.get_absolute_url().partition("?")[0] == before
        assert file.file.name != old and file.file.read() == b"%PDF-1.7 two"

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("a.exe", b"MZ", "not accepted"),
            ("a.html", b"<script>", "not accepted"),
            ("a.pdf", b"MZ no pdf", "no PDF file"),
            ("a.docx", b"PK broken", "damaged"),
            ("a.txt", b"\xff\xfe\x00binary", "no TXT file"),
            ("a", b"", "not accepted"),
        ],
    )
    def test_what_is_not_what_it_says_is_refused_with_the_reason(self, name, content, said):
        with pytest.raises(FileRefused, match=said):
            services.add_file(file=ContentFile(content, name))

    def test_an_archive_that_is_no_document_is_refused(self):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("other.txt", "x")
        with pytest.raises(FileRefused, match="no DOCX file"):
            services.add_file(file=ContentFile(made.getvalue(), "a.docx"))
        assert services.add_file(file=ContentFile(made.getvalue(), "a.zip")).extension == "zip"

    def test_a_file_that_is_too_large_is_refused_in_the_form_and_nothing_typed_is_lost(
        self, admin_client, monkeypatch
    ):
        monkeypatch.setattr(documents, "MAX_BYTES", 10)
        answer = admin_client.post(
            "/en/admin/media/file/add/",
            {"upload": SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 20), "label_en": "The label"},
        )
        html = answer.content.decode()
        assert "This file is too large" in html and 'value="The label"' in html
        assert not File.objects.exists()


class TestPrivacy:
    def see(self, client, image):
        return client.get(rendition(image, "thumb").url).status_code

    def test_a_picture_is_private_until_something_public_uses_it(self, client, admin_client):
        image = make_image(alt_zh_hans="签约现场", credit_zh_hans="本中心")
        assert self.see(client, image) == 404
        assert self.see(admin_client, image) == 200
        draft = make_release(public=[])
        draft.pictures.create(image=image)
        assert self.see(client, image) == 404
        editorial.publish(item=draft, language="zh-hans")
        assert self.see(client, image) == 200
        editorial.unpublish(item=draft, language="zh-hans", notice="Gone.")
        assert self.see(client, image) == 404

    def test_what_a_withdrawn_page_shows_stays(self, client):
        image = make_image()
        release = make_release(public=["en"])
        release.pictures.create(image=image)
        editorial.withdraw(item=release, language="en", notice="Wrong.")
        assert self.see(client, image) == 200

    @pytest.mark.parametrize(
        "use",
        [
            lambda image: make_institution(logo=image),
            lambda image: make_page(lead_image=image),
            lambda image: make_release(
                body_en=f'<p>a</p><figure data-image="{image.uid}"></figure>'
            ),
            lambda image: make_release().videos.add(
                Video.objects.create(title="x", provider="vimeo", video_id="123456", poster=image)
            ),
        ],
        ids=["logo", "page", "text", "poster"],
    )
    def test_every_way_of_use_counts(self, client, use):
        image = make_image(alt_en="A", alt_zh_hans="一", credit_en="C", credit_zh_hans="二")
        use(image)
        assert self.see(client, image) == 200

    def test_the_form_says_where_an_item_is_used_and_keeps_it_then(self, admin_client):
        image = make_image()
        form = f"/en/admin/media/image/{image.pk}/change/"
        assert "nothing yet" in admin_client.get(form).content.decode()
        release = make_release(headline_en="The signing", public=[])
        release.pictures.create(image=image)
        html = admin_client.get(form).content.decode()
        assert f"/en/admin/news/release/{release.pk}/change/" in html and "The signing" in html
        assert admin_client.get(f"/en/admin/media/image/{image.pk}/delete/").status_code == 403

    def test_full_size_is_offered_with_credit_and_terms_only(self, client):
        image = make_image()
        make_release().pictures.create(image=image)
        assert client.get(image.original_url).status_code == 404
        image.credit_en, image.usage_terms_en = "The Centre", "For reports about the Centre."
        image.save()
        answer = client.get(image.original_url)
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]


class TestVideos:
    @pytest.mark.parametrize(
        ("address", "provider", "number"),
        [
            ("https://youtu.be/9_nm8haXDmU", "youtube", "9_nm8haXDmU"),
            ("https://www.youtube.com/watch?v=9_nm8haXDmU&t=10", "youtube", "9_nm8haXDmU"),
            ("youtube.com/embed/9_nm8haXDmU", "youtube", "9_nm8haXDmU"),
            ("https://vimeo.com/123456789", "vimeo", "123456789"),
            ("https://www.bilibili.com/video/BV1xx411c7mD/?p=1", "bilibili", "BV1xx411c7mD"),
            ("https://v.qq.com/x/cover/abc/d0123456789.html", "tencent", "d0123456789"),
        ],
    )
    def test_are_known_by_host_and_number(self, address, provider, number):
        assert (source_of(address).provider, source_of(address).number) == (provider, number)

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/watch?v=9_nm8haXDmU",
            "https://youtube.com.evil.example/watch?v=9_nm8haXDmU",
            "javascript:alert(1)",
            "",
        ],
    )
    def test_of_unknown_hosts_are_refused_with_the_known_ones(self, address):
        with pytest.raises(ValidationError, match="YouTube, Vimeo, Bilibili and Tencent"):
            source_of(address)

    def test_the_form_keeps_what_was_typed_beside_the_reason(self, admin_client):
        answer = admin_client.post(
            "/en/admin/media/video/add/",
            {"address": "https://evil.example/v", "title": "Film", "heading_en": "The tour"},
        )
        html = answer.content.decode()
        assert "shown from YouTube" in html and 'value="The tour"' in html
        assert 'value="https://evil.example/v"' in html
        answer = admin_client.post(
            "/en/admin/media/video/add/",
            {"address": "https://youtu.be/9_nm8haXDmU", "title": "Film"},
        )
        assert answer.status_code == 302
        assert (
            Video.objects.get()
            .sources[0]
            .player_url.startswith("https://www.youtube-nocookie.com/embed/")
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"provider": ""},
            {"provider": "evil"},
            {"video_id": ""},
            {"second_id": "d0123456789"},
            {"second_provider": "tencent"},
        ],
    )
    def test_always_have_a_host_and_a_number_there(self, wrong):
        """However a row is written: a page could show nothing else."""
        film = Video.objects.create(title="Film", provider="vimeo", video_id="123456")
        with transaction.atomic(), pytest.raises(IntegrityError):
            Video.objects.filter(pk=film.pk).update(**wrong)


class TestManyFiles:
    def send(self, client, *files, **headers):
        return client.post("/en/admin/media/image/bulk/", {"files": list(files)}, **headers)

    def test_each_is_taken_or_refused_for_itself(self, admin_client):
        answer = self.send(
            admin_client,
            SimpleUploadedFile("signing.jpg", upload().read()),
            SimpleUploadedFile("programme.pdf", b"%PDF-1.7"),
            SimpleUploadedFile("bad.jpg", b"no picture"),
        )
        html = answer.content.decode()
        assert Image.objects.get().title == "signing" and File.objects.get().title == "programme"
        assert html.count("In the library") == 3
        assert "This file is not a picture." in html

    def test_a_script_is_answered_one_by_one(self, admin_client):
        answer = self.send(
            admin_client,
            SimpleUploadedFile("bad.jpg", b"x"),
            headers={"accept": "application/json"},
        )
        assert answer.json()["outcomes"][0]["problem"].startswith("This file is not a picture.")

    def test_is_closed_to_those_who_may_not_add(self, client):
        client.force_login(make_user())
        assert self.send(client).status_code == 403


def test_an_item_that_shows_a_picture_twice_is_one_use():
    image = make_image()
    assert list(usage.uses(image)) == []
    release = make_release(public=[])
    release.pictures.create(image=image)
    release.pictures.create(image=image)
    assert [use.row for use in usage.uses(image)] == [release]
