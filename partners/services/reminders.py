"""Mail to those who look after agreements, before a deadline: once for each stage."""

import datetime
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partners import due
from partners.models import Agreement, SentReminder
from publishing.editorial import languages
from publishing.editorial.addresses import absolute


@dataclass(frozen=True)
class Reminder:
    agreement: Agreement
    day: datetime.date
    stage: due.Stage

    @property
    def is_notice(self) -> bool:
        return self.agreement.notice_from is not None

    def lines(self) -> dict:
        """What the mail says of it, in the language that is active."""
        change = reverse("admin:partners_agreement_change", args=[self.agreement.pk])
        return {
            "title": f"{self.agreement.number} {self.agreement.headline_here()}",
            "day": self.day,
            "is_notice": self.is_notice,
            "renews": self.agreement.renews_automatically,
            "address": absolute(change),
        }


@dataclass
class Outcome:
    """What was sent (or would be): reminders by the addresses they went to; and to nobody."""

    sent: list[tuple[Reminder, list[str]]] = field(default_factory=list)
    to_nobody: list[Reminder] = field(default_factory=list)


def send_reminders(*, today: datetime.date | None = None, dry_run: bool = False) -> Outcome:
    """Tell each owner of the deadlines that have come into their next stage.

    Without an owner who can be reached, the group of PORTAL_REMINDERS_GROUP is told. Claim and
    letter are one transaction, so that whatever runs beside this sends nothing twice.
    """
    today = today or timezone.localdate()
    outcome, by_reader = Outcome(), {}
    spare = tuple(_reachable(_group()))
    for reminder in _in_a_stage(today):
        readers = tuple(_reachable([reminder.agreement.owner])) or spare
        if readers:
            by_reader.setdefault(readers, []).append(reminder)
        else:
            outcome.to_nobody.append(reminder)
    for readers, reminders in by_reader.items():
        told = reminders if dry_run else _tell(readers, reminders)
        outcome.sent += [(reminder, [reader.email for reader in readers]) for reminder in told]
    return outcome


def _in_a_stage(today):
    """What has not been told yet, by agreement so that two runs wait and never block each other."""
    rows = due.nearing_deadline(today).order_by("pk")
    known = set(
        SentReminder.objects.filter(agreement__in=rows, day__gte=today).values_list(
            "agreement", "day", "stage"
        )
    )
    for agreement in rows:
        day = due.deadline(agreement)
        stage = due.Stage.of(day, today)
        if (agreement.pk, day, stage.value) not in known:
            yield Reminder(agreement, day, stage)


def _group():
    users = get_user_model().objects.filter(groups__name=settings.PORTAL_REMINDERS_GROUP)
    return users.select_related("due_settings").order_by("pk")


def _reachable(users):
    return [
        user for user in users if user and user.email and user.is_active and due.visible_to(user)
    ]


@transaction.atomic
def _tell(readers, reminders):
    addresses = ", ".join(reader.email for reader in readers)[:300]
    claimed = []
    for reminder in reminders:
        _row, is_mine = SentReminder.objects.get_or_create(
            agreement=reminder.agreement,
            day=reminder.day,
            stage=reminder.stage.value,
            defaults={"sent_to": addresses},
        )
        if is_mine:
            claimed.append(reminder)
    for reader in readers if claimed else ():
        _letter(reader, claimed).send()
    return claimed


def _letter(reader, reminders) -> EmailMessage:
    """In the language the reader chose; in both, where none was chosen."""
    chosen = getattr(getattr(reader, "due_settings", None), "language", "")
    codes = [chosen] if chosen else languages.CODES
    subjects, texts = [], []
    for code in codes:
        with translation.override(code):
            subjects.append(_("Deadlines of agreements: %(n)d") % {"n": len(reminders)})
            context = {
                "reminders": [reminder.lines() for reminder in reminders],
                "all_of_it": absolute(reverse("admin:partners_agreement_due")),
            }
            texts.append(render_to_string("partners/mail/reminders.txt", context).strip())
    return EmailMessage(" / ".join(subjects), "\n\n".join(texts) + "\n", to=[reader.email])
