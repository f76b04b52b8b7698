"""Parts of templates that many pages share."""

import pytest
from django.template import Context, Template
from django.utils import translation

from publishing.cache.shared import rendering_of


@pytest.fixture
def part():
    template = Template("{% load kept %}{% kept name %}{{ name }}{{ hidden }}{% endkept %}")
    return lambda **context: template.render(Context(context))


def test_a_part_is_rendered_once_for_a_version_and_the_values_it_names(part):
    with rendering_of("a"):
        assert [part(name="x", hidden=1), part(name="x", hidden=2)] == ["x1", "x1"]
        assert part(name="y", hidden=3) == "y3"
    with rendering_of("b"):
        assert part(name="x", hidden=4) == "x4"


def test_languages_do_not_share(part):
    with rendering_of("a"):
        part(name="x", hidden=1)
        with translation.override("zh-hans"):
            assert part(name="x", hidden=2) == "x2"


def test_outside_a_kept_page_it_is_rendered_each_time(part):
    assert [part(name="x", hidden=1), part(name="x", hidden=2)] == ["x1", "x2"]


def test_a_missing_value_is_kept_apart_and_text_is_escaped_once(part):
    with rendering_of("a"):
        assert [part(hidden=1), part(name="<b>", hidden="&")] == ["1", "&lt;b&gt;&amp;"]
        assert part(name="<b>") == "&lt;b&gt;&amp;"
