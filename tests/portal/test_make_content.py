"""Synthetic content: complete, the same each time, and never among an office's own."""

import pytest
from django.core.management import CommandError, call_command

from news.models import Event, Release
from partners.models import Agreement, AgreementStatus, Institution
from publishing.search.documents import search_documents
from tests.builders import make_release

pytestmark = pytest.mark.django_db

FEW = {"institutions": 12, "agreements": 18, "releases": 40, "verbosity": 0}


def make(**changes):
    call_command("make_content", **FEW | changes)


def texts():
    rows = Release.objects.order_by("slug").values_list("headline_en", "body_zh_hans", "slug")
    return [*rows, *Agreement.objects.order_by("number").values_list("title_en", "signed")]


def clear():
    for model in (Release, Event, Agreement):
        model.objects.all().delete()
    Institution.objects.all().delete()


def test_it_makes_what_is_asked_for_in_both_languages():
    make()
    assert Release.objects.public("en").count() == Release.objects.public("zh-hans").count() == 40
    assert Institution.objects.public().partners().count() == 12
    assert Agreement.objects.public().count() == 18


def test_agreements_have_every_status():
    make()
    assert {one.status_on() for one in Agreement.objects.all()} == set(AgreementStatus)


def test_the_same_seed_gives_the_same_texts_and_another_gives_others():
    make(seed=5)
    first = texts()
    clear()
    make(seed=5)
    assert texts() == first
    clear()
    make(seed=6)
    assert texts() != first


def test_what_it_makes_is_found():
    make()
    release = Release.objects.earliest("pk")
    found = search_documents(release.headline_en, language="en", kind="release")
    assert release.pk in [hit.object_id for hit in found.hits]


def test_without_search_the_directory_lists_it_all_the_same(client):
    make(search=False)
    assert search_documents("laboratory", language="en").total == 0
    assert "<b>12 partners</b>" in client.get("/en/partners/").content.decode()


@pytest.mark.parametrize(
    "path", ["/en/", "/en/news/", "/zh-hans/news/release-3/", "/en/agreements/", "/en/partners/"]
)
def test_its_pages_are_shown(client, path):
    make(search=False)
    assert client.get(path).status_code == 200


def test_content_of_an_office_is_left_alone_unless_forced():
    own = make_release()
    with pytest.raises(CommandError, match="holds content"):
        make()
    assert list(Release.objects.all()) == [own]
    make(force=True, search=False)
    assert Release.objects.count() == 41
