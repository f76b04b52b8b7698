import pytest

from news.models import Release
from publishing.editorial import richtext

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
