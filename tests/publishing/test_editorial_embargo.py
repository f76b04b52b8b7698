"""Under embargo a text, its pictures and its files are nowhere, by whatever door one asks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from publishing.editorial import services
from publishing.media import renditions
from publishing.media.models import File
from tests.builders import make_event, make_institution, make_release, make_user
from tests.publishing.test_images import photograph
from tests.publishing.test_media import make_image

pytestmark = pytest.mark.django_db

LISTS = [
    "/en/",
    "/en/news/",
    "/en/news/?year=2026",
    "/en/timeline/",
    "/en/news/atom.xml",
    "/en/news/feed.json",
    "/en/search/?q=zanzibarian",
    "/en/search/suggestions.json?q=zanz",
    "/en/partners/nju/",
    "/en/events/talk/",
    "/en/news/neighbour/",
    "/sitemaps/latest-news.xml",
    "/api/v1/releases/",
    "/api/v1/search/?q=zanzibarian",
]


@pytest.fixture
def release():
    partner, event = make_institution(slug="nju"), make_event(slug="talk")
    make_release(slug="neighbour", release_date="2026-01-01").institutions.add(partner)
    release = make_release(
        headline_en="Zanzibarian summer",
        slug="zanzibarian-summer",
        release_date="2026-01-02",
        public=["en"],
    )
    release.institutions.add(partner)
    release.events.add(event)
    return release


def embargo(release, until):
    services.set_window(item=release, language="en", embargo_until=until)


def said(client, address):
    return client.get(address).content.decode().lower()


@pytest.mark.parametrize("address", LISTS)
def test_every_list_that_names_a_release_keeps_silent_under_embargo(client, release, address):
    open_page = said(client, address)
    assert "zanzibarian-summer" in open_page or "zanzibarian summer" in open_page
    embargo(release, timezone.now() + timedelta(hours=1))
    closed_page = said(client, address)
    assert "zanzibarian-summer" not in closed_page
    assert "zanzibarian summer" not in closed_page


@pytest.mark.parametrize(
    "address",
    [
        "/en/news/zanzibarian-summer/",
        "/api/v1/releases/zanzibarian-summer/",
        "/api/v1/releases/zanzibarian-summer/ninjs/",
    ],
)
def test_its_own_addresses_are_missing(client, release, address):
    assert client.get(address).status_code == 200
    embargo(release, timezone.now() + timedelta(hours=1))
    assert client.get(address).status_code == 404


def test_its_pictures_and_files_are_missing(client, release, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    image = make_image(photograph())
    release.lead_image = image
    release.save()
    paper = File.objects.create(
        title="Programme", file="files/x.pdf", sha256="0" * 64, size=4, extension="pdf"
    )
    (tmp_path / "files").mkdir()
    (tmp_path / "files/x.pdf").write_bytes(b"%PDF")
    release.attachments.create(file=paper, label_en="Programme")
    addresses = [renditions.rendition(image, "hero").url, paper.get_absolute_url()]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    embargo(release, timezone.now() + timedelta(hours=1))
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_no_chooser_tells_those_who_may_not_see_drafts(client, release):
    embargo(release, timezone.now() + timedelta(hours=1))
    chooser = reverse("choose", args=["link"]) + "?q=zanzibarian"
    autocomplete = (
        reverse("admin:autocomplete")
        + "?app_label=portal&model_name=pin&field_name=release&term=zanzibarian"
    )
    for user, status in ((None, 302), (make_user("guest"), 403)):
        if user:
            client.force_login(user)
        assert client.get(autocomplete).status_code == status
        assert "summer" not in said(client, chooser)
        assert "summer" not in said(client, autocomplete)
