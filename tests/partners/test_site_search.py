"""What the site search knows of partners and agreements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import Institution
from publishing.search import documents
from publishing.search.documents import search_documents
from tests.builders import make_institution, make_place

pytestmark = pytest.mark.django_db


def titles(text):
    return [
        "".join(part.text for part in hit.title)
        for hit in search_documents(text, language="en").hits
    ]


def test_indexing_many_institutions_asks_no_more_than_few():
    def cost():
        with CaptureQueriesContext(connection) as queries:
            documents.reindex_queryset(Institution.objects.all())
        return len(queries)

    place = make_place()
    make_institution("Institute A", place=place)
    few = cost()
    for letter in "BCDEFG":
        make_institution(f"Institute {letter}", place=place)
    assert cost() == few


def test_the_office_itself_is_found_on_the_site_and_a_hidden_record_is_not():
    make_institution("The Own Centre", is_own=True)
    hidden = make_institution("The Other Centre", is_public=False)
    assert titles("centre") == ["The Own Centre"]
    hidden.is_public = True
    hidden.save()
    assert sorted(titles("centre")) == ["The Other Centre", "The Own Centre"]
