"""A reader asks again with the ETag that another process gave."""

import pytest

from publishing.cache.models import bump
from publishing.pageviews.models import Total
from tests.builders import make_release
from tests.publishing.cache_support import Site

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/en/news/summer-school/"


def test_a_page_that_differs_by_its_number_of_views_alone_is_the_same_page():
    release = make_release(slug="summer-school")
    first, second = Site(), Site()
    tag = first.get(PAGE).headers["ETag"]
    Total.objects.create(kind="release", object_id=release.pk, base=190)
    assert second.get(PAGE).headers["ETag"] != tag
    reply = second.get(PAGE, if_none_match=tag)
    assert (reply.status, reply.headers["ETag"]) == (304, tag)
    release.headline_en = "Another headline"
    release.save()
    for site in (first, second):
        site.clock.seconds += 1
        assert site.get(PAGE, if_none_match=tag).status == 200


def test_a_page_of_an_unknown_moment_confirms_its_own_bytes_alone(monkeypatch):
    release = make_release(slug="summer-school")
    monkeypatch.setattr("publishing.cache.wsgi.Rendering.begin", lambda self, generation: None)
    first, second = Site(), Site()
    tag = first.get(PAGE).headers["ETag"]
    release.headline_en = "Another headline"
    release.save()
    bump()
    assert second.get(PAGE, if_none_match=tag).status == 200
