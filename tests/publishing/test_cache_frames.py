"""Rows drawn from frames are what their template would have made of them."""

import pytest
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import format_html

from publishing.cache.frames import Frames, in_parts
from publishing.cache.shared import rendering_of

ROW = (
    '{% load i18n %}<h{{ level }} title="{{ title }}"><a href="{% url "news:release" slug %}">'
    "{{ title }}</a></h{{ level }}>{% if date %}<time>{% if date.day %}{{ date.day }} {% endif %}"
    '{{ date.month }}</time>{% endif %}{% if is_new %}{% translate "News" %}{% endif %}{{ mark }}'
)
HOSTILE = [
    "{",
    "}",
    "{0} {} {title} {{ title }} {% now %}",
    "%s %(title)s %%",
    "<b class=\"x\">'&amp;' &</b>",
    "a\0number\0b",
    "the-text-of-number-0-stands-here",
    "the-text-of-number-1-stands-here",
    "\\1 \\g<0> $1 ${title}",
    " \n\t ",
    "南京 – “引号”",
]


@pytest.fixture
def write(settings, tmp_path):
    loaders = ["django.template.loaders.filesystem.Loader"]
    backend = settings.TEMPLATES[0]
    options = backend["OPTIONS"] | {"loaders": loaders}
    settings.TEMPLATES = [
        {**backend, "DIRS": [tmp_path], "APP_DIRS": False, "OPTIONS": options},
        *settings.TEMPLATES[1:],
    ]

    def write(text):
        (tmp_path / "row.html").write_text(text)
        return Frames("row.html")

    return write


def row(**values):
    texts = {"slug": "signed", "title": "Signed", "date.day": "4", "date.month": "May", "mark": ""}
    return (
        texts | {"level": 2, "is_new": False} | {k.replace("__", "."): v for k, v in values.items()}
    )


def plain(*rows):
    return "".join(get_template("row.html").render(in_parts(values)) for values in rows)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_reads_as_the_template_writes_it(write, text):
    frames = write(ROW)
    with rendering_of("a"):
        frames.drawn([row()])
        hostile = row(title=text, date__month=text)
        assert frames.drawn([row(), hostile, row()]) == plain(row(), hostile, row())


def test_rows_of_all_shapes_are_what_the_template_makes_of_them(write):
    frames = write(ROW)
    rows = [
        row(),
        row(level=3, is_new=True),
        row(date__day=""),
        row(date__day="", date__month=""),
        row(mark=format_html("<i>{}</i>", "<")),
        row(slug="other-2", title="Other"),
    ]
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert frames.drawn(rows) == plain(*rows)
            assert frames.drawn(iter(rows[::-1])) == plain(*rows[::-1])
            with rendering_of("a"):
                assert frames.drawn(rows) == frames.drawn(rows) == plain(*rows)
    assert frames.drawn([]) == ""


def test_what_is_drawn_is_not_escaped_again(write):
    assert format_html("{}", write("<p>{{ title }}</p>").drawn([{"title": "<"}])) == "<p>&lt;</p>"


def test_a_frame_is_made_once_for_a_version_and_a_shape(write):
    frames = write("old {{ title }}{{ level }};")
    with rendering_of("a"):
        assert frames.drawn([{"title": "x", "level": 1}]) == "old x1;"
        write("new {{ title }}{{ level }};")
        assert frames.drawn([{"title": "y", "level": 1}]) == "old y1;"
        assert frames.drawn([{"title": "y", "level": 2}]) == "new y2;"
    with rendering_of("b"):
        assert frames.drawn([{"title": "y", "level": 1}]) == "new y1;"


def test_outside_a_kept_page_frames_are_made_each_time(write):
    frames = write("old {{ title }}")
    assert frames.drawn([{"title": "x"}]) == "old x"
    write("new {{ title }}")
    assert frames.drawn([{"title": "x"}]) == "new x"


def test_a_text_that_the_template_changes_or_leaves_out_is_refused(write):
    for template in ("{{ title|upper }}", "{% if title %}yes{% endif %}"):
        with pytest.raises(TypeError, match=r"row\.html does not write title"):
            write(template).drawn([{"title": "x"}])
