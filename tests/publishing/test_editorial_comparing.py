"""A comparison shows pictures as pictures, relations as lists, and who saved each side."""

import pytest

from publishing.editorial import copies, services
from tests.builders import make_institution, make_release, make_user
from tests.forms import submit
from tests.publishing.editorial_support import form_address, save
from tests.publishing.test_images import halves, photograph
from tests.publishing.test_media import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def library(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def editor(client):
    client.force_login(make_user("lin", group="Publisher"))
    return client


def described(alt):
    return {"alt_en": alt, "alt_zh_hans": "桥", "credit_en": "Lin", "credit_zh_hans": "林"}


def compared(client, item, **sides):
    return client.get(form_address(item, "compare"), sides).content.decode()


def test_pictures_are_shown_before_and_after(editor):
    old = make_image(photograph(), title="Old bridge", **described("The old bridge"))
    new = make_image(halves(), title="New bridge", **described("The new bridge"))
    release = make_release(lead_image=old)
    copy = copies.open_copy(item=release)
    copy.lead_image = new
    copy.body_en += f'<figure data-image="{old.uid}"></figure>'
    copy.save()
    copy.pictures.create(image=new, caption_en="In the gallery")
    html = compared(editor, copy)
    for image in (old, new):
        assert f"/media/{image.uid}/thumb" in html
        assert f'alt="{image.alt_en}"' in html
    assert html.count(f"/media/{old.uid}/thumb") == 2
    assert html.count(f"/media/{new.uid}/thumb") == 2
    assert "In the gallery" in html


def test_relations_are_lists_before_and_after(editor):
    leaving, coming = make_institution("Leaving College"), make_institution("Coming College")
    release = make_release()
    release.institutions.add(leaving)
    copy = copies.open_copy(item=release)
    copy.institutions.set([coming])
    html = compared(editor, copy)
    assert html.index("<del>Leaving College</del>") < html.index("<ins>Coming College</ins>")


def test_each_side_says_who_saved_it_with_which_note(editor):
    release = make_release(public=[], headline_en="First")
    save(editor, release, headline_en="Second", save_note="As agreed by telephone")
    html = compared(editor, release, before="1", after="2")
    for words in ("Revision 1", "Revision 2", "Saved by lin", "As agreed by telephone", "English"):
        assert words in html
    copy = copies.open_copy(item=make_release())
    submit(editor, form_address(copy), "release_form", headline_en="Changed")
    assert "Saved by lin" in compared(editor, copy)


@pytest.mark.parametrize("number", ["7", "x", "-1", "9" * 12])
def test_a_side_that_is_not_there_is_missing(editor, number):
    release = make_release()
    sides = {"before": number, "after": "1"}
    assert editor.get(form_address(release, "compare"), sides).status_code == 404


def test_what_a_comparison_names_costs_the_same_however_much_it_is(
    editor, django_assert_max_num_queries
):
    release = make_release()
    copy = copies.open_copy(item=release)
    copy.institutions.set([make_institution() for _number in range(8)])
    for _number in range(8):
        copy.quotes.create(text_en="A quote")
    services.history.write(release, services.traversal.snapshot(copy))
    with django_assert_max_num_queries(60):
        compared(editor, copy)
