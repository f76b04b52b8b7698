import email
import email.policy
import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import close_old_connections, connections, transaction
from django.utils import timezone

from portal.outbox.models import Letter

logger = logging.getLogger(__name__)

# For so long nobody else tries a letter; after a crash it is tried again.
CLAIM = timedelta(minutes=2)


def post(message: EmailMessage, *, purpose: str = "", at_once: bool = True) -> None:
    """Keep a message in the transaction of its reason; it leaves when that is committed.

    ``purpose`` is a name by which its sender finds it again. Not ``at_once``: the caller writes
    many and calls ``deliver`` in the end.
    """
    if not message.recipients():
        return
    Letter.objects.create(
        recipient=", ".join(message.recipients())[:254],
        subject=str(message.subject)[:300],
        message=message.message().as_bytes(),
        purpose=purpose,
    )
    if at_once and settings.PORTAL_MAIL_AT_ONCE:
        transaction.on_commit(_start, robust=True)


def _start():
    threading.Thread(target=_in_background, name="mail", daemon=True).start()


def _in_background():
    close_old_connections()
    try:
        deliver()
    except Exception:
        # The command send_mail will find what is left.
        logger.exception("The mail could not be sent now.")
    finally:
        connections.close_all()


def deliver() -> tuple[int, int]:
    """Try what is due; returns how many letters the server took, and how many it did not."""
    results = [_deliver_one(letter) for letter in Letter.objects.due()]
    return results.count(True), results.count(False)


def _deliver_one(letter):
    """True: sent; False: failed; None: another process was first.

    A letter is claimed in a statement of its own: no lock is held while a server keeps silent.
    """
    claim = timezone.now() + CLAIM
    if not Letter.objects.due().filter(pk=letter.pk).update(next_attempt=claim):
        return None
    try:
        _hand_over(letter)
    except (OSError, ValueError) as error:
        logger.warning("Mail %s was not taken: %s", letter.pk, error)
        letter.fail(f"{type(error).__name__}: {error}")
        return False
    letter.succeed()
    return True


def _hand_over(letter):
    connection = get_connection(settings.PORTAL_MAIL_BACKEND, fail_silently=False)
    if connection.send_messages([_Kept(bytes(letter.message))]) != 1:
        raise OSError("The mail server took nothing.")


class _Kept(EmailMessage):
    """A message exactly as it was written down."""

    def __init__(self, content):
        self.parsed = email.message_from_bytes(content, policy=email.policy.SMTP)
        super().__init__(
            subject=self.parsed["Subject"],
            body="",
            from_email=self.parsed["From"],
            to=[address.strip() for address in self.parsed.get("To", "").split(",")],
        )

    def message(self, **options):
        return self.parsed
