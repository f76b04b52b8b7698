"""The site search, over a stand-in: groups of users whose texts a dictionary holds."""

import datetime
import itertools

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from publishing.search import documents
from publishing.search.documents import Document, search_documents
from publishing.search.models import SearchDocument
from publishing.search.questions import KINDS

pytestmark = pytest.mark.django_db

ALWAYS = (datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), None)
HOUR = datetime.timedelta(hours=1)
numbers = itertools.count()


@pytest.fixture
def shelf():
    """Two searchable kinds; their texts by the name of the row."""
    texts = {}
    before = dict(KINDS)
    KINDS.clear()
    documents.register("note", Group, lambda row: texts.get(row.name))
    documents.register(
        "person",
        User,
        lambda row: texts.get(row.username),
        related={
            User.groups.through: None,
            Group: lambda group: group.user_set.values_list("pk", flat=True),
        },
    )
    yield texts
    for registration in KINDS.values():
        registration.unfollow()
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def put(shelf):
    def put(en="", zh="", *, body_en="", body_zh="", date=None, visible=None, kind=Group):
        name = f"row-{next(numbers)}"
        shelf[name] = Document(
            titles={"en": en, "zh-hans": zh},
            bodies={"en": body_en, "zh-hans": body_zh},
            visible=visible or {"en": ALWAYS, "zh-hans": ALWAYS},
            url_name="note",
            url_kwargs={"name": name},
            date=date,
        )
        row = Group(name=name) if kind is Group else User(username=name)
        row.save()
        return row

    return put


def found(text, language="en", **filters):
    results = search_documents(text, language=language, **filters)
    return [hit.object_id for hit in results.hits]


def title(hit):
    return "".join(segment.text for segment in hit.title)


def marked(segments):
    return [segment.text for segment in segments if segment.marked]


def test_words_are_found_in_titles_and_texts_in_any_form(put):
    release = put("A conference in Nanjing", body_en="The universities cooperate closely.")
    put("Something else")
    for text in ("conference", "CONFERENCES nanjing", "cooperating university", "Nanjing"):
        assert found(text) == [release.pk], text


def test_chinese_is_found_by_any_two_characters_and_by_one(put):
    release = put(zh="南京江北新区与剑桥大学签约")
    other = put(zh="伯明翰大学来访")
    assert found("江北", "zh-hans") == [release.pk]
    assert found("桥大", "zh-hans") == [release.pk]
    assert found("劍橋大學", "zh-hans") == [release.pk]
    assert found("翰", "zh-hans") == [other.pk]
    assert set(found("大学", "zh-hans")) == {release.pk, other.pk}
    assert "南京大学" not in {
        title(hit) for hit in search_documents("南京大学", language="en").hits
    }


def test_a_chinese_word_must_stand_together(put):
    put(zh="南京的大学")
    results = search_documents("南京大学", language="zh-hans")
    assert results.step == "any"
    assert marked(results.hits[0].title) == ["南京", "大学"]


def test_both_languages_are_searched_and_the_readers_own_is_shown(put):
    both = put("Nanjing 2020 forum", "2020 南京论坛")
    english_only = put("Cambridge 2020")
    results = search_documents("2020", language="zh-hans")
    assert {(hit.object_id, hit.language) for hit in results.hits} == {
        (both.pk, "zh-hans"),
        (english_only.pk, "en"),
    }
    assert results.total == 2


def test_the_step_that_answers_is_told(put):
    release = put("Cooperation with Cambridge")
    put("Forum in Nanjing")

    def step(text):
        results = search_documents(text, language="en")
        assert [hit.object_id for hit in results.hits][:1] == [release.pk]
        return results.step, results.corrected

    assert step("cambridge cooperation") == ("strict", "")
    assert step("cambridge cooperat") == ("prefix", "")
    assert step("cambrigde") == ("corrected", "cambridge")
    assert step("cooperation with mars") == ("any", "")


def test_a_corrected_text_is_what_is_marked(put):
    put("Cooperation with Cambridge")
    hit = search_documents("cambrdge", language="en").hits[0]
    assert marked(hit.title) == ["Cambridge"]


def test_a_match_in_the_title_comes_before_one_in_the_text(put):
    in_text = put("A new laboratory", body_en="in Nanjing", date=datetime.date(2026, 1, 1))
    in_title = put("Nanjing", date=datetime.date(2010, 1, 1))
    assert found("nanjing") == [in_title.pk, in_text.pk]


def test_of_two_equal_matches_the_newer_comes_first(put):
    old = put("Forum", date=datetime.date(2018, 1, 1))
    new = put("Forum", date=datetime.date(2020, 1, 1))
    undated = put("Forum")
    assert found("forum") == [new.pk, old.pk, undated.pk]


def test_an_old_title_is_not_lost_behind_many_new_texts(put, monkeypatch):
    monkeypatch.setattr("publishing.search.questions.WINDOW", 3)
    wanted = put("Nanjing", date=datetime.date(2001, 1, 1))
    for year in range(2002, 2010):
        put("News", body_en="from Nanjing", date=datetime.date(year, 1, 1))
    assert found("nanjing")[0] == wanted.pk


@pytest.mark.parametrize("year", [None, 2020])
@pytest.mark.parametrize("text", ["forum", "论坛会", "foru", "rare"])
def test_of_frequent_words_the_newest_are_found_part_by_part(put, monkeypatch, text, year):
    days = [datetime.date(2019, 12, 30) + datetime.timedelta(days=9 * n) for n in range(40)]
    for day in days:
        put("Rare" if day == days[5] else "Forum", "论坛会", body_en="forum", date=day)
    put("Forum", "论坛会")

    def answer():
        results = search_documents(text, language="en", year=year, page=1)
        return [hit.object_id for hit in results.hits], results.total

    whole = answer()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    monkeypatch.setattr("publishing.search.questions.WINDOW", 20)
    monkeypatch.setattr("publishing.search.questions.ENOUGH", 20)
    assert answer() == whole
    monkeypatch.setattr("publishing.search.matches.COUNTED", 4)
    assert answer() == (whole[0], min(whole[1], 4))


def test_results_are_counted_by_kind_and_filtered(put):
    release = put("Nanjing forum", date=datetime.date(2020, 5, 1))
    older = put("Nanjing visit", zh="南京访问", date=datetime.date(2018, 12, 31))
    person = put("Mayor of Nanjing", kind=User)
    results = search_documents("nanjing", language="en", kind="note")
    assert results.counts_by_kind == {"note": 2, "person": 1}
    assert results.total == 2
    assert found("nanjing", kind="person") == [person.pk]
    assert found("nanjing", year=2020) == [release.pk]
    assert found("nanjing", year=2018) == [older.pk]
    assert found("南京", only_language="en") == []
    assert found("南京", only_language="zh-hans") == [older.pk]


def test_counting_stops_at_the_cap(put, monkeypatch):
    monkeypatch.setattr("publishing.search.matches.COUNTED", 3)
    for _ in range(5):
        put("Forum", "2020 forum")
    results = search_documents("forum", language="en")
    assert (results.total, results.capped) == (3, True)


def test_results_come_in_pages(put):
    for _ in range(25):
        put("Forum")
    first = search_documents("forum", language="en")
    second = search_documents("forum", language="en", page=2)
    assert (first.total, first.pages, len(first.hits), len(second.hits)) == (25, 2, 20, 5)
    assert not {hit.object_id for hit in first.hits} & {hit.object_id for hit in second.hits}
    assert search_documents("forum", language="en", page=99).hits == ()


def test_things_appear_and_disappear_at_their_instant(put):
    now = timezone.now()
    put("Forum", visible={"en": (now + HOUR, now + 2 * HOUR)})

    def at(instant):
        results = search_documents("forum", language="en", now=instant)
        return len(results.hits), results.total

    assert at(now) == (0, 0)
    assert at(now + HOUR) == (1, 1)
    assert at(now + 2 * HOUR) == (0, 0)


def test_each_language_is_visible_on_its_own(put):
    release = put("Cambridge", "剑桥", visible={"en": ALWAYS, "zh-hans": (None, None)})
    assert found("cambridge") == [release.pk]
    assert found("剑桥") == []


def test_hidden_things_are_in_no_count_and_no_correction(put):
    put("Zanzibar secret", visible={"en": (timezone.now() + HOUR, None)})
    for text in ("zanzibar", "zanzibra", "zanzi"):
        results = search_documents(text, language="en")
        assert (results.hits, results.counts_by_kind, results.corrected) == ((), {}, "")


def test_a_change_is_found_and_the_old_text_is_not(put, shelf):
    release = put("Nanjing", date=datetime.date(2020, 1, 1))
    shelf[release.name] = Document(
        {"en": "Cambridge"}, {}, {"en": ALWAYS}, "note", date=datetime.date(2021, 1, 1)
    )
    release.save()
    assert found("nanjing") == []
    assert found("cambridge") == [release.pk]


def test_what_is_deleted_or_made_private_is_gone(put, shelf):
    deleted, private = put("Nanjing one"), put("Nanjing two")
    deleted.delete()
    shelf[private.name] = None
    private.save()
    assert found("nanjing") == []
    assert not SearchDocument.objects.exists()


def test_a_save_that_is_rolled_back_leaves_the_index_as_it_was(put, shelf):
    release = put("Nanjing")
    with pytest.raises(RuntimeError), transaction.atomic():
        shelf[release.name] = Document({"en": "Cambridge"}, {}, {"en": ALWAYS}, "note")
        release.save()
        assert found("cambridge") == [release.pk]
        raise RuntimeError
    assert found("cambridge") == []
    assert found("nanjing") == [release.pk]


def test_rows_that_quote_a_changed_row_follow(put, shelf):
    group, person = put("Old name"), put("x", kind=User)
    shelf[person.username] = Document({"en": "Member of Cambridge"}, {}, {"en": ALWAYS}, "person")
    person.groups.add(group)
    assert found("cambridge") == [person.pk]
    shelf[person.username] = Document({"en": "Member of Nanjing"}, {}, {"en": ALWAYS}, "person")
    group.save()
    assert found("nanjing") == [person.pk]


def test_a_relation_that_is_cleared_from_the_other_side_is_followed(put, shelf):
    group, person = put("Club"), put("x", kind=User)
    person.groups.add(group)
    shelf[person.username] = Document({"en": "Alone in Nanjing"}, {}, {"en": ALWAYS}, "person")
    group.user_set.clear()
    assert found("nanjing") == [person.pk]


def test_bulk_changes_are_followed_by_the_helper(put, shelf):
    release = put("Nanjing")
    shelf[release.name] = Document({"en": "Cambridge"}, {}, {"en": ALWAYS}, "note")
    documents.reindex_queryset(Group.objects.all())
    assert found("cambridge") == [release.pk]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "the of and",
        '"',
        '"unclosed',
        "NEAR(a b)",
        "a:b*",
        "title : x",
        "a AND OR NOT",
        "' | & ! :* <->",
        "\\",
        "\x00",
        "nan\x00jing",
        "\ud800",
        "😀",
        "ƶkindnote",
        "%_",
        "南" * 10_000,
        "word " * 2_000,
        "é" * 10_000,
        "x" * 10_000,
        "ﷺ" * 200,
        "\u202e\u200b",
    ],
)
def test_no_question_breaks_it(put, text):
    put("Nanjing", body_en="a:b NEAR", zh="南京")
    for language in ("en", "zh-hans"):
        search_documents(text, language=language, year=2020, kind="note")


def test_markers_cannot_be_asked_for(put):
    put("Nanjing")
    assert found("ƶkindnote") == []
    assert found("ƶlangen") == []


def test_odd_characters_in_a_text_are_stored(put):
    release = put("Nan\x00jing \ud800 forum", body_en="\x00")
    assert found("nanjing") == [release.pk]


def test_the_number_of_queries_does_not_depend_on_the_number_of_results(put):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            search_documents("forum", language="en")
        return len(captured)

    put("Forum")
    few = queries()
    for _ in range(40):
        put("Forum")
    # PostgreSQL is also told to use its indexes.
    assert queries() == few <= 12


def test_markup_in_a_text_is_text(put):
    put("<b>Forum</b>")
    assert title(search_documents("forum", language="en").hits[0]) == "<b>Forum</b>"
