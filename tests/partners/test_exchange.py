"""Institutions and agreements as files: out, in again, and what is refused by row and column."""

import csv
import io
import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from partners import services
from partners.models import (
    Agreement,
    AgreementArea,
    ContactPoint,
    FormerAddress,
    Institution,
    InstitutionIdentifier,
    InstitutionName,
    Place,
    Signature,
)
from publishing.editorial.records import AuditEvent
from tests.builders import (
    make_agreement,
    make_concluded,
    make_institution,
    make_person,
    make_place,
    make_type,
    make_user,
)

pytestmark = pytest.mark.django_db
INSTITUTIONS = "/en/admin/partners/institution/import/"
AGREEMENTS = "/en/admin/partners/agreement/import/"


@pytest.fixture
def manager(client):
    client.force_login(make_user("manager", group="Partner manager"))
    return client


@pytest.fixture
def bring(tmp_path):
    """Imports text, bytes, or a list of records; gives what the command told."""

    def bring(kind, content, *, name="", out=None, **options):
        if isinstance(content, list):
            content, name = json.dumps(content, ensure_ascii=False), name or "in.json"
        file = tmp_path / (name or "in.csv")
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        out = out or io.StringIO()
        call_command(f"import_{kind}", file, stdout=out, stderr=io.StringIO(), **options)
        return out.getvalue()

    return bring


@pytest.fixture
def refused(bring):
    """The same for what must not come in: gives all sentences, and nothing was kept."""

    def refused(kind, content, **options):
        out = io.StringIO()
        model = Institution if kind == "institutions" else Agreement
        before = model.objects.count()
        with pytest.raises(CommandError) as error:
            bring(kind, content, out=out, **options)
        assert model.objects.count() == before
        return f"{out.getvalue()}{error.value}"

    return refused


def take_out(tmp_path, kind, form, private=True):
    file = tmp_path / f"{kind}.{form}"
    call_command(f"export_{kind}", file, private=private, stdout=io.StringIO())
    return file


@pytest.fixture
def register():
    """Two institutions and two agreements with everything that a column can hold."""
    jiangsu = Place.objects.create(
        name_en="Jiangsu", level="province", parent=Place.objects.get(country="CN"),
        subdivision="CN-JS",
    )  # fmt: skip
    nanjing = make_place(
        parent=jiangsu, latitude="32.06167", longitude="118.77778", geonames_id=1799962,
        time_zone="Asia/Shanghai",
    )  # fmt: skip
    centre = make_institution(
        "=Centre; of | trade", "南京中心", is_own=True, place=nanjing, slug="centre",
        types=[make_type("university")], established="2018-03", notes="Two\r\nlines",
        owner=make_user("li"), joint_form="programme", approval_number="A-7",
        website_en="https://centre.example",
    )  # fmt: skip
    fudan = make_institution("Fudan University", "复旦大学", slug="fudan")
    InstitutionName.objects.create(
        institution=fudan, text="FDU", kind="abbreviation", since="1905", pinyin=""
    )
    InstitutionName.objects.create(
        institution=fudan, text="国立复旦大学", lang="zh-Hans", kind="former"
    )
    InstitutionIdentifier.objects.create(institution=fudan, scheme="wikidata", value="Q495015")
    ContactPoint.objects.create(institution=fudan, email="io@example.org", name_en="Office")
    services.relate(institution=fudan, kind="founder_of", other=centre, since="2018")
    memo = make_concluded(
        centre, fudan, number="M-1", title_en="@Memorandum", summary_zh_hans="一；二|三",
        ends="2030", place=nanjing, notice_months=6, public_level="full",
    )  # fmt: skip
    area = AgreementArea.objects.create(
        agreement=memo, order=1, activity="research", heading_en="Medicine", text_en="a\nb; c"
    )
    area.lead_units.set([fudan])
    person = make_person("Li Wei", "李伟")
    services.sign(
        agreement=memo, party=memo.parties.all()[1], person=person, date="2020-09",
        printed_title_en="President",
    )  # fmt: skip
    make_agreement(centre, "several companies", number="M-2", announced="2021", parent=memo)
    joined = services.accede(agreement=memo, date=date(2021, 3, 1), label_en="A city")
    services.leave(agreement=memo, date=date(2022, 3, 1), by_party=joined.by_party)
    return memo


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_was_exported_changes_nothing_when_it_comes_back(register, tmp_path, form):
    for kind in ("institutions", "agreements"):
        file = take_out(tmp_path, kind, form)
        out = io.StringIO()
        call_command(f"import_{kind}", file, stdout=out, stderr=io.StringIO())
        assert "2 rows: 0 new, 0 changed, 2 unchanged, 0 errors." in out.getvalue()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_empty_register_becomes_the_same_one(register, tmp_path, form, client):
    register = "/en/agreements/register.csv"
    shown = b"".join(client.get(register).streaming_content)
    before = {
        kind: take_out(tmp_path, kind, form).read_bytes() for kind in ("institutions", "agreements")
    }
    Agreement.objects.update(parent=None)
    Signature.objects.all().delete()
    Agreement.objects.all().delete()
    Institution.objects.all().delete()
    for place in Place.objects.exclude(parent=None).order_by("-pk"):
        place.delete()
    for kind, content in before.items():
        (tmp_path / f"old.{form}").write_bytes(content)
        call_command(
            f"import_{kind}", tmp_path / f"old.{form}", stdout=io.StringIO(), stderr=io.StringIO()
        )
    for kind, content in before.items():
        assert take_out(tmp_path, kind, form).read_bytes() == content
    assert b"".join(client.get(register).streaming_content) == shown
    assert "Fudan" in client.get("/en/partners/?q=FDU").content.decode()
    assert Signature.objects.filter(person__name_en="Li Wei").exists()


def test_no_cell_of_an_export_is_a_formula(register, tmp_path):
    for kind in ("institutions", "agreements"):
        text = take_out(tmp_path, kind, "csv").read_text(encoding="utf-8-sig")
        cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
        assert any(cell.startswith("'") for cell in cells)


def test_columns_for_staff_only_leave_when_asked_for(register, tmp_path):
    plain = take_out(tmp_path, "institutions", "csv", private=False).read_text(encoding="utf-8-sig")
    assert "io@example.org" not in plain and "Two" not in plain
    assert AuditEvent.objects.filter(action="export").count() == 1


def test_a_record_is_found_again_by_its_number_in_the_other_system(bring):
    bring("institutions", "external_id,name_en\ncrm:7,Fudan\n")
    told = bring("institutions", "external_id,name_en\ncrm:7,Fudan University\n")
    assert "changed: row 2: fudan Fudan University" in told
    assert "name_en: 'Fudan' -> 'Fudan University'" in told
    assert Institution.objects.get().slug == "fudan"
    assert "1 unchanged" in bring("institutions", "external_id,name_en\ncrm:7,Fudan University\n")


def test_a_column_that_is_not_there_changes_nothing_and_an_empty_cell_empties(bring):
    make_institution("Fudan", "复旦", slug="fudan", notes="Kept", established="1905")
    bring("institutions", "slug;established\nfudan;\n")
    fudan = Institution.objects.get()
    assert (fudan.notes, fudan.established, fudan.established_first) == ("Kept", "", None)


def test_a_chinese_name_alone_gives_an_address(bring):
    bring("institutions", "external_id,name_zh_hans\n1,复旦大学\n2,复旦大学\n")
    first, second = Institution.objects.order_by("pk")
    assert first.slug == "fu-dan-da-xue" and second.slug.startswith("fu-dan-da-xue-")


def test_a_changed_name_is_found_by_the_search_and_an_old_address_leads_on(bring, client):
    make_institution("Fudan", "复旦", slug="old")
    row = "external_id,slug,name_en,names\n{},{},Fudan University,FDU||abbreviation\n"
    bring("institutions", row.format("crm:1", "old"))
    bring("institutions", row.format("crm:1", "new"))
    assert "Fudan University" in client.get("/en/partners/?q=fdu").content.decode()
    assert client.get("/en/partners/old/")["Location"] == "/en/partners/new/"
    assert FormerAddress.objects.get().slug == "old"


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        ("", ["The file is empty."]),
        ("nmae_en,slug\nA,a\n", ["There is no column “nmae_en”.", "mean “name_en”"]),
        ("Nanjing,NJU\nFudan,FDU\n", ["first row must hold the names of the columns"]),
        ("slug,slug\na,b\n", ["“slug” is there twice"]),
        ("name_en\nA\n", ["Give the external_id or the slug"]),
        (b"slug,name_en\na,A\0B\n", ["bytes that no text has"]),
        ("slug,name_zh_hans\na,复旦大学\n".encode("gb18030"), ["GB18030", "CSV UTF-8"]),
        (b"PK\x03\x04xxxx", ["a workbook or an archive"]),
        ('slug,name_en\na,"A\n', ["quotation mark"]),
        ("slug,name_en\na,A,more\n", ["more cells than there are columns"]),
        ("slug,name_en\na,A\na,B\n", ["stands in row 2 already"]),
        ("slug,name_en\na,\n", ["name in at least one language"]),
        ("slug,name_en\nA b,A\n", ["Use small letters"]),
        ("slug,name_en,types\na,A,univresity\n", ["Did you mean “university”?"]),
        ("slug,name_en,established\na,A,May 5th\n", ["“May 5th” is no date"]),
        ("slug,name_en,identifiers\na,A,ror|0abc\n", ["no valid identifier of ror"]),
        ("slug,name_en,website_en\na,A,nowhere\n", ["valid URL"]),
        ("slug,name_en,contacts\na,A,press|nobody\n", ["valid email"]),
        ("slug,name_en,contacts\na,A,press\n", ["e-mail address or a telephone"]),
        ("slug,name_en,place\na,A,XX > Nowhere\n", ["no country with the code XX"]),
        ("slug,name_en,relations\na,A,part_of|b\n", ["no institution “b”, here or in the file"]),
        ("slug,name_en,relations\na,A,part_of|a\n", ["no relation to itself"]),
        ("slug,name_en,names\na,A,B|en|alias|2020|2010\n", ["cannot end before it starts"]),
        ("slug,name_en,owner\na,A,nobody\n", ["No staff account"]),
        (
            "slug,name_en,relations\na,A,part_of|b\nb,B,part_of|a\n",
            ["lead back to where it began"],
        ),
        (
            "slug,name_en,identifiers\na,A,wikidata|Q1\nb,B,wikidata|Q1\n",
            ["identifier is on record already"],
        ),
    ],
)
def test_what_cannot_come_in_is_told_by_row_and_column(refused, capsys, content, sentences):
    make_type("university")
    told = refused("institutions", content)
    for sentence in sentences:
        assert sentence in told


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffslug,name_en\r\na,Ä Ü\r\n".encode(),
        "sep=;\nslug;name_en\na;Ä Ü\n".encode(),
        "Slug\tName EN\na\tÄ Ü\n".encode(),
        "slug\tname_en\r\na\tÄ Ü\r\n".encode("utf-16"),
        b'slug,name_en\r\r"a","\xc3\x84 \xc3\x9c"\r,,\r',
    ],
)
def test_csv_of_every_dialect_is_read(bring, content):
    assert "1 new" in bring("institutions", content)
    assert Institution.objects.get().name_en == "Ä Ü"


@pytest.mark.parametrize(
    "text",
    [
        '{"institutions": [{"slug": "a", "name_en": "A", "names": [{"text": "B"}]}]}',
        '{"slug": "a", "name_en": "A", "names": "B"}\n',
        '[{"slug": "a", "name_en": "A", "names": [{"text": "B", "kind": "别名"}]}]',
    ],
)
def test_json_is_read_as_list_under_its_name_or_line_by_line(bring, text):
    bring("institutions", text, name="in.json")
    assert InstitutionName.objects.get().text == "B"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[{"slug": "a"}', "end of the list is missing"),
        ('[{"slug": "a" "b"}]', "a fault near"),
        ("[1]", "Item 1 is no record."),
        ('[{"slg": "a"}]', "mean “slug”"),
        ("slug,name", "neither [ nor {"),
        ("[" * 5000, "This is no JSON"),
        ('[{"slug": "a", "name_en": ["A"]}]', "A text belongs here."),
    ],
)
def test_broken_json_is_told(refused, text, sentence):
    assert sentence in refused("institutions", text, name="in.json")


def test_a_dry_run_keeps_nothing(bring):
    told = bring("institutions", "slug,name_en,place\na,A,CN > Wuhan (武汉)\n", dry_run=True)
    assert "1 new" in told and "a dry run" in told
    assert not Institution.objects.exists() and not Place.objects.filter(name_en="Wuhan").exists()


ROW = {"external_id": "old:1", "kind": "mou", "parties": "a; b", "title_en": "Memo"}


@pytest.fixture
def pair():
    return make_institution("A", slug="a"), make_institution("B", slug="b")


def test_signatures_conclude_an_agreement_and_date_it(bring, pair):
    signatures = "1|Li Wei||President||2020-09-25; 2|||||2020-10"
    bring("agreements", [ROW | {"signatures": signatures, "parties": "a|lead|R-1; b"}])
    agreement = Agreement.objects.get()
    assert agreement.is_concluded and agreement.signed == "2020-10"
    assert agreement.number == "2020-01"
    assert [side.own_reference for side in agreement.parties.all()] == ["R-1", ""]
    assert agreement.status_on().look in ("active", "open")


def test_terms_of_a_concluded_agreement_change_by_acts_only(bring, refused, pair):
    make_concluded(*pair, number="M-1", ends="2030")
    told = refused("agreements", [{"number": "M-1", "ends": "2031"}])
    assert "1 errors" in told
    assert Agreement.objects.get().ends == "2030"
    bring("agreements", [{"number": "M-1", "public_level": "listed", "parties": "a; b||X"}])
    agreement = Agreement.objects.get()
    assert agreement.public_level == "listed" and agreement.is_concluded
    assert agreement.parties.all()[1].own_reference == "X"


def test_an_open_agreement_takes_new_terms_from_a_file(bring, pair):
    make_agreement(*pair, number="M-1")
    bring("agreements", [{"number": "M-1", "ends": "2031", "signatures": "1; 2|Li||||2020-01-02"}])
    agreement = Agreement.objects.get()
    assert agreement.ends == "2031" and agreement.is_concluded


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": ""}, "Say of what kind it is."),
        ({"kind": "memo"}, "“memo” is not known here."),
        ({"parties": "a"}, "at least two parties"),
        ({"parties": "a; c"}, "no institution “c” here"),
        ({"parties": "a; |party"}, "Choose an institution or describe the party."),
        ({"parties": "a; a"}, "already"),
        ({"signatures": "3|Li"}, "place of its party in the list"),
        ({"signatures": "1|Li", "signed": "2020"}, "somebody has not signed"),
        ({"signed": "2020", "ends": "2019"}, "cannot end before it starts"),
        ({"ends": "2030", "is_evergreen": "yes"}, "not both"),
        ({"field": "nothing"}, "“nothing” is not known here."),
        ({"areas": "research|999"}, "no code of ISCED-F"),
        ({"areas": "||||text only"}, "Choose an activity or a subject"),
        ({"terminated_on": "2020-05"}, "no date that can be read here: write 2020-09-25"),
        ({"notice_months": "six"}, "is no number"),
        ({"parent": "X-9"}, "no agreement X-9, here or in the file"),
        ({"number": "M-1", "parent": "M-1"}, "cannot stand under itself"),
        ({"signed": "2020-05", "effective": "2019-01-01"}, "before the first signature"),
    ],
)
def test_an_agreement_that_cannot_come_in_is_told(manager, pair, changes, sentence):
    response = upload(manager, AGREEMENTS, json.dumps([ROW | changes]), "in.json")
    assert sentence in response.content.decode()
    assert 'name="upload"' not in response.content.decode()
    assert not Agreement.objects.exists()


def test_doubts_are_taken_when_it_is_said(bring, pair):
    row = ROW | {"signed": "2020-05", "effective": "2019-01-01"}
    assert "look at: row 1, effective" in bring("agreements", [row], accept_doubts=True)
    assert Agreement.objects.get().accepted_doubts == ["before_signature"]


# The page


def upload(client, address, text, name="in.csv", **data):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(address, {"file": SimpleUploadedFile(name, content), **data})


def test_staff_see_the_difference_and_confirm_it(manager):
    make_institution("Fudan", "复旦", slug="fudan")
    text = (
        "slug,name_en,name_zh_hans\nfudan,Fudan University,复旦\nnju,Nanjing University,南京大学\n"
    )
    page = upload(manager, INSTITUTIONS, text)
    html = page.content.decode()
    assert "<del>Fudan</del>" in html and "<ins>Fudan University</ins>" in html
    assert Institution.objects.count() == 1
    word = page.context["upload"]
    done = manager.post(INSTITUTIONS, {"upload": word}, follow=True)
    assert "1 new, 1 changed of 2 records" in done.content.decode()
    assert Institution.objects.get(slug="nju").name_zh_hans == "南京大学"
    event = AuditEvent.objects.get(action="import")
    assert event.user_name == "manager" and "in.csv" in event.detail
    history = manager.get(
        f"/en/admin/partners/institution/{Institution.objects.get(slug='nju').pk}/history/"
    )
    assert "Imported from in.csv." in history.content.decode()
    again = manager.post(INSTITUTIONS, {"upload": word}, follow=True)
    assert "upload it again" in again.content.decode()


def test_a_confirmation_is_good_for_who_uploaded_and_for_what_was_signed(manager, client):
    word = upload(manager, INSTITUTIONS, "slug,name_en\na,A\n").context["upload"]
    client.force_login(make_user(group="Partner manager"))
    for forged in (word, "nonsense", f"{word}x"):
        client.post(INSTITUTIONS, {"upload": forged})
    assert not Institution.objects.exists()


@pytest.mark.parametrize("address", [INSTITUTIONS, AGREEMENTS])
def test_the_page_opens_in_both_languages_and_asks_for_a_file(manager, address):
    for language in ("en", "zh-hans"):
        assert manager.get(address.replace("/en/", f"/{language}/")).status_code == 200
    assert "This field is required." in manager.post(address, {}).content.decode()
    assert "The file is empty." in upload(manager, address, "").content.decode()


def test_a_file_too_large_for_the_page_is_told(manager, monkeypatch):
    monkeypatch.setattr("publishing.exchange.pages.LIMIT", 10)
    html = upload(manager, INSTITUTIONS, "slug,name_en\na,A\n").content.decode()
    assert "The command of the same name" in html


def test_who_may_only_read_gets_no_staff_columns_and_no_import(client, register):
    client.force_login(make_user(group="Author"))
    assert client.get(INSTITUTIONS).status_code == 403
    address = "/en/admin/partners/institution/export/?format=json"
    body = json.loads(b"".join(client.get(address).streaming_content))
    assert "notes" not in body["institutions"][0]
    client.force_login(make_user(group="Partner manager"))
    body = json.loads(b"".join(client.get(address).streaming_content))
    assert body["institutions"][0]["notes"] == "Two\nlines"
    assert AuditEvent.objects.filter(action="export").count() == 2
