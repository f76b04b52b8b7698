"""The staff forms of institutions and agreements, through the admin's own doors."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import Agreement, AgreementArea, AgreementDocument, AgreementKind, Institution
from tests.builders import (
    make_agreement,
    make_concluded,
    make_institution,
    make_participation,
    make_person,
    make_place,
    make_type,
    make_user,
)

pytestmark = pytest.mark.django_db
EMPTY = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}


@pytest.fixture
def manager(client):
    user = make_user("manager", group="Partner manager")
    client.force_login(user)
    return client


def rows(prefix, *entries):
    data = {f"{prefix}-{name}": value for name, value in EMPTY.items()}
    data[f"{prefix}-TOTAL_FORMS"] = len(entries)
    for number, entry in enumerate(entries):
        data |= {f"{prefix}-{number}-{name}": value for name, value in entry.items()}
    return data


def agreement_form(*parties, **fields):
    prefix = "partners-participation-target_type-target_id"
    return {
        "kind": "mou",
        "binding": "not_stated",
        "public_level": "summary",
        **rows(
            "parties",
            *(
                {"order": 0, "institution": p.pk, "role": "party", "must_sign": "on"}
                for p in parties
            ),
        ),
        **rows("areas"),
        **rows("documents"),
        **rows(prefix),
        **fields,
    }


ADD = "/en/admin/partners/agreement/add/"


def test_institutions_are_filtered_by_the_countries_that_there_are(manager):
    for code in ("CN", "GB"):
        make_institution(place=make_place(country=code))
    page = manager.get("/en/admin/partners/institution/")
    offered = page.content.decode().split('data-filter-title="country"')[1].split("</details>")[0]
    assert [code for code in ("CN", "GB", "FR") if f"?country={code}" in offered] == ["CN", "GB"]
    page = manager.get("/en/admin/partners/institution/?country=CN")
    assert [one.country.code for one in page.context["cl"].result_list] == ["CN"]
    assert manager.get("/en/admin/partners/institution/?country=xx").status_code == 200


def test_a_field_in_a_list_says_of_which_row_it_is(manager):
    page = manager.get("/en/admin/partners/agreementkind/").content.decode()
    kind = AgreementKind.objects.first()
    assert f'aria-label="Order, {kind}"' in page


def change(agreement):
    return f"/en/admin/partners/agreement/{agreement.pk}/change/"


def act(agreement, kind):
    return f"/en/admin/partners/agreement/{agreement.pk}/act/?kind={kind}"


@pytest.mark.parametrize("kind", ["accession", "supersession", "signature"])
def test_a_choice_that_no_list_offered_is_a_mistake_in_the_form(manager, kind):
    agreement = make_concluded(make_institution(), make_institution(), signed="2020-09-25")
    for choice in ["x", "9" * 20]:
        sent = {"date": "2021-01-01", "institution": choice, "by": choice, "person": choice}
        answer = manager.post(act(agreement, kind), sent)
        assert answer.status_code == 200 and answer.context["form"].errors


@pytest.mark.parametrize("choice", ["x", "9" * 20, "-1"])
def test_the_form_of_an_agreement_stands_choices_that_no_list_offered(manager, choice):
    sent = agreement_form(make_institution(), make_institution(), place=choice, parent=choice)
    answer = manager.post(ADD, sent)
    assert answer.status_code == 200
    assert {"place", "parent"} <= set(answer.context["adminform"].form.errors)
    assert not Agreement.objects.exists()


@pytest.mark.parametrize("kind", ["extension", "renewal"])
def test_a_term_without_end_is_not_written_as_a_day_at_the_end_of_the_calendar(manager, kind):
    agreement = make_concluded(
        make_institution(), make_institution(), signed="2020-09-25", ends="2031-01-01"
    )
    sent = {"date": "2021-01-01", "ends": "9999-12-31"}
    answer = manager.post(act(agreement, kind), sent)
    assert answer.status_code == 200 and answer.context["form"].errors
    assert Agreement.objects.get().ends == "2031-01-01"


class TestAgreementForm:
    def test_a_partner_manager_enters_an_agreement(self, manager):
        form = agreement_form(make_institution(), make_institution(), signed="2020-09-25")
        assert manager.post(ADD, form).status_code == 302
        agreement = Agreement.objects.get()
        assert agreement.parties.count() == 2 and agreement.is_concluded

    def test_one_party_is_too_few(self, manager):
        html = manager.post(ADD, agreement_form(make_institution())).content.decode()
        assert "An agreement has at least two parties." in html and not Agreement.objects.exists()

    def test_an_end_before_the_start_is_told_beside_the_field(self, manager):
        form = agreement_form(
            make_institution(), make_institution(), signed="2020-09-25", ends="2019"
        )
        html = manager.post(ADD, form).content.decode()
        assert "It cannot end before it starts." in html and not Agreement.objects.exists()

    def test_effect_before_the_first_signature_is_asked_about_and_recorded(self, manager):
        form = agreement_form(
            make_institution(), make_institution(), signed="2020-09-25", effective="2020-01-01"
        )
        html = manager.post(ADD, form).content.decode()
        assert "before the first signature" in html and not Agreement.objects.exists()
        manager.post(ADD, form | {"confirm_doubts": "on"})
        assert Agreement.objects.get().accepted_doubts == ["before_signature"]

    def test_terms_are_fixed_once_it_is_concluded(self, manager):
        agreement = make_concluded(ends="2022", title_en="As agreed")
        AgreementArea.objects.create(agreement=agreement, heading_en="Health")
        html = manager.get(change(agreement)).content.decode()
        for name in ("title_en", "ends", "notice_months", "signed", "areas-0-heading_en"):
            assert f'name="{name}"' not in html
        manager.post(
            change(agreement),
            agreement_form(title_en="Other", ends="2030", public_level="listed"),
        )
        agreement.refresh_from_db()
        assert (agreement.title_en, agreement.ends) == ("As agreed", "2022")
        assert agreement.public_level == "listed"

    def test_what_is_only_shown_names_its_language_too(self, manager):
        html = manager.get(change(make_concluded(title_en="As agreed"))).content.decode()
        assert "Title (English)" in html and "[en]" not in html

    def test_terms_are_open_before(self, manager):
        html = manager.get(change(make_agreement("A", "B"))).content.decode()
        assert 'name="title_en"' in html and 'name="ends"' in html

    def test_a_file_is_kept_with_its_sum_and_its_place_is_not_shown(self, manager):
        agreement = make_concluded()
        upload = {
            "title_en": "Text",
            "file": SimpleUploadedFile("memorandum.pdf", b"%PDF-1.7"),
            "access": "staff",
        }
        form = agreement_form() | rows("documents", upload)
        assert manager.post(change(agreement), form).status_code == 302
        document = AgreementDocument.objects.get()
        html = manager.get(change(agreement)).content.decode()
        assert document.sha256 in html and document.get_absolute_url() in html
        assert document.file.name not in html

    def test_a_file_that_lies_about_itself_is_refused_beside_its_field(self, manager):
        upload = {"file": SimpleUploadedFile("memorandum.pdf", b"<html>"), "access": "staff"}
        form = agreement_form() | rows("documents", upload)
        html = manager.post(change(make_concluded()), form).content.decode()
        assert "This is no PDF file" in html and not AgreementDocument.objects.exists()


class TestActs:
    @pytest.mark.parametrize(
        "kind",
        [
            "signature",
            "amendment",
            "extension",
            "renewal",
            "suspension",
            "resumption",
            "notice",
            "termination",
            "supersession",
            "correction",
            "confirmation",
        ],
    )
    def test_each_kind_has_its_form_in_both_languages(self, manager, kind):
        agreement = make_concluded(ends="2022")
        AgreementArea.objects.create(agreement=agreement, heading_en="Health")
        for language in ("en", "zh-hans"):
            address = act(agreement, kind).replace("/en/", f"/{language}/")
            response = manager.get(address)
            assert response.status_code == 200
            assert b'type="submit"' in response.content

    def test_an_extension_is_recorded_and_told_on_the_page(self, manager):
        agreement = make_concluded(ends="2022-12-31")
        data = {"date": "2022-06-01", "ends": "2025-12-31", "text_en": "Prolonged."}
        response = manager.post(act(agreement, "extension"), data, follow=True)
        html = response.content.decode()
        assert "Recorded: Extension." in html and "Prolonged." in html
        agreement.refresh_from_db()
        assert agreement.ends == "2025-12-31"
        assert agreement.actions.get().recorded_by.username == "manager"

    def test_a_refusal_is_told_and_nothing_is_recorded(self, manager):
        agreement = make_concluded(ends="2022-12-31")
        data = {"date": "2022-06-01", "ends": "2021"}
        html = manager.post(act(agreement, "extension"), data).content.decode()
        assert "The new end must be later" in html and not agreement.actions.exists()

    def test_a_doubt_is_shown_with_a_box_to_confirm_it(self, manager):
        agreement = make_concluded()
        data = {"date": "2021-06-01", "effective": "2021-05-01"}
        html = manager.post(act(agreement, "suspension"), data).content.decode()
        assert "It is dated back" in html and 'name="confirm"' in html
        assert not agreement.actions.exists()
        manager.post(act(agreement, "suspension"), data | {"confirm": "1"})
        assert agreement.actions.get().accepted_doubts == ["back_dated"]

    def test_an_amendment_changes_terms_and_areas_together(self, manager):
        agreement = make_concluded(title_en="First", ends="2030")
        area = AgreementArea.objects.create(
            agreement=agreement, heading_en="Health", text_en="Old words."
        )
        unit = make_institution()
        area.lead_units.add(unit)
        areas = rows(
            "areas",
            {
                "order": 1,
                "heading_en": "Health",
                "text_en": "New words.",
                "lead_units": str(unit.pk),
            },
            {"order": 2, "activity": "training"},
        )
        areas["areas-INITIAL_FORMS"] = 1
        data = {
            "date": "2021-06-01",
            "term_title_en": "Second",
            "term_binding": "binding",
            "term_ends": "2030",
            **areas,
        }
        assert manager.post(act(agreement, "amendment"), data).status_code == 302
        agreement = Agreement.objects.get(pk=agreement.pk)
        assert (agreement.title_en, agreement.binding, agreement.ends) == (
            "Second",
            "binding",
            "2030",
        )
        assert [a.text_en or "" for a in agreement.areas.all()] == ["New words.", ""]
        assert list(agreement.areas.first().lead_units.all()) == [unit]
        assert set(agreement.actions.get().changes) == {"title_en", "binding", "areas"}

    def test_a_signature_is_recorded(self, manager):
        agreement = make_agreement("A", "B")
        party = agreement.parties.first()
        data = {"party": party.pk, "person": make_person("Tim Jones").pk, "date": "2016-05"}
        manager.post(act(agreement, "signature"), data | {"method": "wet"})
        html = manager.get(change(agreement)).content.decode()
        assert "Tim Jones" in html and "has not signed yet" in html

    def test_nothing_but_a_signature_before_it_is_concluded(self, manager):
        agreement = make_agreement("A", "B")
        html = manager.get(act(agreement, "extension")).content.decode()
        assert "?kind=signature" in html and "?kind=extension" not in html

    def test_whoever_may_not_change_agreements_records_nothing(self, client):
        client.force_login(make_user(group="Author"))
        agreement = make_concluded(ends="2022")
        data = {"date": "2022-06-01", "ends": "2025"}
        assert client.post(act(agreement, "extension"), data).status_code == 403
        assert not agreement.actions.exists()


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


class TestCosts:
    def test_an_agreement_with_many_rows_opens_at_the_same_cost(self, admin_client):
        def fill(agreement, count):
            for number in range(count):
                AgreementArea.objects.create(agreement=agreement, heading_en=f"Area {number}")
                agreement.parties.create(institution=make_institution())
                make_participation(agreement, make_person())

        agreement = make_agreement(make_institution(), make_institution())
        fill(agreement, 2)
        few = queries(admin_client, change(agreement))
        fill(agreement, 8)
        assert queries(admin_client, change(agreement)) <= few + 8

    def test_an_institution_with_many_relations_opens_at_the_same_cost(self, admin_client):
        institution = make_institution()
        address = f"/en/admin/partners/institution/{institution.pk}/change/"

        def fill(count):
            for _ in range(count):
                institution.links.create(kind="member_of", other=make_institution())
                institution.links_to_it.create(kind="member_of", institution=make_institution())
                institution.other_places.create(place=make_place())

        fill(2)
        few = queries(admin_client, address)
        fill(8)
        assert queries(admin_client, address) <= few

    @pytest.mark.parametrize("model", ["agreement", "institution", "person", "place"])
    def test_lists_cost_the_same_for_many(self, admin_client, model):
        def fill(count):
            for _ in range(count):
                make_concluded(make_institution(place=make_place()), make_institution())
                make_person()

        address = f"/en/admin/partners/{model}/"
        fill(2)
        few = queries(admin_client, address)
        fill(15)
        assert queries(admin_client, address) <= few + 1


class TestInstitutionForm:
    def test_a_new_address_keeps_the_old_one_alive(self, manager, client):
        institution = make_institution("Nanking University", slug="nanking")
        prefixes = ("names", "links", "links_to_it", "identifiers", "other_places", "contacts")
        data = {"name_en": "Nanjing University", "slug": "nanjing", "status": "active"}
        for prefix in prefixes:
            data |= rows(prefix)
        data |= rows("identifiers", {"scheme": "ror", "value": "https://ror.org/01rxvg760"})
        address = f"/en/admin/partners/institution/{institution.pk}/change/"
        response = manager.post(address, data | {"is_public": "on"})
        assert response.status_code == 302
        assert client.get("/en/partners/nanking/")["Location"] == "/en/partners/nanjing/"
        assert Institution.objects.get().identifiers.get().value == "01rxvg760"

    def test_a_circle_of_relations_is_told_beside_its_field(self, manager):
        one, other = make_institution(), make_institution()
        other.links.create(kind="part_of", other=one)
        data = {"name_en": "One", "slug": one.slug, "status": "active"}
        for prefix in ("names", "links_to_it", "identifiers", "other_places", "contacts"):
            data |= rows(prefix)
        data |= rows("links", {"kind": "part_of", "other": other.pk})
        address = f"/en/admin/partners/institution/{one.pk}/change/"
        html = manager.post(address, data).content.decode()
        assert "would lead back" in html and one.links.count() == 0


# Lists


def test_staff_add_a_kind_of_agreement_and_everything_knows_it(manager):
    kind = {
        "name_en": "Dual degree",
        "name_zh_hans": "双学位协议",
        "code": "dual_degree",
        "order": 17,
    }
    assert manager.post("/en/admin/partners/agreementkind/add/", kind).status_code == 302
    one, two = make_institution(is_own=True), make_institution("University of Leeds")
    assert manager.post(ADD, agreement_form(one, two) | {"kind": "dual_degree"}).status_code == 302
    register = manager.get("/zh-hans/agreements/?kind=dual_degree").content.decode()
    assert "双学位协议" in register
    directory = manager.get("/en/partners/?agreement=dual_degree").content.decode()
    assert "University of Leeds" in directory
    assert "Dual degree" in directory
    told = manager.get("/api/v1/agreements/?kind=dual_degree").json()
    assert [one["kind"] for one in told["agreements"]] == ["dual_degree"]


TAKEN = {
    "agreementkind": ("code", "mou", "Memorandum of understanding", "谅解备忘录", "kind"),
    "institutiontype": ("code", "hospital", "Hospital", "医疗机构", "type"),
    "cooperationfield": ("slug", "talent", "Talent", "人才培养", "field"),
}


def refused(manager, model, **values):
    """What the form for another entry of a list answers to these values."""
    entry = {"name_en": "Another", "order": 17, "slot": 1, "ror": "other"} | values
    answer = manager.post(f"/en/admin/partners/{model}/add/", entry)
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


@pytest.mark.parametrize("model", TAKEN)
def test_a_code_that_is_taken_or_none_is_refused_in_one_sentence(manager, model):
    name, taken, *_names, word = TAKEN[model]
    for code in ("Dual", "a b", "-a", "双"):
        (told,) = refused(manager, model, **{name: code})[name]
        assert told.startswith("Use small letters")
    assert refused(manager, model, **{name: ""})[name] == ["This field is required."]
    called = "address" if name == "slug" else "code"
    told = [f"Another {word} has this {called} already."]
    assert refused(manager, model, **{name: taken})[name] == told


@pytest.mark.parametrize("model", TAKEN)
def test_two_entries_of_a_list_do_not_bear_one_name(manager, model):
    name, _taken, english, chinese, word = TAKEN[model]
    for column, taken in (("name_en", english), ("name_zh_hans", chinese)):
        told = refused(manager, model, **{name: "another", column: f" {taken} "})
        assert told == {column: [f"Another {word} has this name already."]}


def test_entries_of_a_list_may_lack_a_name_in_one_language(manager):
    for code in ("one", "two"):
        kind = {"name_en": f"Kind {code}", "name_zh_hans": "", "code": code, "order": 17}
        answer = manager.post("/en/admin/partners/agreementkind/add/", kind)
        assert answer.status_code == 302


@pytest.mark.parametrize("model", ["agreementkind", "cooperationfield", "institutiontype", "place"])
def test_an_entry_of_a_list_has_a_name_in_one_language(manager, model):
    answer = manager.post(f"/en/admin/partners/{model}/add/", {"code": "x", "slug": "x"})
    told = answer.context["adminform"].form.errors["name_en"]
    assert told == ["Give the name in at least one language."]


def test_what_is_in_use_is_not_deleted_and_a_sentence_says_why(manager):
    kind = AgreementKind.objects.get(code="mou")
    university = make_type("university")
    make_agreement("a", "b", kind_id="mou")
    make_institution(types=[university])
    for entry, told in (
        (kind, "“Memorandum of understanding” is in use: agreements 1."),
        (university, f"“{university}” is in use: institutions 1."),
    ):
        address = f"/en/admin/partners/{entry._meta.model_name}/{entry.pk}/delete/"
        assert told in manager.get(address).content.decode()
        manager.post(address, {"post": "yes"})
        assert type(entry).objects.filter(pk=entry.pk).exists()
    unused = AgreementKind.objects.get(code="licence")
    manager.post(f"/en/admin/partners/agreementkind/{unused.pk}/delete/", {"post": "yes"})
    assert not AgreementKind.objects.filter(pk=unused.pk).exists()


def test_the_form_of_a_concluded_agreement_says_how_its_terms_change(manager):
    address = "/en/admin/partners/agreement/{}/change/"
    concluded, draft = make_concluded(), make_agreement(make_institution(), make_institution())
    page = manager.get(address.format(concluded.pk)).content.decode()
    assert "its terms change only by a dated act" in page and "act/?kind=correction" in page
    assert "its terms change" not in manager.get(address.format(draft.pk)).content.decode()
