"""The search of staff: lists, choosers, and what readers searched without result."""

import datetime
import re

import pytest

from partners.models import InstitutionName
from publishing.search.models import SearchMiss
from tests.builders import (
    make_agreement,
    make_event,
    make_institution,
    make_page,
    make_release,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client):
    client.force_login(make_user(is_superuser=True))
    return client


def listed(client, model, text, **parameters):
    answer = client.get(f"/en/admin/{model}/", {"q": text, **parameters})
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def offered(client, text, model, field):
    app, name = model.split(".")
    parameters = {"term": text, "app_label": app, "model_name": name, "field_name": field}
    answer = client.get("/en/admin/autocomplete/", parameters)
    return [row["text"] for row in answer.json()["results"]]


def test_institutions_are_found_by_any_spelling_in_lists_and_choosers(admin_client):
    southeast = make_institution("Southeast University", "东南大学")
    hidden = make_institution("Northeastern University", "东北大学", is_public=False)
    make_institution("University of Birmingham", "伯明翰大学")
    InstitutionName.objects.create(institution=southeast, text="SEU", kind="abbreviation")
    for text in ("東南大學", "dongnan daxue", "dndx", "seu", "Southeats Univ", "southeast"):
        assert listed(admin_client, "partners/institution", text)[0] == southeast, text
        found = offered(admin_client, text, "partners.agreementparty", "institution")
        assert found[0] == str(southeast), text
    assert listed(admin_client, "partners/institution", "northeastern") == [hidden]


def test_the_likest_comes_first_unless_the_list_is_sorted(admin_client):
    names = ["Nanjing University of Science", "A Nanjing University Press", "Nanjing University"]
    rows = [make_institution(name) for name in names]
    found = listed(admin_client, "partners/institution", "nanjing university")
    assert found[0] == rows[2] and len(found) == 3
    by_name = listed(admin_client, "partners/institution", "nanjing university", o="1")
    assert sorted(by_name, key=str) == sorted(rows, key=str)


@pytest.mark.parametrize(
    ("model", "make", "field"),
    [
        ("news/release", make_release, "headline"),
        ("news/event", make_event, "title"),
        ("portal/page", make_page, "title"),
    ],
)
def test_items_are_found_as_readers_find_them_and_drafts_too(admin_client, model, make, field):
    texts = {f"{field}_en": "Zürich laboratories", f"{field}_zh_hans": "苏黎世实验室"}
    public = make(**texts)
    draft = make(public=[], **texts)
    assert set(listed(admin_client, model, "实验室")) == {public, draft}
    assert set(listed(admin_client, model, "laboratories")) == {public, draft}
    assert listed(admin_client, model, "zurich laboratory") == [public]
    assert listed(admin_client, model, "nowhere") == []


def test_agreements_are_found_by_their_parties(admin_client):
    agreement = make_agreement(make_institution("Southeast University", "东南大学"), "The Centre")
    assert listed(admin_client, "partners/agreement", "東南大學") == [agreement]
    assert listed(admin_client, "partners/agreement", agreement.number) == [agreement]


@pytest.mark.parametrize("text", ['"', "\x00", "x" * 5000, "😀", "NEAR(a", "%"])
def test_no_text_breaks_the_search_of_staff(admin_client, text):
    for model in ("partners/institution", "news/release"):
        listed(admin_client, model, text)


def test_words_without_result_become_a_name_of_the_institution_that_is_chosen(admin_client):
    institution = make_institution("Southeast University", "东南大学")
    day = datetime.date(2026, 11, 1)
    SearchMiss.objects.create(text="东大", language="zh-hans", day=day, count=3)
    page = admin_client.get("/en/admin/search/searchmiss/").content.decode()
    address = re.search(r'href="([^"]*add-name[^"]*)"', page)[1]
    assert "东大" in admin_client.get(address).content.decode()
    answer = admin_client.get(address, {"text": "东大", "institution": institution.pk})
    assert answer.status_code == 302
    form = admin_client.get(answer["Location"])
    formset = form.context["inline_admin_formsets"][0].formset
    assert formset.forms[-1]["text"].value() == "东大"
    assert formset.forms[-1]["lang"].value() == "zh-Hans"
    assert not InstitutionName.objects.exists()


def test_a_form_opened_with_a_name_saves_it_and_leads_back_to_the_other_words(admin_client):
    institution = make_institution("Southeast University", "东南大学")
    for text, language in (("dongda", "en"), ("dongda", "zh-hans"), ("seu", "en")):
        SearchMiss.objects.create(text=text, language=language, day=datetime.date(2026, 11, 1))
    address = f"/en/admin/partners/institution/{institution.pk}/change/?add_name=Dongda"
    form = admin_client.get(address)
    data = {
        field.html_name: "" if field.value() is None else field.value()
        for formset in [one.formset for one in form.context["inline_admin_formsets"]]
        for row in [formset.management_form, *formset.forms]
        for field in row
        if field.value() is not False
    }
    own = form.context["adminform"].form
    data |= {f.html_name: f.value() for f in own if f.value() not in (None, False)}
    answer = admin_client.post(address, data | {"_save": "1"})
    assert answer.status_code == 302, answer.context["errors"]
    assert answer["Location"] == "/en/admin/search/searchmiss/"
    assert list(SearchMiss.objects.values_list("text", flat=True)) == ["seu"]
    assert list(institution.names.values_list("text", "kind")) == [("Dongda", "alias")]


def test_who_may_not_change_institutions_adds_no_name(client):
    client.force_login(make_user(group="Publisher"))
    SearchMiss.objects.create(text="seu", language="en", day=datetime.date(2026, 11, 1))
    page = client.get("/en/admin/search/searchmiss/")
    assert page.status_code == 200 and "add-name" not in page.content.decode()
    assert client.get("/en/admin/partners/institution/add-name/?text=seu").status_code == 403
