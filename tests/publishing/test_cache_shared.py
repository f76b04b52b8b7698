"""What pages have in common is read once for each version of the content, and is never old."""

import itertools

import pytest
from django.http import HttpResponse
from django.urls import path
from django.utils import translation

from publishing.cache.models import bump
from publishing.cache.pages import public_page
from publishing.cache.shared import (
    MOST,
    each_once_per_version,
    once_per_version,
    rendering_of,
)
from tests.publishing.cache_support import Site

calls, numbers = [], itertools.count()


@once_per_version
def common(*arguments):
    calls.append((translation.get_language(), *arguments))
    return next(numbers)


@public_page()
def page(request, number):
    return HttpResponse(f"common {common()}")


urlpatterns = [path("page/<int:number>/", page)]


@pytest.fixture(autouse=True)
def no_calls():
    calls.clear()


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
class TestPages:
    def test_pages_of_one_version_share(self):
        site = Site()
        assert site.get("/page/1/").text == site.get("/page/2/").text

    def test_a_change_of_content_ends_it(self):
        site = Site()
        before = site.get("/page/1/").text
        bump()
        site.clock.seconds += 2
        assert site.get("/page/2/").text != before

    def test_a_due_instant_ends_it(self):
        site = Site()
        before = site.get("/page/1/").text
        site.clock.seconds += 24 * 3600
        assert site.get("/page/2/").text != before

    def test_a_visitor_past_the_cache_has_everything_read_anew(self):
        site = Site()
        before = site.get("/page/1/").text
        assert site.fresh("/page/2/").text != before


def test_languages_and_arguments_are_kept_apart():
    with rendering_of("a"):
        for language in ("en", "zh-hans", "en"):
            with translation.override(language):
                common("x")
        common("y")
    assert calls == [("en", "x"), ("zh-hans", "x"), ("en", "y")]


def test_results_do_not_grow_without_end():
    with rendering_of("a"):
        for number in range(MOST + 50):
            common(number)
        calls.clear()
        common(0)
        common(MOST + 1)
    assert calls == [("en", MOST + 1)]


def test_two_versions_at_once_do_not_mix():
    with rendering_of("a"):
        outer = common()
        with rendering_of("b"):
            assert common() != outer
        assert common() != outer


class TestManyKeys:
    """Of many keys only those are asked for whose result is not kept."""

    @pytest.fixture
    def squares(self):
        self.asked = []

        @each_once_per_version(3)
        def squares(keys):
            self.asked.append(list(keys))
            return {key: key * key for key in keys if key != 7}

        return squares

    def test_only_new_keys_are_asked(self, squares):
        with rendering_of("1"):
            assert squares([1, 2]) == {1: 1, 2: 4}
            assert squares([2, 3]) == {2: 4, 3: 9}
        assert self.asked == [[1, 2], [3]]

    def test_what_gives_no_result_is_left_out(self, squares):
        with rendering_of("1"):
            assert squares([6, 7]) == {6: 36}

    def test_another_version_or_language_shares_nothing(self, squares):
        with rendering_of("1"):
            squares([1])
            with translation.override("zh-hans"):
                squares([1])
        with rendering_of("2"):
            squares([1])
        squares([1])
        assert self.asked == [[1]] * 4

    def test_memory_is_bounded(self, squares):
        with rendering_of("1"):
            squares([1, 2, 3, 4])
            squares([4])
            squares([1])
        assert self.asked == [[1, 2, 3, 4], [1]]
