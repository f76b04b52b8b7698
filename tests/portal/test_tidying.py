"""What is kept for a while only goes when its time is over, and not before."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from portal.outbox.models import Letter
from portal.tidying import DAYS
from tests.builders import make_user

pytestmark = pytest.mark.django_db


def test_a_live_session_stays_and_an_ended_one_goes_with_its_address(client):
    make_user("editor")
    client.post("/en/account/login/", {"login": "editor", "password": "pw"})
    call_command("tidy")
    assert Session.objects.count() == UserSession.objects.count() == 1
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    call_command("tidy")
    assert Session.objects.count() == UserSession.objects.count() == 0


@pytest.mark.parametrize(("days", "kept"), [(-1, 1), (1, 0)])
@pytest.mark.parametrize("state", [{"sent": timezone.now()}, {"given_up": True}])
def test_mail_that_is_done_goes_after_its_time(days, kept, state):
    made = timezone.now() - timedelta(days=DAYS["mail"] + days)
    Letter.objects.create(recipient="a@x.org", subject="s", message=b"", made=made, **state)
    call_command("tidy")
    assert Letter.objects.count() == kept


def test_mail_that_waits_stays():
    made = timezone.now() - timedelta(days=DAYS["mail"] + 9)
    Letter.objects.create(recipient="a@x.org", subject="s", message=b"", made=made)
    call_command("tidy")
    assert Letter.objects.exists()
