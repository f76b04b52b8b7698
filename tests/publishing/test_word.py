"""Word documents become drafts, and nothing in them can harm."""

import io
import zipfile

import pytest

from publishing.editorial import word
from publishing.media.documents import FileRefused
from publishing.media.models import Image
from tests.publishing.test_images import photograph

pytestmark = pytest.mark.django_db

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def paragraph(text, style="", extra=""):
    name = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{name}{extra}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def picture(relation="rPicture"):
    return (
        "<w:p><w:r><w:drawing><wp:inline><wp:docPr descr='Two people'/><a:graphic><a:graphicData>"
        f"<pic:pic><pic:blipFill><a:blip r:embed='{relation}'/></pic:blipFill></pic:pic>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def docx(body, *, files=(), name="text.docx", compression=zipfile.ZIP_DEFLATED):
    """A document as Word writes it, as far as matters here."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{label}"/></w:style>'
        for key, label in (("Title", "Title"), ("H1", "heading 1"), ("H2", "heading 2"))
    )
    relations = [
        ("rLink", "hyperlink", "https://www.example.org/", "External"),
        ("rPicture", "image", "media/image1.png", "Internal"),
        ("rStyles", "styles", "styles.xml", "Internal"),
        ("rNumbers", "numbering", "numbering.xml", "Internal"),
    ]
    links = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" '
        f'Target="{target}" TargetMode="{mode}"/>'
        for key, kind, target, mode in relations
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="png" '
            'ContentType="image/png"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        archive.writestr("word/styles.xml", f"<w:styles {NAMESPACES}>{styles}</w:styles>")
        archive.writestr(
            "word/numbering.xml",
            f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
            '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1">'
            '<w:abstractNumId w:val="0"/></w:num></w:numbering>',
        )
        archive.writestr(
            "word/document.xml", f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
        )
        for path, content in files:
            archive.writestr(path, content)
    made.seek(0)
    made.name = name
    return made


BULLET = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'


def png():
    content = io.BytesIO()
    photograph((400, 300)).save(content, "PNG")
    return content.getvalue()


class TestReading:
    def test_keeps_headings_lists_tables_and_links(self):
        link = '<w:p><w:hyperlink r:id="rLink"><w:r><w:t>there</w:t></w:r></w:hyperlink></w:p>'
        table = f"<w:tbl><w:tr><w:tc>{paragraph('cell')}</w:tc></w:tr></w:tbl>"
        draft = word.read(
            docx(
                paragraph("The headline", "Title")
                + paragraph("A section", "H1")
                + paragraph("Part of it", "H2")
                + paragraph("one", extra=BULLET)
                + paragraph("two", extra=BULLET)
                + link
                + table
            )
        )
        assert draft.title == "The headline"
        assert draft.body.startswith("<h2>A section</h2><h3>Part of it</h3>")
        assert "<ul><li>one</li><li>two</li></ul>" in draft.body
        assert 'href="https://www.example.org/"' in draft.body
        assert "<table>" in draft.body and "cell" in draft.body

    def test_takes_its_pictures_into_the_library_once(self):
        source = {"files": [("word/media/image1.png", png())]}
        first = word.read(docx(paragraph("Text") + picture(), **source))
        second = word.read(docx(picture(), **source))
        image = Image.objects.get()
        assert image.alt == "Two people"
        assert f'<p>Text</p><figure data-image="{image.uid}"></figure>' in first.body
        assert image.uid in second.body

    def test_tells_of_pictures_that_it_leaves_out(self):
        draft = word.read(docx(picture(), files=[("word/media/image1.png", b"no picture")]))
        assert "figure" not in draft.body
        assert ["not a picture" in sentence for sentence in draft.left_out] == [True]

    def test_what_looks_like_a_script_stays_text(self):
        body = word.read(docx(paragraph("&lt;script&gt;alert(1)&lt;/script&gt;"))).body
        assert "&lt;script&gt;alert(1)" in body and "<script>" not in body


class TestRefusing:
    def test_a_zip_bomb_is_not_opened(self):
        bomb = docx("", files=[("word/media/big.bin", b"\0" * 160 * 1024 * 1024)])
        with pytest.raises(FileRefused, match="grow far too large"):
            word.read(bomb)

    def test_many_entries_are_a_bomb_too(self):
        with pytest.raises(FileRefused, match="grow far too large"):
            word.read(docx("", files=[(f"word/{n}", b"") for n in range(10_001)]))

    @pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
    def test_what_is_no_document_is_refused(self, content):
        file = io.BytesIO(content)
        file.name = "text.docx"
        with pytest.raises(FileRefused, match="damaged"):
            word.read(file)

    def test_a_document_without_a_text_part_is_refused(self):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("word/other.xml", "<a/>")
        made.name = "text.docx"
        with pytest.raises(FileRefused, match="could not be read"):
            word.read(made)

    def test_another_kind_of_file_is_refused(self):
        file = io.BytesIO(b"\xd0\xcf\x11\xe0")
        file.name = "text.doc"
        with pytest.raises(FileRefused, match="Word document"):
            word.read(file)


class TestForm:
    def send(self, client, file, **values):
        address = "/en/admin/news/release/word/"
        return client.post(address, {"document": file, "language": "en"} | values, follow=True)

    def test_makes_a_draft_that_nobody_outside_sees(self, admin_client, client):
        from news.models import Release

        answer = self.send(admin_client, docx(paragraph("Title", "Title") + paragraph("Text")))
        release = Release.objects.get()
        assert (release.headline_en, release.body_en) == ("Title", "<p>Text</p>")
        assert not release.public_languages()
        assert answer.redirect_chain[-1][0] == f"/en/admin/news/release/{release.pk}/change/"

    def test_says_why_a_file_is_refused_and_makes_nothing(self, admin_client):
        from news.models import Release

        file = io.BytesIO(b"no archive")
        file.name = "text.docx"
        answer = self.send(admin_client, file)
        assert "This file is damaged." in answer.content.decode()
        assert not Release.objects.exists()

    def test_is_closed_to_those_who_may_not_write(self, client):
        from tests.builders import make_user

        client.force_login(make_user(group="Partner manager"))
        assert client.get("/en/admin/news/release/word/").status_code == 403
