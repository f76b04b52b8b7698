"""The upload form in a real browser, under the strict content security policy."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from publishing.media.models import Image
from tests.publishing.test_images import photograph

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def complaints(page):
    """What the browser's console says, besides the icon that no test serves."""
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: "404" in message.text or said.append(message.text),
    )
    return said


def test_an_editor_sees_the_picture_and_clicks_on_what_matters(
    page, live_server, settings, tmp_path, complaints
):
    settings.MEDIA_ROOT = tmp_path / "media"
    User.objects.create_superuser("editor", password="secret")
    photograph((1600, 1000)).save(tmp_path / "signing.jpg")
    page.goto(live_server.url + reverse("admin:media_image_add"))
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")

    page.get_by_label("Picture").set_input_files(tmp_path / "signing.jpg")
    preview = page.locator("[data-preview] img[src^='data:image/jpeg']")
    preview.wait_for()
    box = preview.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(1.6, abs=0.02)
    preview.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    assert page.get_by_label("Focal point, across").input_value() == "0.25"
    mark = page.locator("[data-mark]").bounding_box()
    middle = mark["x"] + mark["width"] / 2
    assert middle == pytest.approx(box["x"] + box["width"] * 0.25, abs=3)

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("added successfully").wait_for()
    assert Image.objects.get().focal == (0.25, 0.75)
    assert page.locator("img.thumbnail").evaluate("image => image.decode().then(() => true)")
    assert complaints == []


def test_a_file_beyond_the_limit_is_named_before_it_is_sent(
    page, live_server, tmp_path, complaints
):
    User.objects.create_superuser("editor", password="secret")
    (tmp_path / "large.jpg").write_bytes(b"\xff\xd8\xff" + bytes(26 * 1024 * 1024))
    page.goto(live_server.url + reverse("admin:media_image_add"))
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")
    page.get_by_label("Picture").set_input_files(tmp_path / "large.jpg")
    page.get_by_text("larger than 25 MB").wait_for()
    assert not page.locator("[data-preview]").is_visible()
    assert complaints == []
