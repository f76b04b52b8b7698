"""A question put into words once is answered for each value, language and moment anew."""

import datetime
from contextlib import suppress

import pytest
from django.db import NotSupportedError, close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from news.models import Release
from publishing.cache.prepared import compiled, prepared
from tests.builders import make_field, make_release

built = []


@prepared
def releases(slug, now):
    built.append(slug)
    return Release.objects.public(at=now).filter(slug=slug)


@prepared
def first_of(*keys):
    return Release.objects.filter(pk__in=keys).order_by("pk").select_related("field")


@prepared
def everything_of(slug):
    return Release.objects.for_page().filter(slug=slug)


def held_by(row):
    return {name: value for name, value in vars(row).items() if name != "_state"}


@prepared
def careless(slug):
    return Release.objects.filter(slug="always the same")


@pytest.mark.django_db
class TestPrepared:
    def test_each_value_has_its_own_answer(self):
        one, two = make_release(slug="one"), make_release(slug="two")
        now = timezone.now()
        assert [releases("one", now), releases("two", now), releases("three", now)] == [
            [one],
            [two],
            [],
        ]

    def test_the_query_is_built_once_for_a_language(self):
        now = timezone.now()
        releases("any", now)
        built.clear()
        releases("one", now)
        assert built == []

    def test_a_language_asks_for_its_own_columns(self):
        make_release(slug="english", public=["en"])
        now = timezone.now()
        with translation.override("zh-hans"):
            assert releases("english", now) == []
        assert len(releases("english", now)) == 1

    def test_the_moment_is_that_of_the_question(self):
        make_release(slug="one")
        before = timezone.now() - datetime.timedelta(days=36_500)
        assert releases("one", before) == []

    def test_a_text_is_a_value_and_nothing_more(self):
        make_release(slug="one")
        assert releases("' OR 1=1 --%s", timezone.now()) == []

    def test_rows_are_as_the_queryset_makes_them_in_one_query(self):
        keys = [make_release().pk for _ in range(3)]
        first_of(*keys)
        with CaptureQueriesContext(connection) as queries:
            found = first_of(*keys)
            assert [row.field for row in found] == [None] * 3
        assert ([row.pk for row in found], len(queries)) == (keys, 1)

    def test_rows_hold_what_the_queryset_puts_into_its_own(self):
        make_release(slug="one", field=make_field())
        (one,) = everything_of("one")
        (same,) = Release.objects.for_page().filter(slug="one")
        assert (held_by(one), held_by(one.field)) == (held_by(same), held_by(same.field))
        assert one.get_deferred_fields() == same.get_deferred_fields() != set()
        with translation.override("zh-hans"):
            # What stayed behind comes when it is asked for.
            assert one.headline == same.headline

    def test_a_value_that_the_query_does_not_ask_for_is_a_mistake(self):
        with pytest.raises(TypeError, match="value 0"):
            careless("slug")

    @pytest.mark.parametrize("value", [None, True, datetime.date(2026, 11, 24)])
    def test_a_value_that_cannot_be_found_again_in_the_query_is_a_mistake(self, value):
        with pytest.raises(TypeError, match=type(value).__name__):
            releases(value, timezone.now())

    def test_a_part_of_the_rows_is_what_a_slice_of_them_would_be(self):
        keys = [make_release().pk for _ in range(5)]
        following = compiled(lambda key: Release.objects.filter(pk__gt=key).order_by("pk"))
        assert [row.pk for row in following(keys[0], part=(1, 2))] == keys[2:4]
        assert [row.pk for row in following(keys[1])] == keys[2:]
        assert following(keys[0], part=(9, 2)) == []


@pytest.mark.django_db(transaction=True)
def test_the_request_after_a_migration_of_a_column_is_answered():
    """SQLite keeps no plans; PostgreSQL refuses to run one that gives other columns now."""
    make_release(slug="one")
    asked = "one", timezone.now()
    releases(*asked)
    field = Release._meta.get_field("dateline_place")
    wider = field.clone()
    wider.max_length = field.max_length + 1
    wider.set_attributes_from_name(field.name)
    _alter(field, wider)
    try:
        with suppress(NotSupportedError):
            releases(*asked)
        close_old_connections()
        assert len(releases(*asked)) == 1
    finally:
        _alter(wider, field)


def _alter(old, new):
    with connection.schema_editor() as editor:
        editor.alter_field(Release, old, new)
