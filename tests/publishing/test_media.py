"""The library: adding, replacing and removing images, their renditions and their addresses."""

import io
import re
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template import Context, Template
from django.utils import translation
from PIL import Image as Pillow

from publishing.cache import models as generation
from publishing.media import renditions, services
from publishing.media.images import PictureRefused, intake
from publishing.media.models import Image
from tests.builders import make_release
from tests.publishing.test_images import halves, photograph, saved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def upload(picture=None, name="signing.jpg", extension="JPEG"):
    content = saved(picture or photograph((2000, 1000)), extension)
    content.name = name
    return content


def make_image(picture=None, **fields):
    return services.add_image(file=upload(picture), **fields)


def make_shown(picture=None, **fields):
    """An image that a public page shows."""
    image = make_image(picture, **fields)
    make_release().pictures.create(image=image)
    return image


def files_under(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_an_image_gets_an_address_that_nobody_can_guess():
    first, second = make_image(), make_image()
    assert re.fullmatch(r"[\w-]{22}", first.uid) and first.uid != second.uid


def test_the_title_comes_from_the_file_where_none_is_given(media_root):
    image = make_image()
    assert image.title == "signing"
    assert (image.width, image.height) == (2000, 1000)
    assert files_under(media_root) == [media_root / image.file.name]
    assert make_image(title="Signing in Nanjing").title == "Signing in Nanjing"


def test_the_same_picture_is_not_taken_twice(media_root):
    picture = photograph()
    make_image(picture, title="Signing in Nanjing")
    with pytest.raises(PictureRefused, match="“Signing in Nanjing”"):
        make_image(picture)
    assert Image.objects.count() == 1
    assert len(files_under(media_root)) == 1


def test_impossible_facts_are_refused_with_a_sentence_and_leave_no_file(media_root):
    with pytest.raises(ValidationError) as refused:
        make_image(focal_x=1.5)
    assert "focal_x" in refused.value.message_dict
    assert files_under(media_root) == []
    image = make_image()
    with pytest.raises(ValidationError, match="outside the picture"):
        Image(focal_x=1.5, width=1, height=1).validate_constraints()
    for wrong in ({"focal_y": -0.1}, {"width": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Image.objects.filter(pk=image.pk).update(**wrong)


@pytest.mark.parametrize("alt", ["IMG_2034", "20200925", "signing.JPG", "DSC 0001"])
def test_the_name_of_a_file_is_no_description(alt):
    with pytest.raises(ValidationError, match="name of a file"):
        make_image(alt_zh_hans=alt)


def test_a_replaced_picture_keeps_its_texts_and_its_address(
    media_root, django_capture_on_commit_callbacks
):
    image = make_image(alt_en="Two people sign a paper")
    uid, old = image.uid, renditions.rendition(image, "card")
    old.make()
    with django_capture_on_commit_callbacks(execute=True):
        master = intake(upload(halves((900, 600)), extension="PNG"))
        services.keep_master(image, master=master)

    image = Image.objects.get()
    assert (image.uid, image.alt_en, image.width) == (uid, "Two people sign a paper", 900)
    assert files_under(media_root) == [media_root / image.file.name]
    assert renditions.rendition(image, "card").version != old.version


def test_a_removed_image_leaves_no_file(media_root, django_capture_on_commit_callbacks):
    image = make_image()
    renditions.rendition(image, "hero").make()
    assert len(files_under(media_root)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_image(image)
    assert not Image.objects.exists()
    assert files_under(media_root) == []


def test_a_moved_focal_point_changes_the_crops_and_nothing_else():
    image = make_image()
    before = {name: renditions.rendition(image, name).version for name in ("square", "inline")}
    image.focal_x = 0.9
    after = {name: renditions.rendition(image, name).version for name in ("square", "inline")}
    assert before["square"] != after["square"] and before["inline"] == after["inline"]


@pytest.mark.parametrize(
    ("extension", "content_type"),
    [("avif", "image/avif"), ("webp", "image/webp"), ("jpg", "image/jpeg")],
)
def test_a_rendition_is_made_when_first_asked_for_and_kept(
    client, media_root, extension, content_type
):
    image = make_shown()
    address = renditions.rendition(image, "card", extension).url
    response = client.get(address)
    body = b"".join(response.streaming_content)
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert Pillow.open(io.BytesIO(body)).size == (640, 400)

    kept = [path for path in files_under(media_root) if "renditions" in path.parts]
    assert [path.read_bytes() for path in kept] == [body]
    kept[0].write_bytes(b"kept")
    assert b"".join(client.get(address).streaming_content) == b"kept"
    kept[0].unlink()
    assert b"".join(client.get(address).streaming_content) == body


def test_the_version_in_the_address_decides_how_long_a_picture_is_cached(client):
    address = urlsplit(renditions.rendition(make_shown(), "card").url)
    right = client.get(f"{address.path}?{address.query}")
    assert right["Cache-Control"] == "public, max-age=31536000, immutable"
    for query in ("", "?v=", "?v=0000000000000000"):
        assert client.get(address.path + query)["Cache-Control"] == "public, max-age=300"


def test_a_picture_is_the_same_for_everyone(client, admin_client):
    address = renditions.rendition(make_shown(), "row").url
    for visitor in (client, admin_client):
        response = visitor.get(address)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_who_has_the_picture_is_told_so(client):
    address = renditions.rendition(make_shown(), "row").url
    etag = client.get(address)["ETag"]
    response = client.get(address, headers={"if-none-match": etag})
    assert response.status_code == 304
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def test_head_tells_the_length_without_the_picture(client):
    address = renditions.rendition(make_shown(), "row").url
    length = len(b"".join(client.get(address).streaming_content))
    response = client.head(address)
    assert (response.status_code, response.content) == (200, b"")
    assert int(response["Content-Length"]) == length
    assert response["Content-Type"] == "image/jpeg"
    assert client.post(address).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "banner.jpg",
        "card.gif",
        "card.png",
        "card-641.jpg",
        "card-0.jpg",
        "card-99999.jpg",
        "card",
        "../card.jpg",
        "CARD.jpg",
    ],
)
def test_addresses_that_nobody_gave_out_are_not_found(client, name):
    image = make_shown()
    assert client.get(f"/media/{image.uid}/card.jpg").status_code == 200
    assert client.get(f"/media/{image.uid}/{name}").status_code == 404
    assert client.get(f"/media/{'a' * 22}/card.jpg").status_code == 404


def test_originals_have_no_address(client):
    image = make_image()
    assert client.get(f"/media/{image.file.name}").status_code == 404


def test_a_lost_original_is_not_found_and_noted(client, caplog):
    image = make_shown()
    image.file.storage.delete(image.file.name)
    assert client.get(renditions.rendition(image, "card").url).status_code == 404
    assert "missing" in caplog.text


def test_a_proxy_may_hand_the_file_over(client, settings, media_root):
    settings.PORTAL_ACCEL_PREFIX = "/handover/"
    response = client.get(renditions.rendition(make_shown(), "card").url)
    prefix, _slash, name = response["X-Accel-Redirect"].partition("handover/")
    assert prefix == "/" and (media_root / name).is_file()
    assert response.content == b"" and response["Content-Type"] == "image/jpeg"


def picture(image, purpose="hero", arguments="", language="en"):
    source = "{% load media %}{% picture image purpose " + arguments + " %}"
    with translation.override(language):
        return Template(source).render(Context({"image": image, "purpose": purpose}))


def test_every_address_in_a_page_leads_to_its_picture(client):
    html = picture(make_shown(), "card")
    assert re.findall(r'<source type="([^"]+)"', html) == ["image/avif", "image/webp"]
    addresses = set(re.findall(r'(?:"|, )(/media/[^ "]+)(?: (\d+)w)?', html))
    wide = {address: int(width) for address, width in addresses if width}
    assert len(wide) == 6
    for address, width in wide.items():
        body = b"".join(client.get(address).streaming_content)
        assert Pillow.open(io.BytesIO(body)).width == width


def test_a_page_reserves_the_room_and_loads_late_unless_told():
    image = make_image()
    late = picture(image, "inline")
    assert 'width="1280" height="640"' in late
    assert 'loading="lazy" decoding="async"' in late and "fetchpriority" not in late
    early = picture(image, "card", "eager=True sizes='50vw'")
    for html in (early, picture(image, "hero")):
        assert 'fetchpriority="high"' in html and "lazy" not in html
    assert early.count('sizes="50vw"') == 3
    assert "style=" not in early


def test_a_small_picture_is_offered_once():
    html = picture(make_image(photograph((300, 200))))
    assert "srcset" in html and "w," not in html and "sizes=" not in html
    assert 'width="300" height="125"' in html


def test_a_drawing_falls_back_to_png(client):
    image = make_image(halves((900, 600)))
    assert image.is_drawing is False, "a JPEG stays one"
    content = upload(halves((900, 601)), "mark.png", "PNG")
    drawing = services.add_image(file=content)
    make_release().pictures.create(image=drawing)
    html = picture(drawing, "logo")
    assert re.search(r'<img class="logo-pic" src="/media/[\w-]+/logo\.png\?v=', html)
    assert client.get(renditions.rendition(drawing, "social").url)["Content-Type"] == "image/jpeg"


def test_the_description_is_in_the_readers_language_or_says_that_it_is_missing():
    image = make_image(alt_en="Two people sign & shake hands")
    assert 'alt="Two people sign &amp; shake hands"' in picture(image)
    assert "Two people" not in picture(image, language="zh-hans")
    assert 'alt=""' not in picture(image, language="zh-hans")
    assert image.is_described_in("en") and not image.is_described_in("zh-hans")

    image.decorative = True
    assert 'alt=""' in picture(image)
    assert image.is_described_in("zh-hans")


def test_a_place_may_describe_the_picture_itself():
    image = make_image(alt_en="A bridge")
    assert 'alt="The bridge of 1968"' in picture(image, arguments="alt='The bridge of 1968'")
    assert 'alt=""' in picture(image, arguments="alt=''")


def test_a_changed_description_reaches_the_cached_pages():
    image = make_image(alt_en="A bridge")
    before = generation.current()
    image.alt_en = "The bridge at Nanjing"
    image.save()
    assert generation.current() != before


def test_a_loaded_image_costs_no_query(django_assert_num_queries):
    make_image()
    image = Image.objects.get()
    with django_assert_num_queries(0):
        picture(image)
        Template("{% load media %}{% image_url image 'social' %}").render(Context({"image": image}))


def test_the_plain_address_is_that_of_the_largest_rendition():
    image = make_image()
    with translation.override("zh-hans"):
        tag = Template("{% load media %}{% image_url image 'social' %}")
        address = tag.render(Context({"image": image}))
    version = renditions.rendition(image, "social").version
    assert address == f"/media/{image.uid}/social.jpg?v={version}"
