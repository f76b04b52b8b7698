"""News by mail: in through the owner of the address only, out with one click, told once."""

import re
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from news.models import Release
from portal.mirror.addresses import own
from portal.outbox.models import Letter
from portal.outbox.services import deliver
from portal.subscriptions import digests, links, services
from portal.subscriptions.models import Edition, Subscriber, Told
from publishing.editorial import services as steps
from publishing.editorial.copies import open_copy
from publishing.editorial.records import AuditEvent
from tests.builders import (
    make_event,
    make_field,
    make_institution,
    make_release,
    make_user,
)

pytestmark = pytest.mark.django_db

WISHES = {"reads": ["en"], "kinds": ["releases", "events"], "rhythm": "at_once"}
ADDRESS = "reader@example.org"


def sign_up(client, email=ADDRESS, language="en", headers=None, **changes):
    data = {"email": email} | WISHES | changes
    return client.post(f"/{language}/subscribe/", data, headers=headers)


def letters():
    """What was sent since the last look."""
    deliver()
    sent = list(mail.outbox)
    mail.outbox.clear()
    return sent


def link_in(message, purpose):
    text = message.message().get_body(("plain",)).get_content()
    return re.search(rf"http://127\.0\.0\.1:8000(/\S+/subscribe/{purpose}/\S+)", text)[1]


def subscriber(email=ADDRESS, *, fields=(), institutions=(), **columns):
    values = {"language": "en", "reads_en": True, "rhythm": "at_once"}
    values["everything"] = not (fields or institutions)
    values["confirmed_at"] = timezone.now() - timedelta(days=30)
    row = Subscriber.objects.create(email=email, **values | columns)
    for one in fields:
        row.topics.create(field=one)
    for one in institutions:
        row.topics.create(institution=one)
    return row


def told(now=None):
    """The subjects of the letters of one run."""
    digests.send(now=now)
    return [str(message.message()["Subject"]) for message in letters()]


def change(item, note="", *, minor=False, language="en", **texts):
    copy = open_copy(item=item)
    for name, value in texts.items():
        setattr(copy, name, value)
    copy.save()
    return steps.publish(item=copy, language=language, note=note, minor=minor)


# The way in


def test_only_the_page_without_a_secret_is_compressed(client):
    small = {"accept-encoding": "gzip"}
    assert client.get("/en/subscribe/", headers=small)["Content-Encoding"] == "gzip"
    sign_up(client)
    page = client.get(link_in(letters()[0], "confirm"), headers=small)
    assert page.status_code == 200 and "Content-Encoding" not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_address_is_in_only_after_its_owner_has_confirmed(client, language):
    answer = sign_up(client, language=language, reads=[language])
    assert (answer.status_code, answer["Location"]) == (302, f"/{language}/subscribe/sent/")
    row = Subscriber.objects.get()
    assert row.confirmed_at is None and row.reads == [language]
    confirm = link_in(letters()[0], "confirm")
    assert confirm.startswith(f"/{language}/")
    # Looking is not confirming: mail programs look at every link.
    assert client.get(confirm).status_code == 200
    assert not Subscriber.objects.confirmed().exists()
    page = client.post(confirm, follow=True)
    assert page.status_code == 200 and ADDRESS in page.text
    assert Subscriber.objects.confirmed().exists()


def test_a_second_confirmation_changes_nothing_and_is_no_error(client):
    sign_up(client)
    confirm = link_in(letters()[0], "confirm")
    client.post(confirm)
    first = Subscriber.objects.get().confirmed_at
    assert client.post(confirm, follow=True).status_code == 200
    assert client.get(confirm, follow=True).status_code == 200
    assert Subscriber.objects.get().confirmed_at == first


def test_a_link_of_two_days_ago_and_a_forged_one_open_nothing(client, monkeypatch):
    sign_up(client)
    confirm = link_in(letters()[0], "confirm")
    assert client.post(confirm[:-2] + "x/").status_code == 404
    # A link for one purpose is none for another.
    assert client.post(confirm.replace("/confirm/", "/manage/")).status_code == 404
    import time

    later = time.time() + 49 * 3600
    monkeypatch.setattr("time.time", lambda: later)
    for method in (client.get, client.post):
        answer = method(confirm)
        assert answer.status_code == 410 and "no longer works" in answer.text
    assert not Subscriber.objects.confirmed().exists()


def test_what_was_never_confirmed_goes_after_two_days_with_its_letters(client):
    sign_up(client)
    call_command("tidy")
    assert Subscriber.objects.count() == Letter.objects.count() == 1
    Subscriber.objects.update(made=timezone.now() - timedelta(hours=49))
    call_command("tidy")
    assert Subscriber.objects.count() == Letter.objects.count() == 0


def test_nobody_learns_whether_an_address_is_known(client):
    subscriber(ADDRESS)
    known, unknown = sign_up(client, "Reader@Example.org"), sign_up(client, "new@example.org")
    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    assert dict(known.headers) == dict(unknown.headers)
    assert client.get(known["Location"]).text == client.get(unknown["Location"]).text
    assert Subscriber.objects.count() == 2


def test_a_known_reader_gets_a_link_that_adds_a_partner(client):
    partner = make_institution("Nanjing University", slug="nju")
    row = subscriber(ADDRESS)
    sign_up(client, institution=["nju"])
    assert not row.topics.exists()
    message = letters()[0]
    manage = link_in(message, "manage")
    page = client.get(manage)
    assert 'name="institution" value="nju" checked' in page.text
    data = WISHES | {"language": "zh-hans", "institution": ["nju"]}
    assert client.post(manage.partition("?")[0], data).status_code == 302
    row.refresh_from_db()
    assert row.language == "zh-hans" and not row.everything
    assert [topic.institution for topic in row.topics.all()] == [partner]


def test_an_address_is_written_to_once_an_hour_and_three_times_a_day(client):
    for _attempt in range(3):
        sign_up(client)
    assert Letter.objects.count() == 1
    for _hour in range(4):
        Subscriber.objects.update(asked_at=timezone.now() - timedelta(minutes=61))
        sign_up(client)
    assert Letter.objects.count() == 3


def test_the_office_writes_only_so_many_in_an_hour_whoever_asks(client, monkeypatch):
    monkeypatch.setattr(services, "ASKED_PER_HOUR", 2)
    subscriber("known@example.org")
    for number in range(2):
        assert sign_up(client, f"a{number}@example.org").status_code == 302
    for email in ("b@example.org", "known@example.org"):
        answer = sign_up(client, email, language="zh-hans", reads=["zh-hans"])
        assert answer.status_code == 429 and answer["Retry-After"] == "3600"
    Subscriber.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    assert sign_up(client, "b@example.org").status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_no_other_site_signs_anybody_up(client, headers):
    assert sign_up(client, headers=headers).status_code == 403
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "http://testserver"}, {}],
)
def test_no_cookie_and_no_token_is_needed(headers):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/en/subscribe/")
    assert "csrf" not in page.text and "no-store" in page["Cache-Control"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert sign_up(client, headers=headers).status_code == 302
    assert not client.cookies


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": ""}, "Enter your e-mail address."),
        ({"email": "no address"}, "This is not an e-mail address"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "This is not an e-mail address"),
        ({"reads": []}, "Choose a language."),
        ({"kinds": []}, "Choose releases, events or both."),
        ({"rhythm": "hourly"}, "hourly"),
        ({"field": ["nothing"]}, "nothing"),
        ({"institution": ["a\0b"]}, ""),
    ],
)
def test_what_was_typed_wrongly_is_told_and_stays(client, changes, sentence):
    answer = sign_up(client, **{"email": "typed@example.org"} | changes)
    assert answer.status_code == 400 and sentence in answer.text
    assert "email" in changes or 'value="typed@example.org"' in answer.text
    assert not Subscriber.objects.exists()


def test_a_program_that_fills_every_field_hears_the_same_and_is_not_kept(client):
    assert sign_up(client, website="https://spam.example").status_code == 302
    assert not Subscriber.objects.exists() and not Letter.objects.exists()


def test_the_partner_page_and_the_list_lead_to_the_form_with_their_choice(client):
    make_institution("Nanjing University", slug="nju")
    make_release(field=make_field("health"))
    assert 'href="/en/subscribe/?institution=nju"' in client.get("/en/partners/nju/").text
    assert 'href="/en/subscribe/?field=health"' in client.get("/en/news/?field=health").text
    page = client.get("/en/subscribe/?institution=nju&field=health&institution=none").text
    assert 'value="nju" checked' in page and 'value="health" checked' in page


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused_with_what_is_allowed(client, method):
    answer = getattr(client, method)("/en/subscribe/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


# The way out


def test_a_mail_program_unsubscribes_with_one_request():
    """RFC 8058: a POST without cookies, without any page before it, answered without redirect."""
    subscriber()
    make_release()
    digests.send()
    message = letters()[0]
    assert message.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message.message()["List-Unsubscribe"].strip(" <>")
    assert address.startswith("http://127.0.0.1:8000/en/subscribe/leave/")
    path = address.removeprefix("http://127.0.0.1:8000")
    client = Client(enforce_csrf_checks=True)
    one_click = {"List-Unsubscribe": "One-Click"}
    headers = {"sec-fetch-site": "cross-site", "origin": "https://mail.example"}
    answer = client.post(path, one_click, headers=headers)
    assert answer.status_code == 200 and not client.cookies
    assert not Subscriber.objects.exists()
    assert client.post(path, one_click).status_code == 200


def test_following_the_link_asks_before_anything_goes(client):
    row = subscriber()
    path = links.address(links.LEAVE, row).removeprefix("http://127.0.0.1:8000")
    page = client.get(path)
    assert page.status_code == 200 and Subscriber.objects.exists()
    assert page["X-Robots-Tag"] == "noindex" and page["Referrer-Policy"] == "same-origin"
    client.post(path)
    assert not Subscriber.objects.exists()
    assert "no more letters" in client.get(path).text


def test_who_leaves_leaves_no_address_anywhere(client):
    row = subscriber(fields=[make_field()])
    make_release(field=row.topics.get().field)
    digests.send()
    services.leave(key=row.key)
    assert_gone(ADDRESS)


def test_staff_delete_an_address_and_only_the_number_is_written_down(admin_client):
    row = subscriber()
    make_release()
    digests.send()
    deliver()
    page = admin_client.post(
        "/en/admin/subscriptions/subscriber/",
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )
    assert page.status_code == 302
    assert AuditEvent.objects.filter(action="delete", detail="subscribers: 1").exists()
    assert_gone(ADDRESS)


def assert_gone(text):
    """In no table of the database, as anything that can be read."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {quoted}")
            for row in cursor.fetchall():
                kept = [bytes(v).decode("latin-1") if isinstance(v, memoryview) else v for v in row]
                assert text not in repr(kept), table


def test_staff_find_count_and_carry_away_as_far_as_they_may(client, admin_client):
    subscriber("=cmd@example.org")
    Subscriber.objects.create(email="new@example.org", language="en", reads_en=True)
    address = "/en/admin/subscriptions/subscriber/"
    assert "new@example.org" in admin_client.get(f"{address}?q=new").text
    table = admin_client.get(f"{address}export/?confirmed_at__isempty=0")
    assert "'=cmd@example.org" in table.text and "new@" not in table.text
    assert AuditEvent.objects.filter(action="export", detail="subscribers: 1").exists()
    client.force_login(make_user("publisher", "Publisher"))
    assert client.get(address).status_code == 200
    assert client.get(f"{address}export/").status_code == 403
    client.force_login(make_user("author", "Author"))
    assert client.get(address).status_code == 403


def test_a_deleted_topic_does_not_turn_into_everything(client):
    field = make_field()
    subscriber(fields=[field])
    make_release()
    field.delete()
    assert told() == []


def test_a_partner_that_somebody_follows_can_still_be_merged_and_deleted():
    from partners.services import merge_institutions
    from publishing.editorial import references

    kept, duplicate = make_institution(), make_institution()
    row = subscriber(institutions=[duplicate])
    assert references.uses(duplicate) == []
    merge_institutions(keep=kept, duplicate=duplicate)
    assert row.topics.get().institution == kept


def test_the_mirror_leaves_the_form_to_the_portal():
    assert own("/en/subscribe/", "/en/") is None
    assert own("/zh-hans/subscribe/?field=health", "/en/") is None


# What is told


def test_a_first_publication_is_told_once_in_the_reader_s_language():
    make_institution(is_own=True)
    subscriber(language="zh-hans", reads_en=False, reads_zh_hans=True)
    texts = {"headline_zh_hans": "宁剑合作", "summary_zh_hans": "两城携手。"}
    make_release(slug="one", public=["zh-hans"], **texts)
    digests.send()
    message = letters()[0].message()
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for part in (text, html):
        assert "宁剑合作" in part and "两城携手。" in part
        assert "http://127.0.0.1:8000/zh-hans/news/one/" in part
        assert "/zh-hans/subscribe/manage/" in part and "/zh-hans/subscribe/leave/" in part
    assert '<html lang="zh-Hans">' in html and "src=" not in html
    assert message["Content-Language"] == "zh-Hans"
    assert told() == []


def test_a_change_is_told_with_its_note_and_a_minor_one_is_not():
    release = make_release(headline_en="Launch")
    subscriber(confirmed_at=timezone.now())
    assert told() == []
    change(release, minor=True, summary_en="A comma.")
    assert told() == []
    change(release, "The date was wrong.", summary_en="Corrected.")
    digests.send()
    message = letters()[0].message()
    assert "The date was wrong." in message.get_body(("plain",)).get_content()
    assert "The date was wrong." in message.get_body(("html",)).get_content()
    assert told() == []


@pytest.mark.parametrize("state", ["draft", "scheduled", "embargoed", "withdrawn", "unpublished"])
def test_what_the_public_may_not_read_is_not_told(state):
    subscriber()
    release = make_release(public=[] if state in ("draft", "scheduled") else ["en"])
    ahead = timezone.now() + timedelta(days=1)
    if state == "scheduled":
        steps.publish(item=release, language="en", at=ahead)
    elif state == "embargoed":
        Release.objects.filter(pk=release.pk).update(embargo_until_en=ahead)
    elif state == "withdrawn":
        steps.withdraw(item=release, language="en", notice="Wrong.")
    elif state == "unpublished":
        steps.unpublish(item=release, language="en", notice="Wrong.")
    assert told() == []
    # When its hour comes, it is news.
    expected = 1 if state in ("scheduled", "embargoed") else 0
    later = timezone.now() + timedelta(days=1, minutes=1)
    assert len(digests.recent(later)) == expected


def test_what_is_withdrawn_between_choosing_and_writing_is_not_told(monkeypatch):
    subscriber()
    release = make_release()
    found = digests.recent(timezone.now())
    steps.withdraw(item=release, language="en", notice="Wrong.")
    monkeypatch.setattr(digests, "recent", lambda now: found)
    assert told() == [] and not Told.objects.exists()


def test_a_reader_hears_of_the_chosen_languages_kinds_fields_and_partners_only():
    health, energy = make_field("health"), make_field("energy")
    partner = make_institution()
    subscriber("all@example.org")
    subscriber("zh@example.org", reads_en=False, reads_zh_hans=True)
    subscriber("events@example.org", releases=False)
    subscriber("health@example.org", fields=[health])
    subscriber("both@example.org", fields=[health], institutions=[partner])
    make_release(headline_en="Health", public=["en"], field=health)
    make_release(headline_en="Energy", public=["en"], field=energy)
    of_partner = make_release(headline_en="Partner", public=["en"])
    of_partner.institutions.add(partner)
    make_event(title_en="Talk", public=["en"])
    digests.send()
    heard = {}
    for message in letters():
        text = message.message().get_body(("plain",)).get_content()
        titles = {"Health", "Energy", "Partner", "Talk"}
        heard[message.to[0]] = {title for title in titles if f"{title}\n" in text}
    assert heard == {
        "all@example.org": {"Health", "Energy", "Partner", "Talk"},
        "events@example.org": {"Talk"},
        "health@example.org": {"Health"},
        "both@example.org": {"Health", "Partner"},
    }


def test_an_old_release_that_is_brought_over_is_no_news():
    subscriber()
    item = make_release(public=[])
    steps.publish(item=item, language="en", at=timezone.now() - timedelta(days=400))
    assert told() == []


def at(day, hour):
    return datetime(2027, 3, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("rhythm", "letter_at", "silent_at"),
    [
        # 1 March 2027 is a Monday; the release appears on Tuesday at ten.
        ("daily", at(3, 8), [at(2, 11), at(3, 7)]),
        ("weekly", at(8, 9), [at(2, 11), at(3, 8), at(8, 7)]),
    ],
)
def test_a_digest_waits_for_its_hour_and_there_is_one(rhythm, letter_at, silent_at):
    subscriber(rhythm=rhythm, confirmed_at=at(1, 12))
    release = make_release()
    Release.objects.update(first_published_en=at(2, 10))
    for moment in silent_at:
        assert told(moment) == []
    assert len(told(letter_at)) == 1
    assert told(letter_at) == []
    # What appears after the hour waits for the next edition.
    make_release()
    Release.objects.exclude(pk=release.pk).update(first_published_en=letter_at)
    assert told(letter_at + timedelta(hours=2)) == []
    assert len(told(letter_at + timedelta(days=7))) == 1


def test_a_run_without_writing_says_what_it_would_write(capsys):
    subscriber()
    make_release()
    call_command("send_digests", "--dry-run")
    assert "Letters to write: 1, with 1 items." in capsys.readouterr().out
    assert not Told.objects.exists() and not Letter.objects.exists()
    call_command("send_digests")
    assert "Letters written: 1, with 1 items." in capsys.readouterr().out
    call_command("send_digests")
    assert "Letters written: 0, with 0 items." in capsys.readouterr().out


def test_one_letter_that_cannot_be_made_keeps_none_of_the_others(monkeypatch):
    from django.core.management import CommandError

    bad = subscriber("bad@example.org")
    subscriber("good@example.org")
    make_release()
    tell = digests.letters.tell

    def fragile(row, **values):
        if row.pk == bad.pk:
            raise ValueError
        tell(row, **values)

    monkeypatch.setattr(digests.letters, "tell", fragile)
    with pytest.raises(CommandError, match=str(bad.pk)):
        call_command("send_digests")
    assert [message.to for message in letters()] == [["good@example.org"]]
    monkeypatch.undo()
    call_command("send_digests")
    assert [message.to for message in letters()] == [["bad@example.org"]]


def test_a_letter_that_was_taken_back_while_the_server_had_it_stays_away(monkeypatch):
    row = subscriber()
    make_release()
    digests.send()
    monkeypatch.setattr(
        "portal.outbox.services._hand_over", lambda letter: services.leave(key=row.key)
    )
    assert deliver() == (1, 0)
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_everything_once():
    for number in range(6):
        subscriber(f"reader{number}@example.org", rhythm=["at_once", "daily"][number % 2])
    make_release()
    Release.objects.update(first_published_en=timezone.now() - timedelta(days=1, minutes=1))
    start = threading.Barrier(2)

    def run():
        start.wait()
        digests.send()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recipients = sorted(Letter.objects.values_list("recipient", flat=True))
    assert recipients == [f"reader{number}@example.org" for number in range(6)]
    assert Edition.objects.count() == Told.objects.count() == 6
