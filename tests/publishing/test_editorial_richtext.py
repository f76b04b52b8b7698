import io

import pytest

from news.models import Release
from publishing.editorial import richtext
from publishing.media.services import add_image
from tests.publishing.test_images import photograph

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>1</script>">x</a>',
    '<p onclick="alert(1)">x</p>',
    '<iframe src="https://evil.example"></iframe>',
    '<svg><a xlink:href="javascript:1">x</a></svg>',
    '<p style="position:fixed">x</p>',
    "<math><mi//xlink:href='data:x'>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_hostile_survives(html):
    cleaned = richtext.clean(f"<p>before</p>{html}")
    assert "before" in cleaned
    for sign in ("script", "onerror", "onclick", "javascript:", "data:", "iframe", "style", "svg"):
        assert sign not in cleaned


def test_structure_that_the_editor_offers_is_kept():
    html = (
        "<h2>Heading</h2><p>One <strong>two</strong> <em>three</em> H<sub>2</sub>O</p>"
        "<ul><li>a</li></ul><ol><li>b</li></ol><blockquote><p>q</p></blockquote><hr>"
        '<p><a href="https://example.org/" rel="noopener">link</a></p>'
        "<table><tbody><tr><th>h</th><td>d</td></tr></tbody></table>"
    )
    assert richtext.clean(html) == html


@pytest.mark.parametrize("html", ["", None, "<p></p>", "<p> </p><p><br></p>", "<p>&nbsp;</p>"])
def test_text_without_words_is_empty(html):
    assert richtext.clean(html) == ""


@pytest.mark.django_db
def test_every_way_into_the_database_passes_the_allow_list():
    hostile = "<p>x</p><script>alert(1)</script>"
    release = Release.objects.create(headline_en="a", body_en=hostile)
    Release.objects.bulk_create([Release(slug="b", headline_en="b", body_zh_hans=hostile)])
    Release.objects.filter(pk=release.pk).update(body_zh_hans=hostile)
    stored = Release.objects.values_list("body_en", "body_zh_hans")
    texts = [text for row in stored for text in row if text]
    assert texts == ["<p>x</p>"] * 3


def test_plain_text_keeps_words_apart():
    assert richtext.plain("<h2>A&amp;B</h2><p>one<br>two</p><ul><li>three</li></ul>") == (
        "A&B\none\ntwo\nthree"
    )


def saved_photograph():
    content = io.BytesIO()
    photograph((400, 300)).save(content, "JPEG")
    content.name = "photograph.jpg"
    return content


class TestReferences:
    """Pictures and videos stand in a text as references; the page makes what is seen."""

    pytestmark = pytest.mark.django_db

    def test_a_picture_is_drawn_from_the_library_with_its_own_words(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        image = add_image(
            file=saved_photograph(),
            alt_en="From the library",
            caption_en="Caption",
            credit_en="Credit",
        )
        html = richtext.render(f'<p>a</p><figure data-image="{image.uid}"></figure>')
        assert 'alt="From the library"' in html and "Caption" in html and "Credit" in html
        own = richtext.render(
            f'<figure data-image="{image.uid}" data-alt="A &quot;&lt;b&gt;" data-width="half">'
            "</figure>"
        )
        assert 'alt="A &quot;&lt;b&gt;"' in own and 'class="fig half"' in own

    def test_a_reference_to_nothing_leaves_nothing(self):
        html = '<figure data-image="x"></figure><figure data-video="y"></figure><p>a</p>'
        assert richtext.render(html) == "<p>a</p>"

    def test_a_reference_carries_nothing_else(self):
        hostile = '<figure data-image="x" onclick="a()" class="b" style="c"><img src="d"></figure>'
        assert richtext.clean(hostile) == '<figure data-image="x"></figure>'

    @pytest.mark.parametrize(
        "html",
        [
            "<p>a</p>\n<ul><li><p>b</p></li></ul><hr><p>c<br>d</p>",
            "loose text<p>a</p>",
            "<p>a &amp; b &lt;p&gt;</p><blockquote><p>c</p></blockquote>\n\n<p>d</p>",
        ],
    )
    def test_the_blocks_of_a_text_are_the_whole_text(self, html):
        whole = richtext.clean(html)
        parts = richtext.blocks(html)
        assert "".join(parts).replace("\n", "") == whole.replace("\n", "")
        assert all(parts)
