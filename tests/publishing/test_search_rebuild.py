import io

import pytest
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from publishing.search import documents, names
from publishing.search.documents import Document, search_documents
from publishing.search.fulltext import Term
from publishing.search.models import (
    DOCUMENT_TEXT,
    SearchDocument,
    SearchEntry,
    SearchTerm,
    kind_mark,
    language_mark,
)
from publishing.search.publishable import ALWAYS
from publishing.search.questions import KINDS
from publishing.search.rebuilding import rebuild

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(db):
    """Groups of users, found by their name in both indexes; none at first."""
    Group.objects.all().delete()
    before = [(kinds, dict(kinds)) for kinds in (KINDS, names.KINDS)]
    for kinds, _kept in before:
        kinds.clear()
    documents.register(
        "note", Group, lambda row: Document({"en": row.name}, {}, {"en": (ALWAYS, None)}, "note")
    )
    names.register("note", Group, lambda row: names.Entry((names.Name(row.name),)))
    yield
    for kinds, kept in before:
        for registration in kinds.values():
            registration.unfollow()
        kinds.clear()
        kinds.update(kept)


def out_of_step():
    """A row that changed, one that came and one that went, all without a signal."""
    changed, gone = Group.objects.create(name="Nanjing"), Group.objects.create(name="Zanzibar")
    Group.objects.filter(pk=changed.pk).update(name="Cambridge")
    Group.objects.bulk_create([Group(name="Birmingham")])
    Group.objects.filter(pk=gone.pk)._raw_delete("default")


def found(text):
    return [hit.title[0].text for hit in search_documents(text, language="en").hits]


def test_a_rebuild_brings_the_index_in_step(shelf):
    out_of_step()
    assert found("nanjing") == ["Nanjing"]
    done = []
    rebuild(lambda *args: done.append(args))
    assert done == [("note", 2, 2)] * 2
    assert found("nanjing") == found("zanzibar") == []
    assert found("cambridge") == ["Cambridge"] and found("birmingham") == ["Birmingham"]
    assert set(SearchEntry.objects.values_list("order_en", flat=True)) == {
        "cambridge",
        "birmingham",
    }
    assert set(SearchTerm.objects.values_list("term", flat=True)) == {"cambridge", "birmingham"}


def test_a_rebuild_keeps_the_keys_so_that_no_answer_under_way_loses_a_row(shelf):
    def keys():
        return [list(model.objects.values_list("pk")) for model in (SearchDocument, SearchEntry)]

    for word in ("Nanjing", "Cambridge"):
        Group.objects.create(name=word)
    before = keys()
    rebuild(lambda *args: None)
    assert keys() == before


def test_a_check_fails_exactly_where_the_index_is_out_of_step(shelf):
    Group.objects.create(name="Shanghai")
    told = io.StringIO()
    call_command("rebuild_search", check=True, stdout=told)
    assert "in step" in told.getvalue()
    out_of_step()
    with pytest.raises(CommandError, match="out of step"):
        call_command("rebuild_search", check=True, stderr=io.StringIO())
    call_command("rebuild_search", verbosity=0)
    call_command("rebuild_search", check=True, stdout=io.StringIO())


def test_a_check_misses_no_lost_full_text(shelf):
    Group.objects.create(name="Nanjing")
    DOCUMENT_TEXT.erase(SearchDocument.objects.values_list("position", flat=True))
    with pytest.raises(CommandError):
        call_command("rebuild_search", check=True, stderr=io.StringIO())


def test_an_index_of_another_analyzer_is_a_warning(shelf):
    Group.objects.create(name="Nanjing")

    def warnings():
        found = run_checks(tags=["database"], databases=["default"])
        return [warning.id for warning in found if warning.id.startswith("search")]

    assert warnings() == []
    SearchDocument.objects.update(analyzer_version=0)
    assert warnings() == ["search.W001"]


def test_a_number_that_is_used_again_shows_no_old_text(shelf):
    row = {"kind": "note", "object_id": 1, "visible_from": timezone.now(), "visible_until": None}
    row |= {"body": [], "marks": [kind_mark("note"), language_mark("en")]}
    for word in ("nanjing", "cambridge"):
        DOCUMENT_TEXT.write([(7, row | {"title": [word]})])
    for word, matches in (("nanjing", 0), ("cambridge", 1)):
        condition, params = DOCUMENT_TEXT.matching(Term((word,)), "titles", connection)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT rowid FROM {DOCUMENT_TEXT.index} WHERE {condition}", params)
            assert len(cursor.fetchall()) == matches
