"""A mail server that fails: no request does, nothing is lost, and the desk says so."""

import smtplib
import socketserver
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.outbox.models import KEPT, Letter
from portal.outbox.services import deliver
from tests.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings):
    settings.EMAIL_BACKEND = "portal.outbox.backends.OutboxBackend"


@pytest.fixture
def server_is_down(monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


@pytest.fixture
def refusing_server(settings):
    """A real SMTP server that says no; yields how often it was asked."""
    asked = []

    class Refusing(socketserver.StreamRequestHandler):
        def handle(self):
            asked.append(self.client_address)
            self.wfile.write(b"421 mail.example.org too busy\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.PORTAL_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield asked
        server.shutdown()


def test_a_refusing_server_fails_no_request_is_asked_less_often_and_shown_on_the_desk(
    client, admin_client, refusing_server
):
    make_user("editor", email="editor@example.org")
    answer = client.post(reverse("account_reset_password"), {"email": "editor@example.org"})
    assert answer.status_code == 302
    pauses = []
    for number in range(1, 7):
        later()
        before = timezone.now()
        assert deliver() == (0, 1)
        letter = Letter.objects.get()
        assert letter.attempts == number and "too busy" in letter.error
        pauses.append(round((letter.next_attempt - before) / timedelta(minutes=1)))
        # Not before its time.
        assert deliver() == (0, 0)
    assert pauses == [1, 5, 15, 60, 240, 240]
    assert len(refusing_server) == 6
    desk = admin_client.get("/en/admin/").text
    assert "not taken by the mail server" in desk and "too busy" in desk


def test_a_server_that_is_not_there_fails_no_sign_up_of_a_reader(client, settings):
    with socketserver.TCPServer(("127.0.0.1", 0), None) as closed:
        address = closed.server_address
    settings.PORTAL_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = address
    wishes = {"reads": "en", "kinds": "releases", "rhythm": "weekly"}
    answer = client.post("/en/subscribe/", {"email": "reader@example.org"} | wishes)
    assert answer.status_code == 302
    assert deliver() == (0, 1)
    assert "Connection refused" in Letter.objects.get().error


def later(**pause):
    Letter.objects.update(next_attempt=timezone.now() - timedelta(seconds=1))


def write(subject="新闻 news"):
    message = EmailMultiAlternatives(subject, "Text 文字", "portal@x.org", ["a@x.org"])
    message.attach_alternative("<p>Text 文字</p>", "text/html")
    message.extra_headers["List-Unsubscribe"] = "<https://x.org/>"
    message.send()


def test_a_letter_arrives_as_it_was_written():
    write()
    assert mail.outbox == []
    assert deliver() == (1, 0)
    sent = mail.outbox[0].message()
    assert mail.outbox[0].to == ["a@x.org"]
    assert sent["Subject"] == "新闻 news"
    assert sent["List-Unsubscribe"] == "<https://x.org/>"
    assert "文字" in sent.get_body(("html",)).get_content()
    assert deliver() == (0, 0)


def test_a_request_succeeds_while_the_server_is_down(client, server_is_down):
    make_user("editor", email="editor@example.org")
    answer = client.post(reverse("account_reset_password"), {"email": "editor@example.org"})
    assert answer.status_code == 302
    assert deliver() == (0, 1)
    letter = Letter.objects.get()
    assert letter.attempts == 1 and "unexpectedly closed" in letter.error


def test_it_is_tried_again_later_and_then_sent(server_is_down, monkeypatch):
    write()
    call_command("send_mail")
    assert deliver() == (0, 0)
    monkeypatch.undo()
    later()
    assert deliver() == (1, 0)
    assert Letter.objects.get().sent and not Letter.objects.stuck().exists()


def test_after_three_days_it_is_given_up(server_is_down):
    write()
    Letter.objects.update(made=timezone.now() - KEPT - timedelta(minutes=1))
    deliver()
    later()
    assert Letter.objects.get().given_up and deliver() == (0, 0)


def test_the_desk_tells_who_may_look(client, admin_client, server_is_down):
    assert "not taken by the mail server" not in admin_client.get("/en/admin/").text
    write()
    deliver()
    assert "not taken by the mail server" in admin_client.get("/en/admin/").text
    client.force_login(make_user("author", "Author"))
    assert "not taken by the mail server" not in client.get("/en/admin/").text


def test_a_sent_letter_keeps_no_link_that_opens():
    write()
    deliver()
    assert bytes(Letter.objects.get().message) == b""


def test_a_letter_is_not_written_where_its_reason_is_undone():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        raise ZeroDivisionError
    assert not Letter.objects.exists()
