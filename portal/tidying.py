"""What is kept for a while only, and for how long. docs/operation.md lists it."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.outbox.models import Letter
from publishing.editorial.autosaves import Autosave, Presence

DAYS = {"sign-ins": 180, "mail": 30, "desk log": 730}


@transaction.atomic
def tidy(*, now=None) -> dict[str, int]:
    """Delete what is past its time; returns how many rows, by kind."""
    now = now or timezone.now()
    until = {kind: now - timedelta(days=days) for kind, days in DAYS.items()}
    live = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = {
        "sessions": Session.objects.filter(expire_date__lte=now),
        # With the address and the browser of whoever signed in.
        "sign-ins": UserSession.objects.filter(
            Q(created_at__lt=until["sign-ins"]) | ~Q(session_key__in=live)
        ),
        "mail": Letter.objects.filter(made__lt=until["mail"]).exclude(sent=None, given_up=False),
        "desk log": LogEntry.objects.filter(action_time__lt=until["desk log"]),
        "unsaved input": Autosave.objects.outlived(now),
        "open forms": Presence.objects.outlived(now),
    }
    return {kind: found.delete()[0] for kind, found in rows.items()}
