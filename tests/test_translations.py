"""The Chinese interface: complete, exact, and punctuated as Chinese is."""

import datetime
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import django
import polib
import pytest
from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import ngettext, pgettext

from partners.models import AgreementKind, AgreementStatus
from partners.templatetags.partners import year_below
from portal import deskwords
from publishing.editorial.dates import PartialDate

CATALOGUE = Path(settings.BASE_DIR, "locale", "zh_Hans", "LC_MESSAGES", "django.po")
SOURCES = ["manage.py", "publishing", "partners", "news", "portal", "templates"]
HAN = r"[\u3400-\u9fff]"


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


@pytest.fixture
def in_chinese():
    with translation.override("zh-hans"):
        yield


def key(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def texts(entry):
    """What stands for the message: one text, or one for each plural form."""
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def those_matching(pattern, catalogue):
    found = re.compile(pattern).search
    return [text for entry in catalogue for text in texts(entry) if found(text)]


def test_every_message_is_translated(catalogue):
    assert len(catalogue) > 500
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.obsolete] == []


def test_placeholders_and_tags_are_those_of_the_message(catalogue):
    mark = re.compile(r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z%]|\{\w*\}|</?\w+[^>]*>")
    wrong = [
        (entry.msgid, text)
        for entry in catalogue
        for text in texts(entry)
        if Counter(mark.findall(text)) != Counter(mark.findall(entry.msgid_plural or entry.msgid))
    ]
    assert wrong == []


def test_the_compiled_catalogue_says_what_the_text_says(catalogue):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {key(entry): texts(entry) for entry in compiled} == {
        key(entry): texts(entry) for entry in catalogue
    }
    assert compiled.metadata == catalogue.metadata


def test_every_string_of_the_source_stands_in_the_catalogue_and_no_other(catalogue, tmp_path):
    in_source = {key(entry) for entry in extracted(tmp_path)}
    in_catalogue = {key(entry) for entry in catalogue}
    assert in_source - in_catalogue == set(), "translate these"
    assert in_catalogue - in_source == set(), "these are no longer used"


def extracted(folder):
    """The messages marked in a copy of the source: extraction writes beside what it reads."""
    if shutil.which("xgettext") is None:
        pytest.fail("gettext is not installed: apt-get install gettext", pytrace=False)
    for name in SOURCES:
        source = Path(settings.BASE_DIR, name)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    (folder / "locale").mkdir()
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=zh_Hans", "--no-location"],
        cwd=folder,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_SECRET_KEY": "extraction",
            "PORTAL_VAR": str(folder / "var"),
        },
        check=True,
        capture_output=True,
    )
    return polib.pofile(str(folder / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))


def test_punctuation_beside_chinese_is_full_width(catalogue):
    assert those_matching(rf"{HAN}[,.:;?!()\"]|[,:;?!()\"]{HAN}", catalogue) == []


def test_no_space_is_typed_beside_chinese(catalogue):
    assert those_matching(rf"{HAN} +\S|\S +{HAN}", catalogue) == []


def test_sentences_end_with_a_stop_and_labels_without(catalogue):
    wrong = [
        (entry.msgid, text)
        for entry in catalogue
        for text in texts(entry)
        if entry.msgid.endswith(".") != text.endswith("。")
    ]
    assert wrong == []


def test_what_django_says_is_replaced_word_for_word():
    """A sentence that another version of Django says otherwise would fall back to Django's."""
    said = set()
    for part in ("conf", "contrib/admin", "contrib/auth"):
        folder = Path(django.__path__[0], part, "locale", "zh_Hans", "LC_MESSAGES")
        said |= {entry.msgid for entry in polib.mofile(str(folder / "django.mo"))}
    assert set(deskwords.MESSAGES) - said == set()


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["", "add/", "change/", "delete/", "history/"])
def test_the_pages_of_django_leave_no_gap_around_a_name(admin_client, part):
    row = "" if part in ("", "add/") else f"{AgreementKind.objects.get(code='mou').pk}/"
    answer = admin_client.get(f"/zh-hans/admin/partners/agreementkind/{row}{part}")
    assert answer.status_code == 200
    texts = re.findall(r">([^<]+)<", answer.content.decode())
    assert [text for text in texts if re.search(rf"{HAN} +{HAN}", text)] == []


@pytest.mark.usefixtures("in_chinese")
def test_dates_are_written_in_chinese_without_zeros():
    assert formats.date_format(datetime.date(2020, 9, 5)) == "2020年9月5日"
    day, month, year = map(PartialDate.parse, ["2020-09-05", "2020-09", "2020"])
    assert [date.full for date in (day, month, year)] == ["2020年9月5日", "2020年9月", "2020年"]
    assert [date.month_year for date in (day, year)] == ["2020年9月", "2020年"]
    assert [year_below(date) for date in (day, month, year)] == ["9月5日", "9月", ""]


@pytest.mark.usefixtures("in_chinese")
def test_pageviews_are_counted_around_the_number():
    before = pgettext("before the number of pageviews", " ")
    assert before + "190" + ngettext(" pageview", " pageviews", 190) == "浏览 190 次"


@pytest.mark.usefixtures("in_chinese")
def test_words_that_meet_leave_no_gap():
    assert pgettext("between words", " ") == "\u200b"


@pytest.mark.usefixtures("in_chinese")
def test_agreements_are_called_what_the_field_calls_them():
    assert {status: str(status.label) for status in AgreementStatus} == {
        AgreementStatus.SUPERSEDED: "已被取代",
        AgreementStatus.TERMINATED: "已终止",
        AgreementStatus.SUSPENDED: "中止",
        AgreementStatus.EXPIRED: "已到期",
        AgreementStatus.NOT_CONFIRMED: "状态待确认",
        AgreementStatus.EXPIRING: "即将到期",
        AgreementStatus.IN_FORCE: "有效",
        AgreementStatus.SIGNED: "已签署未生效",
        AgreementStatus.ANNOUNCED: "已公布",
    }


@pytest.mark.django_db
def test_kinds_of_agreement_come_with_the_names_of_the_field():
    names = dict(AgreementKind.objects.values_list("code", "name_zh_hans"))
    assert (names["mou"], names["moc"], names["sister_city"]) == (
        "谅解备忘录",
        "合作备忘录",
        "友好城市协议",
    )
