"""What is kept for a while only goes when its time is over, and not before."""

import os
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.db.models import EmailField, GenericIPAddressField
from django.utils import timezone

from news.models import Release
from portal.outbox.models import Letter
from portal.subscriptions.models import Edition, Subscriber, Told
from portal.tidying import DAYS, tidy
from publishing.pageviews.models import Salt
from publishing.search.models import SearchMiss
from tests.builders import make_user
from tests.partners.test_documents import make_document

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


def test_what_subscribers_were_told_goes_after_its_time_and_they_stay():
    reader = Subscriber.objects.create(email="a@example.org", language="en", reads_en=True)
    Subscriber.objects.update(confirmed_at=timezone.now() - timedelta(days=900))
    kind = ContentType.objects.get_for_model(Release)
    for days in (69, 71):
        at = timezone.now() - timedelta(days=days)
        Edition.objects.create(subscriber=reader, slot=f"{days}", made=at)
        Told.objects.create(
            subscriber=reader, content_type=kind, object_id=days, language="en", at=at
        )
    call_command("tidy")
    assert Edition.objects.get().slot == "69" and Told.objects.get().object_id == 69
    assert Subscriber.objects.exists()


def test_attempts_to_sign_in_go_with_their_addresses(settings):
    cache.set("ratelimit:203.0.113.9", 1, timeout=60)
    cache.set("living", 1, timeout=3600)
    tidy(now=timezone.now() + timedelta(minutes=5))
    assert cache.get("living") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM portal_cache")
        assert "203.0.113.9" not in repr(cursor.fetchall())


def test_old_searches_and_visitors_hashes_go():
    old = timezone.localdate() - timedelta(days=200)
    SearchMiss.objects.create(text="x", language="en", day=old)
    Salt.objects.create(day=old, salt="00")
    call_command("tidy")
    assert not SearchMiss.objects.exists() and not Salt.objects.exists()


def test_files_go_that_no_document_names_and_no_upload_needs():
    """A document that was deleted, and an import that nobody confirmed; not what is used or new."""
    storage = storages["private"]
    kept, gone = make_document(), make_document()
    names = {"kept": kept.file.name, "gone": gone.file.name}
    names |= {"upload": storage.save("imports/old.csv", ContentFile(b"number"))}
    gone.delete()
    for name in names.values():
        os.utime(storage.path(name), (0, 0))
    names |= {"new": storage.save("imports/new.csv", ContentFile(b"number"))}
    call_command("tidy")
    there = {what for what, name in names.items() if storage.exists(name)}
    assert there == {"kept", "new"}


# Tables that know a person beyond what the public reads, and what ends their rows.
PERSONAL = {
    "account.EmailAddress": "with the account",
    "account.EmailConfirmation": "never written: addresses are not confirmed",
    "auth.User": "deleted on the desk",
    "news.PressContact": "deleted on the desk",
    "outbox.Letter": "tidy",
    "partners.ContactPoint": "deleted on the desk",
    "portal.SiteSettings": "the office itself",
    "sessions.Session": "tidy",
    "subscriptions.Subscriber": "leaves, or tidy",
    "usersessions.UserSession": "tidy",
}


def test_no_table_with_personal_data_is_without_a_rule():
    """A column for a mail or network address, a telephone, a browser or a session."""
    telling = ("email", "ip", "user_agent", "telephone", "session_key", "recipient")
    found = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, (EmailField, GenericIPAddressField)) or field.name in telling
    }
    assert found <= set(PERSONAL), found - set(PERSONAL)
