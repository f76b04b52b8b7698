"""Loading the demonstration content into an office, and taking it away again."""

import io

import pytest
from django.core.management import CommandError, call_command

from news.models import Release
from partners import basics
from partners.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    CooperationField,
    Institution,
    InstitutionName,
    InstitutionType,
    Place,
)
from portal.demo.loading import CONTENT
from portal.models import DemonstrationRow, SiteSettings
from publishing.editorial.records import FieldConfirmation, Revision
from publishing.pageviews.models import Correction, Total
from publishing.search.models import SearchDocument

pytestmark = pytest.mark.django_db


def run(command, **options):
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def everything():
    """All rows that an office would see, as plain values."""
    kinds = [*CONTENT, Place, InstitutionType, CooperationField, InstitutionName, AgreementParty]
    return {model: list(model.objects.order_by("pk").values()) for model in [*kinds, Total]}


class TestLoading:
    def test_tells_what_it_made_and_how_to_take_it_away(self):
        told = run("load_demo")
        assert f"institutions: {Institution.objects.count()}" in told
        assert "remove_demo" in told

    def test_a_second_time_changes_nothing(self):
        run("load_demo")
        before = everything(), DemonstrationRow.objects.count()
        assert "nothing was changed" in run("load_demo")
        assert (everything(), DemonstrationRow.objects.count()) == before

    def test_what_staff_edited_is_not_set_back(self):
        run("load_demo")
        Institution.objects.filter(slug="jitri").update(summary_en="Our own words.")
        run("load_demo")
        assert Institution.objects.get(slug="jitri").summary_en == "Our own words."

    @pytest.mark.parametrize(
        ("make", "kind"),
        [
            (lambda: Institution.objects.create(name_en="Own Institute"), "institutions"),
            (lambda: Agreement.objects.create(kind_id="mou"), "agreements"),
            (lambda: Release.objects.create(headline_en="Own news"), "releases"),
            (lambda: SiteSettings.objects.create(pk=1, name_en="Own office"), "site settings"),
        ],
        ids=["institution", "agreement", "release", "settings"],
    )
    def test_refuses_a_database_with_content_of_its_own(self, make, kind):
        make()
        before = everything()
        with pytest.raises(CommandError, match=kind):
            run("load_demo")
        assert everything() == before

    def test_stands_beside_other_content_when_told(self):
        own = SiteSettings.objects.create(pk=1, name_en="Own office")
        Institution.objects.create(slug="fudan-university", name_en="Our Fudan")
        run("load_demo", force=True)
        own.refresh_from_db()
        assert own.name_en == "Own office" and not own.is_demonstration
        assert Institution.objects.get(slug="fudan-university").name_en == "Our Fudan"
        assert Agreement.objects.get(number="2020-06").institutions.filter(name_en="Our Fudan")

    def test_leaves_nothing_behind_when_it_fails(self, monkeypatch):
        def fail(**kwargs):
            raise RuntimeError("no counter")

        before = everything()
        monkeypatch.setattr("publishing.pageviews.services.set_base", fail)
        with pytest.raises(RuntimeError):
            run("load_demo")
        assert everything() == before and not DemonstrationRow.objects.exists()


class TestRemoving:
    def test_takes_everything_away(self):
        before = everything()
        run("load_demo")
        assert "removed" in run("remove_demo")
        assert everything() == before
        for model in (DemonstrationRow, Correction, SearchDocument, Revision, FieldConfirmation):
            assert not model.objects.exists()

    def test_finds_nothing_in_an_office_without_it(self):
        Institution.objects.create(name_en="Own Institute")
        before = everything()
        assert "no demonstration content" in run("remove_demo")
        assert everything() == before


class TestBasics:
    """Types, fields and countries are there in every office, with a demonstration or without."""

    def test_are_there_from_the_start(self):
        assert InstitutionType.objects.filter(code="university", ror="education").exists()
        assert [field.slot for field in CooperationField.objects.all()] == [1, 2, 3, 4, 5]
        britain = Place.objects.get(country="GB")
        assert (britain.name_en, britain.name_zh_hans) == ("United Kingdom", "英国")
        assert Place.objects.count() == 249

    def test_are_added_once_and_staff_may_rename_them(self):
        InstitutionType.objects.filter(code="university").update(name_en="Higher education")
        CooperationField.objects.filter(slug="talent").delete()
        made = basics.load_basics(
            institution_type=InstitutionType,
            agreement_kind=AgreementKind,
            cooperation_field=CooperationField,
            place=Place,
        )
        assert [row.slug for row in made] == ["talent"]
        assert InstitutionType.objects.get(code="university").name_en == "Higher education"

    def test_types_are_those_of_ror(self):
        assert not InstitutionType.objects.exclude(ror__in=InstitutionType.Ror.values).exists()

    def test_hong_kong_macao_and_taiwan_are_regions(self):
        regions = Place.objects.filter(country__in=["HK", "MO", "TW"])
        assert {place.level for place in regions} == {Place.Level.PROVINCE}
