"""Records of ROR from a file: they fill what is empty, add names, and overwrite nothing."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from partners import services
from partners.models import (
    Institution,
    InstitutionIdentifier,
    InstitutionLink,
    InstitutionName,
    Place,
)
from tests.builders import make_institution, make_place, make_type, make_user

pytestmark = pytest.mark.django_db

CAMBRIDGE = {
    "id": "https://ror.org/013meh722",
    "status": "active",
    "types": ["education", "funder"],
    "established": 1209,
    "names": [
        {"value": "University of Cambridge", "types": ["ror_display", "label"], "lang": "en"},
        {"value": "Cambridge University", "types": ["alias"], "lang": None},
        {"value": "Cantab", "types": ["acronym"], "lang": None},
        {"value": "剑桥大学", "types": ["label"], "lang": "zh"},
        {"value": "Prifysgol Caergrawnt", "types": ["label"], "lang": "cy"},
    ],
    "links": [{"type": "website", "value": "https://www.cam.ac.uk"}],
    "external_ids": [
        {"type": "wikidata", "preferred": None, "all": ["Q35794"]},
        {"type": "isni", "preferred": None, "all": ["0000 0000 0000 0000"]},
    ],
    "locations": [
        {
            "geonames_id": 2653941,
            "geonames_details": {
                "name": "Cambridge",
                "lat": 52.2,
                "lng": 0.11667,
                "country_code": "GB",
                "country_name": "United Kingdom",
            },
        }
    ],
    "relationships": [],
}
PRESS = {
    "id": "https://ror.org/05g3mes96",
    "status": "active",
    "types": ["company"],
    "names": [{"value": "A Press", "types": ["label"], "lang": "en"}],
    "relationships": [
        {"type": "parent", "label": "University of Cambridge", "id": CAMBRIDGE["id"]},
        {"type": "related", "label": "Elsewhere", "id": "https://ror.org/04gyf1771"},
    ],
}


@pytest.fixture
def bring(tmp_path):
    def bring(content, **options):
        file = tmp_path / "ror.json"
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        out = io.StringIO()
        call_command("import_ror", file, stdout=out, stderr=io.StringIO(), **options)
        return out.getvalue()

    return bring


@pytest.fixture
def cambridge():
    return make_institution("University of Cambridge", "剑桥大学", slug="cambridge")


def test_a_record_fills_what_is_empty(bring, cambridge):
    make_type("university")
    told = bring(CAMBRIDGE)
    assert "matched by its name only" in told
    assert "no valid identifier of isni" in told
    one = Institution.objects.get()
    assert (one.established, one.website_en) == ("1209", "https://www.cam.ac.uk")
    assert {kind.ror for kind in one.types.all()} == {"education", "funder"}
    assert {(i.scheme, i.value) for i in one.identifiers.all()} == {
        ("ror", "013meh722"),
        ("wikidata", "Q35794"),
    }
    assert {(n.text, n.kind) for n in one.names.all()} == {
        ("Cambridge University", "alias"),
        ("Cantab", "abbreviation"),
    }
    assert (one.city.name_en, str(one.country), one.city.geonames_id) == (
        "Cambridge",
        "GB",
        2653941,
    )
    assert str(one.city.longitude) == "0.11667"


def test_a_second_time_changes_nothing(bring, cambridge):
    make_type("university")
    bring([CAMBRIDGE, PRESS], add_new=True)
    told = bring([CAMBRIDGE, PRESS], add_new=True)
    assert "2 rows: 0 new, 0 changed, 2 unchanged, 0 errors." in told


def test_what_staff_entered_stays_and_is_listed_where_ror_differs(bring, cambridge):
    Institution.objects.update(established="1318", website_en="https://other.example")
    cambridge.refresh_from_db()
    cambridge.place = make_place("Oxford", "牛津", parent=Place.objects.get(country="GB"))
    cambridge.save()
    cambridge.types.set([make_type("ministry", ror="government")])
    InstitutionIdentifier.objects.create(institution=cambridge, scheme="wikidata", value="Q1")
    InstitutionIdentifier.objects.create(institution=cambridge, scheme="ror", value="013meh722")
    told = bring([CAMBRIDGE | {"status": "inactive"}])
    for column in ("established", "website_en", "place", "types", "identifiers", "status"):
        assert f"look at: row 1, {column}: ROR says" in told
    one = Institution.objects.get()
    assert (one.established, one.website_en, one.status) == (
        "1318",
        "https://other.example",
        "active",
    )
    assert one.place.name_en == "Oxford" and one.types.get().code == "ministry"


def test_a_city_on_record_gets_its_number_and_no_second_one_is_made(bring, cambridge):
    city = make_place("Cambridge", "剑桥", parent=Place.objects.get(country="GB"))
    cambridge.place = make_place("West", "西区", parent=city, level="district")
    cambridge.save()
    bring(CAMBRIDGE)
    city.refresh_from_db()
    assert city.geonames_id == 2653941 and str(city.latitude) == "52.20000"
    assert Place.objects.filter(name_en="Cambridge").count() == 1
    assert Institution.objects.get().place.name_en == "West"


def test_institutions_not_here_come_in_only_when_asked_for_and_not_public(bring, cambridge):
    assert "1 records are of institutions that are not here." in bring([PRESS])
    assert Institution.objects.count() == 1
    bring([PRESS], add_new=True)
    press = Institution.objects.get(name_en="A Press")
    assert not press.is_public and press.slug == "a-press"


def test_relations_join_institutions_that_are_here(bring, cambridge):
    told = bring([PRESS, CAMBRIDGE], add_new=True)
    link = InstitutionLink.objects.get()
    assert (link.institution.name_en, link.kind, link.other) == ("A Press", "part_of", cambridge)
    assert "relations: '' -> 'is part of: University of Cambridge'" in told


def test_a_relation_on_record_from_the_other_end_is_not_told_twice(bring, cambridge):
    press = make_institution("A Press", "出版社")
    services.relate(institution=cambridge, kind="host_of", other=press)
    bring([PRESS, CAMBRIDGE])
    assert InstitutionLink.objects.count() == 1


def test_a_name_that_two_institutions_bear_matches_neither(bring, cambridge):
    InstitutionName.objects.create(
        institution=make_institution(), text="University of Cambridge", kind="alias"
    )
    assert "not here" in bring(CAMBRIDGE)
    assert not InstitutionIdentifier.objects.exists()


@pytest.mark.parametrize("content", [[{"id": "https://ror.org/013meh722"}], {"name": "x"}, [{}]])
def test_what_is_no_record_is_told(bring, content):
    with pytest.raises(CommandError, match="Nothing was imported"):
        bring(content)


def test_the_page_shows_the_difference_before_anything_is_kept(client, cambridge):
    client.force_login(make_user(group="Partner manager"))
    address = "/en/admin/partners/institution/import-ror/"
    file = SimpleUploadedFile("ror.json", json.dumps([CAMBRIDGE]).encode())
    page = client.post(address, {"file": file, "add_new": "on"})
    assert "<ins>1209</ins>" in page.content.decode()
    assert not InstitutionIdentifier.objects.exists()
    client.post(address, {"upload": page.context["upload"]})
    assert InstitutionIdentifier.objects.count() == 2
