"""Releases of an old site: brought over once, through the services, with doubts told."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from news.models import ImportedRelease, Release
from publishing.media.models import Image
from publishing.pageviews.models import Total
from tests.builders import make_field, make_institution, make_user
from tests.publishing.test_images import photograph

pytestmark = pytest.mark.django_db

LINE = {
    "source_id": "old-17",
    "slug": "launch",
    "kind": "event_report",
    "release_date": "2018-10-05",
    "pageviews": "691",
    "headline_en": "Launch ceremony",
    "headline_zh_hans": "启动仪式",
    "body_en": "<p>Guests met.</p><script>alert(1)</script>",
    "body_zh_hans": "<p>来宾齐聚。</p>",
}


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def run(tmp_path, *items, **options):
    file = tmp_path / "old.json"
    file.write_text(json.dumps(items), encoding="utf-8")
    out = io.StringIO()
    call_command("import_releases", file, stdout=out, **options)
    return out.getvalue()


def test_drafts_keep_date_views_and_clean_text(tmp_path):
    told = run(tmp_path, LINE)
    release = Release.objects.get()
    assert (release.slug, release.release_date, release.kind) == (
        "launch",
        "2018-10-05",
        "event_report",
    )
    assert release.body_en == "<p>Guests met.</p>"
    assert not release.public_languages()
    assert Total.objects.get(kind="release", object_id=release.pk).shown == 691
    assert "1 imported, 0 here already, 0 refused, 0 to look at." in told


def test_published_items_appear_under_their_old_dates(tmp_path, client):
    run(tmp_path, LINE, publish=True)
    release = Release.objects.get()
    assert release.public_languages() == ["en", "zh-hans"]
    assert release.first_published_en.isoformat() == "2018-10-05T01:00:00+00:00"
    assert "691" in client.get("/en/news/launch/").content.decode()


def test_a_second_run_changes_nothing(tmp_path):
    run(tmp_path, LINE)
    Release.objects.update(headline_en="Edited since")
    assert "0 imported, 1 here already" in run(tmp_path, LINE | {"headline_en": "Other"})
    assert Release.objects.get().headline_en == "Edited since"


def test_a_dry_run_tells_the_same_and_keeps_nothing(tmp_path):
    photograph().save(tmp_path / "a.jpg")
    line = LINE | {"lead_image": "a.jpg"}
    assert "1 would be imported" in run(
        tmp_path, line, dry_run=True, images=tmp_path, publish=False
    )
    for model in (Release, ImportedRelease, Image, Total):
        assert not model.objects.exists()
    assert not (tmp_path / "media").exists()


def test_csv_is_read_like_json(tmp_path):
    file = tmp_path / "old.csv"
    file.write_text(
        "\ufeffsource_id,headline_en,body_en,institutions\n"
        '17,"A headline","<p>One,\nTwo</p>",a-university;b-university\n',
        encoding="utf-8",
    )
    a = make_institution("A University", slug="a-university")
    out = io.StringIO()
    call_command("import_releases", file, stdout=out)
    release = Release.objects.get()
    assert release.headline_en == "A headline" and list(release.institutions.all()) == [a]
    assert "look at: 17: The institution “b-university” is not known here." in out.getvalue()


def test_pictures_come_from_the_folder_and_nowhere_else(tmp_path):
    photograph().save(tmp_path / "inside.jpg")
    folder = tmp_path / "pictures"
    folder.mkdir()
    photograph((500, 400)).save(folder / "signing.jpg")
    body = '<p>Text<img src="/signing.jpg"></p><p><img src="../inside.jpg"></p>'
    told = run(tmp_path, LINE | {"body_en": body, "lead_image": "signing.jpg"}, images=folder)
    image = Image.objects.get()
    release = Release.objects.get()
    assert release.lead_image == image
    assert release.body_en.startswith(f'<p>Text</p><figure data-image="{image.uid}"></figure>')
    assert "The picture “../inside.jpg” was not found." in told


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source_id": ""}, "The number on the old site is missing."),
        ({"headline_en": "", "headline_zh_hans": ""}, "There is no headline."),
        ({"release_date": "5th of October"}, "is no date."),
        ({"pageviews": "many"}, "is no number of pageviews."),
        ({"kind": "gossip"}, "gossip"),
        ({"slug": "not a slug"}, "Use small letters"),
    ],
)
def test_what_cannot_be_brought_over_is_named_and_does_not_stop_the_rest(
    tmp_path, changes, sentence
):
    good = {"source_id": "good", "headline_en": "Good", "body_en": "<p>a</p>"}
    told = run(tmp_path, LINE | changes, good)
    assert sentence in told and "1 imported, 0 here already" in told
    assert Release.objects.get().headline_en == "Good"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"release_date": ""}, "The release date is not given."),
        ({"release_date": "2999"}, "lies in the future"),
        ({"body_en": ""}, "English has a headline and no text."),
        ({"body_en": "<p>industry partnersBuilding on</p>"}, "may have words glued together"),
        ({"field": "unknown"}, "The field “unknown” is not known here."),
        ({"lead_image": "none.jpg"}, "The picture “none.jpg” was not found."),
    ],
)
def test_doubtful_items_are_brought_over_and_listed(tmp_path, changes, sentence):
    make_field("health")
    told = run(tmp_path, LINE | changes)
    assert "look at: old-17: " in told and sentence in told
    assert Release.objects.count() == 1


def test_unknown_columns_stop_the_run_before_anything_is_kept(tmp_path):
    with pytest.raises(CommandError, match="no field “heading”. Did you mean “headline_en”"):
        run(tmp_path, LINE | {"heading": "x"})
    assert not Release.objects.exists()


ADDRESS = "/en/admin/news/release/import/"


def upload(client, *items, **data):
    file = SimpleUploadedFile("old.json", json.dumps(items).encode())
    return client.post(ADDRESS, {"file": file, **data})


def test_staff_see_at_the_desk_what_would_come_in_and_confirm_it(client):
    author = make_user(group="Author")
    client.force_login(author)
    page = upload(client, LINE, {"source_id": "empty"})
    html = page.content.decode()
    assert "Launch ceremony" in html and "There is no headline." in html
    assert not Release.objects.exists()
    client.post(ADDRESS, {"upload": page.context["upload"]})
    release = Release.objects.get()
    assert release.created_by == author and not release.public_languages()
    assert "nothing would change" in upload(client, LINE).content.decode()


def test_who_may_not_publish_brings_in_drafts_only(client):
    client.force_login(make_user(group="Author"))
    assert "others publish them" in upload(client, LINE, publish="on").content.decode()
    client.force_login(make_user(group="Publisher"))
    page = upload(client, LINE, publish="on")
    client.post(ADDRESS, {"upload": page.context["upload"]})
    assert Release.objects.get().public_languages() == ["en", "zh-hans"]
