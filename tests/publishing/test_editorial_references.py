"""Whatever is used somewhere says where, and cannot be deleted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.models import Release
from partners.models import Agreement, Institution
from portal.models import Milestone
from publishing.editorial import copies, references, services
from publishing.editorial.exceptions import Refused
from publishing.media.images import PictureRefused
from publishing.media.models import Image
from publishing.media.services import remove_image
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_page,
    make_release,
    make_user,
)
from tests.publishing.test_media import make_image

pytestmark = pytest.mark.django_db


def told(target):
    return {(use.row, use.how) for use in references.uses(target)}


def link_to(target, language="en"):
    path = target.get_absolute_url()
    return f'<p><a href="/{language}/{path.split("/", 2)[2]}?x=1#y">Read the report</a></p>'


@pytest.fixture
def image(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_image()


class TestUses:
    def test_nothing_is_used_nowhere(self):
        for target in (make_release(), make_institution(), make_event()):
            assert references.uses(target) == []

    def test_relations_and_foreign_keys(self, image):
        institution = make_institution()
        release = make_release(public=[], lead_image=image)
        release.institutions.add(institution)
        agreement = make_agreement(institution)
        rows = {use.row for use in references.uses(institution)}
        assert rows == {release, agreement}
        assert told(image) == {(release, "lead image")}

    def test_an_institutions_own_other_names_are_no_use(self):
        institution = make_institution()
        institution.names.create(text="Alias", lang="en")
        assert references.uses(institution) == []

    def test_links_in_texts_of_drafts_and_in_either_language(self):
        target, institution = make_release(), make_institution()
        page = make_page(public=[], body_zh_hans=link_to(target, "zh-hans"))
        event = make_event(public=[], body_en=link_to(institution))
        assert {row for row, _how in told(target)} == {page}
        assert {row for row, _how in told(institution)} == {event}

    def test_a_link_to_a_longer_address_is_not_a_link_to_this_one(self):
        target = make_release(slug="ground")
        make_release(slug="ground-broken", body_en='<p><a href="/en/news/ground-broken/">x</a></p>')
        make_release(body_en="<p>/en/news/ground/ as plain words</p>")
        assert references.uses(target) == []

    def test_a_working_copy_counts_and_its_own_does_not(self):
        institution, live, target = make_institution(), make_release(), make_release()
        copy = copies.open_copy(item=live)
        copy.institutions.add(institution)
        copy.body_en = link_to(target)
        copy.save()
        assert {row.pk for row, _how in told(institution)} == {copy.pk}
        assert {row.pk for row, _how in told(target)} == {copy.pk}
        assert references.uses(live) == []

    def test_a_replacement_address_counts(self):
        target, gone = make_release(), make_release()
        services.unpublish(item=gone, language="en", replacement=target.get_absolute_url("en"))
        assert {row for row, _how in told(target)} == {gone}

    def test_the_cost_does_not_grow_with_the_uses(self):
        one, many = make_institution(), make_institution()
        make_release().institutions.add(one)
        for _number in range(6):
            make_release(body_en=link_to(many)).institutions.add(many)
            make_agreement(many)
        make_agreement(one)
        counts = []
        for target in (one, many):
            with CaptureQueriesContext(connection) as queries:
                list(map(str, references.uses(target)))
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestThePage:
    @pytest.mark.parametrize("group", ["Author", "Editor", "Publisher"])
    def test_lists_and_links_what_uses_it(self, client, group):
        institution, release = make_institution(), make_release(headline_en="Uses it")
        release.institutions.add(institution)
        client.force_login(make_user(group=group))
        form = client.get(reverse("admin:partners_institution_change", args=[institution.pk]))
        address = reverse("admin:partners_institution_where_used", args=[institution.pk])
        assert address in form.content.decode()
        text = client.get(address).content.decode()
        assert "Uses it" in text
        assert reverse("admin:news_release_change", args=[release.pk]) in text

    @pytest.mark.parametrize(
        "make", [make_release, make_event, make_page, lambda: make_agreement(make_institution())]
    )
    def test_every_kind_has_one(self, client, make):
        item = make()
        client.force_login(make_user(group="Publisher"))
        meta = item._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_where_used", args=[item.pk])
        assert client.get(address).status_code == 200

    def test_nobody_without_rights_sees_it(self, client):
        address = reverse("admin:partners_institution_where_used", args=[make_institution().pk])
        client.force_login(make_user())
        assert client.get(address).status_code == 403


class TestDeletion:
    def test_the_admin_refuses_with_the_list(self, admin_client):
        institution, release = make_institution(), make_release(headline_en="Uses it")
        release.institutions.add(institution)
        address = reverse("admin:partners_institution_delete", args=[institution.pk])
        assert "Uses it" in admin_client.get(address).content.decode()
        admin_client.post(address, {"post": "yes"})
        assert Institution.objects.filter(pk=institution.pk).exists()
        release.institutions.clear()
        admin_client.post(address, {"post": "yes"})
        assert not Institution.objects.filter(pk=institution.pk).exists()

    def test_the_bulk_action_refuses_too(self, admin_client):
        agreement = make_agreement(make_institution())
        make_release().agreements.add(agreement)
        data = {"action": "delete_selected", "_selected_action": [agreement.pk], "post": "yes"}
        admin_client.post(reverse("admin:partners_agreement_changelist"), data)
        assert Agreement.objects.filter(pk=agreement.pk).exists()

    def test_the_service_refuses_a_release_that_a_milestone_names(self):
        release = make_release()
        Milestone.objects.create(date="2019", title_en="Ground broken", release=release)
        with pytest.raises(Refused, match="Ground broken"):
            services.delete(item=release)
        assert Release.objects.filter(pk=release.pk).exists()

    def test_an_image_in_a_text_stays(self, image):
        make_release(public=[], body_en=f'<p><a href="/media/{image.uid}/inline.jpg">Plan</a></p>')
        with pytest.raises(PictureRefused, match="stays"):
            remove_image(image)
        assert Image.objects.filter(pk=image.pk).exists()

    def test_what_nobody_uses_is_deleted(self):
        release = make_release(public=[])
        services.delete(item=release)
        assert not Release.objects.exists()
