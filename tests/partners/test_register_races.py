"""Two who write at the same time: the register's index ends with what is true."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from partners.models import Agreement, Institution
from tests.builders import make_concluded, make_institution

pytestmark = pytest.mark.django_db(transaction=True)


def meanwhile(act):
    """A thread that does ``act`` in a transaction of its own, as far as it need not wait."""

    def run():
        with transaction.atomic():
            act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.5)
    return thread


def rename(institution):
    row = Institution.objects.get(pk=institution.pk)
    row.name_en = "Zhejiang University"
    row.save()


def add_party(agreement, institution):
    Agreement.objects.get(pk=agreement.pk).parties.create(institution=institution, order=0)


@pytest.mark.parametrize("first", ["rename", "add"])
def test_a_partner_renamed_while_it_joins_an_agreement_is_sorted_by_its_new_name(first):
    institution = make_institution("Aalto University")
    agreement = make_concluded(make_institution(is_own=True))
    acts = [lambda: rename(institution), lambda: add_party(agreement, institution)]
    one, other = acts if first == "rename" else acts[::-1]
    with transaction.atomic():
        one()
        thread = meanwhile(other)
    thread.join()
    agreement.refresh_from_db()
    assert agreement.register_entry.partner_en == "zhejianguniversity"
    call_command("rebuild_search", "--check")
