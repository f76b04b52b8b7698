"""Institutions: their ties, places, contacts and addresses; and the merging of duplicates."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from partners import services
from partners.models import (
    Agreement,
    ContactPoint,
    FormerAddress,
    Institution,
    InstitutionIdentifier,
    InstitutionLink,
    InstitutionMerge,
    InstitutionName,
    InstitutionPlace,
    Person,
    Place,
)
from publishing.editorial.exceptions import Refused
from publishing.search.documents import search_documents
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_place,
    make_post,
    make_release,
    make_type,
)

pytestmark = pytest.mark.django_db


def page(client, institution, language="en"):
    response = client.get(f"/{language}/partners/{institution.slug}/")
    assert response.status_code == 200
    return response.content.decode()


class TestRelations:
    @pytest.mark.parametrize(
        ("kind", "here", "there"),
        [
            ("part_of", "Is part of", "Has as a part"),
            ("successor_of", "Is the successor of", "Is the predecessor of"),
            ("founder_of", "Is a founder of", "Was founded by"),
            ("host_of", "Is the host of", "Is hosted by"),
            ("member_of", "Is a member of", "Has as a member"),
            ("related", "Is related to", "Is related to"),
        ],
    )
    def test_one_row_is_read_from_both_ends(self, client, kind, here, there):
        one, other = make_institution("Alpha"), make_institution("Beta")
        services.relate(institution=one, kind=kind, other=other, since="2012")
        assert InstitutionLink.objects.count() == 1
        assert here in page(client, one) and "Beta" in page(client, one)
        assert there in page(client, other) and "Alpha" in page(client, other)
        assert "2012" in page(client, other)

    def test_an_institution_has_no_relation_to_itself(self):
        one = make_institution()
        with pytest.raises(Refused, match="no relation to itself"):
            services.relate(institution=one, kind="related", other=one)
        with pytest.raises(IntegrityError), transaction.atomic():
            InstitutionLink.objects.create(institution=one, kind="related", other=one)

    @pytest.mark.parametrize("kind", ["part_of", "successor_of", "founder_of", "host_of"])
    def test_a_circle_is_refused_however_long(self, kind):
        chain = [make_institution() for _ in range(4)]
        for lower, upper in zip(chain, chain[1:], strict=False):
            services.relate(institution=lower, kind=kind, other=upper)
        with pytest.raises(Refused, match="lead back"):
            services.relate(institution=chain[-1], kind=kind, other=chain[0])
        services.relate(institution=chain[-1], kind="related", other=chain[0])

    def test_members_of_each_other_are_no_circle(self):
        one, other = make_institution(), make_institution()
        services.relate(institution=one, kind="member_of", other=other)
        services.relate(institution=other, kind="member_of", other=one)
        assert InstitutionLink.objects.count() == 2

    def test_a_symmetrical_relation_is_recorded_once(self):
        one, other = make_institution(), make_institution()
        services.relate(institution=one, kind="related", other=other)
        with pytest.raises(Refused, match="on record already"):
            services.relate(institution=other, kind="related", other=one)

    def test_it_cannot_end_before_it_starts(self):
        one, other = make_institution(), make_institution()
        with pytest.raises(Refused, match="cannot end before"):
            services.relate(
                institution=one, kind="part_of", other=other, since="2019-05", until="2018"
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            InstitutionLink.objects.create(
                institution=one, kind="part_of", other=other, since="2019-05", until="2018"
            )

    def test_the_refusal_is_told_in_chinese_too(self):
        one = make_institution()
        with translation.override("zh-hans"), pytest.raises(Refused) as refusal:
            services.relate(institution=one, kind="related", other=one)
        assert str(refusal.value) == "机构与自身没有关系。"

    def test_an_institution_that_is_not_public_is_not_named(self, client):
        one, secret = make_institution("Alpha"), make_institution("Secret", is_public=False)
        services.relate(institution=one, kind="part_of", other=secret)
        assert "Secret" not in page(client, one)

    def test_a_joint_body_shows_founders_form_and_agreement(self, client):
        founders = [make_institution("Alpha"), make_institution("Beta")]
        agreement = make_agreement(*founders, title_en="Joint base", signed="2020")
        base = make_institution(
            "Base",
            joint_form="no_legal_person",
            approval_number="MOE11UK1A2020",
            founding_agreement=agreement,
        )
        for founder in founders:
            services.relate(institution=founder, kind="founder_of", other=base)
        html = page(client, base)
        for text in ("Was founded by", "Alpha", "Beta", "without legal person", "MOE11UK1A2020"):
            assert text in html
        assert agreement.get_absolute_url() in html

    def test_only_a_joint_body_has_an_approval_number(self):
        with pytest.raises(ValidationError, match="approval number"):
            Institution(name_en="Alpha", approval_number="1").full_clean()

    def test_the_page_costs_the_same_with_many_relations(
        self, client, django_assert_max_num_queries
    ):
        one = make_institution()
        for _ in range(12):
            services.relate(institution=one, kind="member_of", other=make_institution())
        with django_assert_max_num_queries(30):
            page(client, one)


class TestPlaces:
    def test_further_places_stand_beside_the_main_one(self, client):
        one = make_institution(place=make_place("Edgbaston", "埃德巴斯顿"))
        InstitutionPlace.objects.create(
            institution=one,
            place=make_place("Dubai", "迪拜"),
            what_en="campus",
            what_zh_hans="校区",
        )
        assert "Dubai" in page(client, one) and "campus" in page(client, one)
        assert "迪拜" in page(client, one, "zh-hans") and "校区" in page(client, one, "zh-hans")

    def test_the_main_place_is_not_listed_twice(self):
        place = make_place()
        row = InstitutionPlace(institution=make_institution(place=place), place=place)
        with pytest.raises(ValidationError, match="main place already"):
            row.full_clean()

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"subdivision": "Jiangsu"}, "ISO 3166-2"),
            ({"subdivision": "GB-ENG", "country": "CN"}, "another country"),
            ({"time_zone": "Asia/Nanking"}, "not known"),
        ],
    )
    def test_an_unknown_code_is_refused(self, values, message):
        with pytest.raises(ValidationError, match=message):
            Place(name_en="X", name_zh_hans="某地", level="province", **values).full_clean()

    def test_a_subdivision_of_its_country_is_taken(self):
        Place(
            name_en="Jiangsu",
            name_zh_hans="江苏",
            level="province",
            country="CN",
            subdivision="CN-JS",
        ).full_clean()


class TestContacts:
    def test_an_address_is_readable_but_never_whole_in_the_source(self, client):
        one = make_institution()
        ContactPoint.objects.create(
            institution=one,
            purpose="agreements",
            name_en="Ms Li",
            name_zh_hans="李女士",
            email="li.wei@example.ac.uk",
            is_public=True,
        )
        html = page(client, one)
        assert "For agreements" in html and "Ms Li" in html
        assert "li.wei" in html and "example.ac.uk" in html
        assert "li.wei@example.ac.uk" not in html and "mailto:" not in html

    def test_a_contact_is_private_unless_said_otherwise(self, client):
        one = make_institution()
        ContactPoint.objects.create(institution=one, telephone="+86 25 1234")
        assert "+86 25 1234" not in page(client, one)

    def test_a_contact_can_be_reached(self):
        with pytest.raises(ValidationError, match="e-mail address or a telephone"):
            ContactPoint(institution=make_institution(), name_en="Nobody").full_clean()

    def test_notes_and_owner_stay_with_staff(self, client, admin_user):
        one = make_institution(notes="Slow to answer", owner=admin_user)
        for address in (f"/en/partners/{one.slug}/", "/en/partners/directory.json"):
            content = client.get(address)
            text = (
                b"".join(content.streaming_content) if content.streaming else content.content
            ).decode()
            assert "Slow to answer" not in text and admin_user.username not in text


class TestAddresses:
    def test_an_old_address_leads_to_the_new_one(self, client):
        one = make_institution("Nanking University", slug="nanking")
        one.slug = "nanjing"
        services.save_institution(institution=one)
        response = client.get("/zh-hans/partners/nanking/")
        assert (response.status_code, response["Location"]) == (301, "/zh-hans/partners/nanjing/")

    def test_an_address_is_never_given_to_another(self):
        one = make_institution("Alpha", slug="alpha")
        one.slug = "alpha-university"
        services.save_institution(institution=one)
        with pytest.raises(ValidationError, match="had this address before"):
            Institution(name_en="Other", slug="alpha").full_clean()
        assert make_institution("Alpha").slug != "alpha"

    def test_back_at_its_own_old_address_nothing_is_left_over(self, client):
        one = make_institution("Alpha", slug="alpha")
        for slug in ("beta", "alpha"):
            one.slug = slug
            services.save_institution(institution=one)
        assert list(FormerAddress.objects.values_list("slug", flat=True)) == ["beta"]
        assert client.get("/en/partners/alpha/").status_code == 200

    def test_an_unknown_address_is_not_found(self, client):
        assert client.get("/en/partners/nobody/").status_code == 404


def everything_about(institution):
    """What hangs on an institution, as plain values."""
    return {
        "agreements": sorted(institution.agreements.values_list("number", flat=True)),
        "names": sorted(institution.names.values_list("text", flat=True)),
        "types": sorted(institution.types.values_list("code", flat=True)),
        "identifiers": sorted(institution.identifiers.values_list("value", flat=True)),
        "links": sorted(institution.links.values_list("kind", "other")),
        "linked": sorted(institution.links_to_it.values_list("kind", "institution")),
        "posts": sorted(institution.posts.values_list("title_en", flat=True)),
        "releases": sorted(institution.releases.values_list("pk", flat=True)),
        "events": sorted(institution.events.values_list("pk", flat=True)),
        "former": sorted(institution.former_addresses.values_list("slug", flat=True)),
        "standing": (institution.status, institution.is_public, institution.merged_into_id),
    }


class TestMerging:
    @pytest.fixture
    def pair(self):
        university, company = make_type("university"), make_type("company")
        keep = make_institution("Nanjing University", "南京大学", types=[university])
        gone = make_institution("Nanking University", "南大", types=[university, company])
        third = make_institution("Third")
        make_agreement(gone, third)
        make_agreement(keep, third)
        release, event = make_release(), make_event()
        release.institutions.set([keep, gone])
        event.institutions.set([gone])
        InstitutionName.objects.create(institution=gone, text="NKU")
        InstitutionIdentifier.objects.create(institution=gone, scheme="wikidata", value="Q1")
        services.relate(institution=third, kind="part_of", other=gone)
        services.relate(institution=keep, kind="related", other=gone)
        make_post(Person.objects.create(name_en="Dean"), "Dean", institution=gone)
        FormerAddress.objects.create(slug="older", institution=gone)
        return keep, gone

    def test_everything_belongs_to_the_one_that_is_kept(self, pair, admin_user):
        keep, gone = pair
        services.merge_institutions(keep=keep, duplicate=gone, user=admin_user)
        about = everything_about(keep)
        assert len(about["agreements"]) == 2
        assert about["types"] == ["company", "university"]
        assert {"NKU", "Nanking University", "南大"} <= set(about["names"])
        assert about["identifiers"] == ["Q1"] and about["posts"] == ["Dean"]
        assert len(about["releases"]) == 1 and len(about["events"]) == 1
        assert about["links"] == [] and len(about["linked"]) == 1
        left = everything_about(gone)
        assert not any(value for name, value in left.items() if name != "standing")

    def test_the_old_addresses_lead_to_it(self, pair, client):
        keep, gone = pair
        services.merge_institutions(keep=keep, duplicate=gone)
        for slug in (gone.slug, "older"):
            response = client.get(f"/en/partners/{slug}/")
            assert (response.status_code, response["Location"]) == (
                301,
                f"/en/partners/{keep.slug}/",
            )

    def test_the_search_finds_one_under_both_names(self, pair):
        keep, gone = pair
        services.merge_institutions(keep=keep, duplicate=gone)
        hits = search_documents("Nanking University", language="en")
        found = [hit.object_id for hit in hits.hits if hit.kind == "institution"]
        assert keep.pk in found and gone.pk not in found

    def test_taking_it_back_restores_both_to_the_letter(self, pair, client):
        keep, gone = pair
        before = everything_about(keep), everything_about(gone)
        merge = services.merge_institutions(keep=keep, duplicate=gone)
        services.undo_merge(merge=merge)
        keep, gone = Institution.objects.get(pk=keep.pk), Institution.objects.get(pk=gone.pk)
        assert (everything_about(keep), everything_about(gone)) == before
        assert client.get(f"/en/partners/{gone.slug}/").status_code == 200
        with pytest.raises(Refused, match="taken back before"):
            services.undo_merge(merge=merge)

    def test_it_is_not_taken_back_for_an_agreement_that_is_gone(self, pair):
        keep, gone = pair
        agreement = make_agreement(keep, gone)
        merge = services.merge_institutions(keep=keep, duplicate=gone)
        agreement.delete()
        with pytest.raises(Refused, match="has been changed since"):
            services.undo_merge(merge=merge)
        assert not Institution.objects.public().filter(pk=gone.pk).exists()

    def test_both_parties_of_one_agreement_are_not_merged_away(self, pair):
        keep, gone = pair
        agreement = make_agreement(keep, gone)
        party = agreement.parties.get(institution=gone)
        services.sign(agreement=agreement, party=party, date="2020-01-01")
        before = everything_about(keep), everything_about(gone)
        with pytest.raises(Refused, match="settle this first"):
            services.merge_institutions(keep=keep, duplicate=gone)
        assert (everything_about(keep), everything_about(gone)) == before
        assert Agreement.objects.get(pk=agreement.pk).parties.count() == 2

    def test_one_is_not_merged_with_itself_nor_twice_nor_the_office(self, pair):
        keep, gone = pair
        with pytest.raises(Refused, match="with itself"):
            services.merge_institutions(keep=keep, duplicate=keep)
        with pytest.raises(Refused, match="office itself"):
            services.merge_institutions(keep=keep, duplicate=make_institution(is_own=True))
        services.merge_institutions(keep=keep, duplicate=gone)
        with pytest.raises(Refused, match="merged before"):
            services.merge_institutions(keep=keep, duplicate=gone)

    def test_staff_merge_two_and_take_it_back(self, pair, admin_client):
        keep, gone = pair
        chosen = {"action": "merge_two", "_selected_action": [keep.pk, gone.pk]}
        address = "/en/admin/partners/institution/"
        asked = admin_client.post(address, chosen).content.decode()
        assert "can be taken back" in asked
        assert keep.slug in asked and gone.slug in asked
        admin_client.post(address, chosen | {"keep": keep.pk})
        gone.refresh_from_db()
        assert gone.merged_into == keep
        merges = "/en/admin/partners/institutionmerge/"
        assert b"Nanking" in admin_client.get(merges).content
        pk = InstitutionMerge.objects.get().pk
        admin_client.post(merges, {"action": "take_back", "_selected_action": [pk]})
        gone.refresh_from_db()
        assert gone.merged_into is None and gone.is_public

    def test_the_action_needs_two(self, pair, admin_client):
        chosen = {"action": "merge_two", "_selected_action": [pair[0].pk]}
        response = admin_client.post("/en/admin/partners/institution/", chosen, follow=True)
        assert b"exactly two" in response.content
