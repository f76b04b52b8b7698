"""The library in the admin: uploads, refusals, the list and the chooser."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.urls import reverse

from publishing.media import renditions, services
from publishing.media.models import Image
from publishing.media.widgets import LeadImageAdminMixin
from tests.publishing.test_images import halves, photograph, saved

pytestmark = pytest.mark.django_db

ADD = "admin:media_image_add"
TYPED = {
    "title": "Signing in Nanjing",
    "focal_x": "0.25",
    "focal_y": "0.75",
    "alt_en": "Two people sign a paper",
    "alt_zh_hans": "两人签署文件",
    "caption_en": "The signing",
    "caption_zh_hans": "签约",
    "credit_en": "The office",
    "credit_zh_hans": "本办公室",
}
# As the form sends it, where nobody is named in the picture.
SENT = TYPED | {"people_shown-TOTAL_FORMS": "0", "people_shown-INITIAL_FORMS": "0"}


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def upload(picture=None, name="signing.jpg", extension="JPEG"):
    return SimpleUploadedFile(name, saved(picture or photograph(), extension).getvalue())


def make_image(picture=None, **fields):
    return services.add_image(file=upload(picture), **fields)


def test_an_editor_uploads_a_picture_with_texts_in_both_languages(admin_client, admin_user):
    response = admin_client.post(reverse(ADD), SENT | {"picture": upload()})
    assert response.status_code == 302
    image = Image.objects.get()
    assert {name: str(getattr(image, name)) for name in TYPED} == TYPED
    assert image.uploaded_by == admin_user
    assert (image.width, image.height) == (300, 200)
    assert image.file.storage.exists(image.file.name)


def test_both_languages_of_a_field_stand_in_one_row(admin_client):
    html = admin_client.get(reverse(ADD)).content.decode()
    row = html.partition("field-alt_en field-alt_zh_hans")[2].partition("field-caption")[0]
    assert 'name="alt_en"' in row and 'name="alt_zh_hans"' in row


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "SVG drawings"),
        (SimpleUploadedFile("a.jpg", b"<html>hello</html>"), "not a picture"),
        (SimpleUploadedFile("a.jpg", saved(photograph(), "BMP").getvalue()), "BMP files"),
        (SimpleUploadedFile("a.jpg", saved(photograph(), "JPEG").getvalue()[:900]), "incomplete"),
        (SimpleUploadedFile("a.jpg", b""), "empty"),
    ],
)
def test_a_refusal_stands_beside_the_field_and_nothing_typed_is_lost(admin_client, file, words):
    file.seek(0)
    response = admin_client.post(reverse(ADD), SENT | {"picture": file})
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert list(form.errors) == ["picture"] and words in form.errors["picture"][0]
    html = response.content.decode()
    row = html.partition(" field-picture")[2].partition("field-focal_x")[0]
    assert words in row
    for typed in TYPED.values():
        assert f'value="{typed}"' in html
    assert not Image.objects.exists()


def test_a_new_image_needs_a_picture(admin_client):
    form = admin_client.post(reverse(ADD), SENT).context["adminform"].form
    assert list(form.errors) == ["picture"]


def test_a_focal_point_outside_is_refused_beside_its_field(admin_client):
    response = admin_client.post(reverse(ADD), SENT | {"picture": upload(), "focal_x": "1.5"})
    assert list(response.context["adminform"].form.errors) == ["focal_x"]
    assert not Image.objects.exists()


def test_a_picture_that_is_there_already_is_refused_by_its_title(admin_client):
    picture = photograph()
    make_image(picture, title="Signing of 2018")
    response = admin_client.post(reverse(ADD), SENT | {"picture": upload(picture)})
    assert "“Signing of 2018”" in response.context["adminform"].form.errors["picture"][0]
    assert Image.objects.count() == 1


def test_texts_change_without_a_new_upload(admin_client):
    image = make_image()
    kept = image.sha256
    address = reverse("admin:media_image_change", args=[image.pk])
    assert renditions.rendition(image, "inline").url in admin_client.get(address).content.decode()
    assert admin_client.post(address, SENT).status_code == 302
    image.refresh_from_db()
    assert (image.alt_zh_hans, image.focal_x, image.sha256) == ("两人签署文件", 0.25, kept)


def test_another_picture_takes_the_place_of_the_old_one(admin_client):
    image = make_image()
    address = reverse("admin:media_image_change", args=[image.pk])
    picture = halves((640, 480))
    for _time in range(2):  # once more, it is no duplicate of itself
        posted = SENT | {"picture": upload(picture)}
        assert admin_client.post(address, posted).status_code == 302
    again = Image.objects.get()
    assert (again.uid, again.width) == (image.uid, 640)


def test_the_title_comes_from_the_file_name(admin_client):
    file = upload(name="Opening of the centre.jpg")
    admin_client.post(reverse(ADD), SENT | {"title": "", "picture": file})
    assert Image.objects.get().title == "Opening of the centre"


def test_the_list_shows_pictures_at_a_constant_price(admin_client, admin_user):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            html = admin_client.get(reverse("admin:media_image_changelist")).content.decode()
        return len(captured), html.count('class="thumbnail"')

    make_image(user=admin_user)
    few, shown = queries()
    assert shown == 1
    for _count in range(9):
        make_image(user=admin_user)
    assert queries() == (few, 10)


@pytest.mark.parametrize("words", ["Nanjing", "两人", "office", "签约"])
def test_the_search_reads_both_languages(admin_client, words):
    make_image(**{name: text for name, text in TYPED.items() if not name.startswith("focal")})
    make_image(title="Other")
    response = admin_client.get(reverse("admin:media_image_changelist"), {"q": words})
    assert [image.title for image in response.context["cl"].result_list] == ["Signing in Nanjing"]


def test_an_image_added_in_a_popup_is_handed_back(admin_client):
    response = admin_client.post(
        f"{reverse(ADD)}?_popup=1", SENT | {"picture": upload(), "_popup": "1"}
    )
    assert response.templates[0].name.endswith("popup_response.html")
    assert "Signing in Nanjing" in response.content.decode()


def test_deleting_in_the_admin_takes_the_files_along(
    admin_client, media_root, django_capture_on_commit_callbacks
):
    first, second = make_image(), make_image()
    with django_capture_on_commit_callbacks(execute=True):
        address = reverse("admin:media_image_delete", args=[first.pk])
        admin_client.post(address, {"post": "yes"})
        action = {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"}
        admin_client.post(reverse("admin:media_image_changelist"), action)
    assert not Image.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_the_pages_have_no_inline_script_or_style(admin_client):
    image = make_image()
    for address in (reverse(ADD), reverse("admin:media_image_change", args=[image.pk])):
        html = admin_client.get(address).content.decode()
        assert "style=" not in html and "onclick" not in html
        assert "media/picture-input.js" in html


def test_the_chooser_shows_the_chosen_picture(admin_client, client):
    image = make_image()
    address = reverse("admin:media_image_preview", args=[image.pk])
    assert admin_client.get(address)["Location"] == renditions.rendition(image, "thumb").url
    assert admin_client.get(reverse("admin:media_image_preview", args=[0])).status_code == 404
    assert reverse("admin:login") in client.get(address)["Location"]


def test_a_preview_needs_the_permission_to_see_images(client):
    image = make_image()
    staff = User.objects.create_user("staff", is_staff=True)
    client.force_login(staff)
    address = reverse("admin:media_image_preview", args=[image.pk])
    assert client.get(address).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_image"))
    assert client.get(address).status_code == 302


def chooser(request, **options):
    """The form of an admin whose model points to an image, as other apps have them."""

    class Poster(models.Model):
        image = models.ForeignKey(Image, models.PROTECT, related_name="+", **options)

        class Meta:
            app_label = "media"

        def __str__(self):
            return "poster"

    class PosterAdmin(LeadImageAdminMixin, admin.ModelAdmin):
        pass

    return PosterAdmin(Poster, admin.site).get_form(request)


@isolate_apps("publishing.media")
def test_other_admins_choose_an_image_by_name_and_see_it(rf, admin_user, django_assert_num_queries):
    image = make_image(title="Signing in Nanjing")
    request = rf.get("/")
    request.user = admin_user
    form = chooser(request)(initial={"image": image.pk})
    with django_assert_num_queries(1):
        html = str(form)
    assert "Signing in Nanjing" in html and "admin-autocomplete" in html
    preview = reverse("admin:media_image_preview", args=[image.pk])
    assert f'<img class="thumbnail" src="{preview}" alt="">' in html
    assert 'id="add_id_image"' in html
    assert "media/lead-image.js" in str(form.media)


@isolate_apps("publishing.media")
def test_an_empty_or_wrong_choice_shows_no_picture(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    form = chooser(request, null=True, blank=True)
    for html in (str(form()), str(form({"image": "nonsense"}))):
        assert '<img class="thumbnail" hidden alt="">' in html
