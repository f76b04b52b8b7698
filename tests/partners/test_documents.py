"""Documents of agreements: what is taken, who may have them, and how they are handed over."""

import hashlib
import io
import zipfile

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from partners import files
from partners.models import AgreementDocument
from tests.builders import make_concluded, make_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"


def office_file(member):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "<x/>")
    return file.getvalue()


def make_document(name="memorandum.pdf", content=PDF, **kwargs):
    agreement = kwargs.pop("agreement", None) or make_concluded(public_level="full")
    row = AgreementDocument(agreement=agreement, file=SimpleUploadedFile(name, content), **kwargs)
    row.full_clean()
    row.save()
    return row


def body(response):
    return b"".join(response.streaming_content)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", PDF),
            ("a.PDF", PDF),
            ("a.docx", office_file("word/document.xml")),
            ("a.odt", office_file("content.xml")),
            ("a.png", b"\x89PNG\r\n\x1a\n...."),
        ],
    )
    def test_what_is_what_its_name_says_is_taken(self, name, content):
        assert files.problem(SimpleUploadedFile(name, content), name) == ""

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("a.pdf", b"<html>", "no PDF file"),
            ("a.docx", office_file("xl/workbook.xml"), "no DOCX file"),
            ("a.docx", b"PK\x03\x04broken", "no DOCX file"),
            ("a.png", PDF, "no PNG file"),
            ("a.html", b"<html>", "kind of file is not taken"),
            ("a.svg", b"<svg/>", "kind of file is not taken"),
            ("a.pdf.exe", PDF, "kind of file is not taken"),
            ("nothing", PDF, "kind of file is not taken"),
        ],
    )
    def test_what_is_not_is_refused_with_a_sentence(self, name, content, told):
        with pytest.raises(ValidationError, match=told):
            make_document(name, content)
        assert not AgreementDocument.objects.exists()

    def test_the_sum_and_the_size_are_those_of_the_content(self):
        row = make_document()
        assert row.sha256 == hashlib.sha256(PDF).hexdigest() and row.size == len(PDF)
        assert row.filename == "memorandum.pdf" and row.file.read() == PDF

    def test_it_is_kept_outside_what_the_web_server_shows(self):
        path = make_document().file.path
        assert path.startswith(f"{settings.PRIVATE_ROOT}/")
        assert not settings.PRIVATE_ROOT.is_relative_to(settings.MEDIA_ROOT)
        assert "memorandum" not in path

    def test_one_text_prevails_and_it_is_authentic(self):
        agreement = make_concluded()
        with pytest.raises(ValidationError, match="Only an authentic text"):
            make_document(agreement=agreement, prevails=True)
        make_document(agreement=agreement, prevails=True, is_authentic=True)
        with pytest.raises(ValidationError, match="prevails already"):
            make_document(agreement=agreement, prevails=True, is_authentic=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            AgreementDocument.objects.create(agreement=make_concluded(), prevails=True)

    @pytest.mark.parametrize("tags", ["english", "EN", "en,zh"])
    def test_languages_are_tags(self, tags):
        with pytest.raises(ValidationError, match="language tags"):
            make_document(language_tags=tags)


class TestHandingOver:
    def test_a_public_one_is_saved_never_shown(self, client):
        row = make_document("Vertrag „1“.pdf", access="public")
        response = client.get(row.get_absolute_url())
        assert response.status_code == 200 and body(response) == PDF
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        ("access", "level"), [("staff", "full"), ("public", "summary"), ("public", "hidden")]
    )
    def test_what_is_not_public_is_not_found(self, client, access, level):
        row = make_document(agreement=make_concluded(public_level=level), access=access)
        assert client.get(row.get_absolute_url()).status_code == 404

    def test_staff_with_the_right_get_it_uncached(self, client):
        row = make_document()
        client.force_login(make_user(group="Partner manager"))
        response = client.get(row.get_absolute_url())
        assert body(response) == PDF and response["Cache-Control"] == "private, no-store"

    def test_staff_without_the_right_do_not(self, client):
        row = make_document()
        client.force_login(make_user())
        assert client.get(row.get_absolute_url()).status_code == 404

    def test_its_address_cannot_be_guessed(self, client):
        row = make_document(access="public")
        for guess in (row.pk, row.filename, row.sha256):
            assert client.get(f"/en/agreements/documents/{guess}/").status_code == 404

    def test_a_file_that_is_gone_is_not_found(self, client):
        row = make_document(access="public")
        row.file.storage.delete(row.file.name)
        assert client.get(row.get_absolute_url()).status_code == 404

    def test_the_page_lists_public_ones_only(self, client):
        agreement = make_concluded(public_level="full")
        make_document(
            agreement=agreement,
            access="public",
            title_en="Signed text",
            is_authentic=True,
            prevails=True,
            language_tags="en zh-Hans",
        )
        make_document("secret.pdf", agreement=agreement)
        html = client.get(agreement.get_absolute_url()).content.decode()
        for text in ("Signed text", "PDF", "English", "简体中文", "this text prevails"):
            assert text in html
        assert "secret" not in html
