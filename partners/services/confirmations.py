"""A partner confirms or corrects its own entry by a link; staff decide on what it proposes."""

import datetime

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partners import confirming
from partners.models import (
    ConfirmationLink,
    ContactPoint,
    Institution,
    Proposal,
    ProposedChange,
)
from partners.services.checking import checked
from partners.services.institutions import save_institution
from publishing.editorial import audit, languages
from publishing.editorial.addresses import absolute
from publishing.editorial.exceptions import Refused

State = ProposedChange.State
LONGEST_DAYS = 180


@transaction.atomic
def ask_to_confirm(
    *,
    institution: Institution,
    contact: ContactPoint | None = None,
    days: int = 30,
    by_mail: bool = False,
    user=None,
) -> ConfirmationLink:
    """Make a link for the partner and, where wanted, send it to the contact."""
    if institution.status == Institution.Status.WITHDRAWN:
        raise Refused(_("This record is withdrawn."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("A link is valid for 1 to %(days)d days.") % {"days": LONGEST_DAYS})
    if contact and contact.institution_id != institution.pk:
        raise Refused(_("This contact belongs to another institution."))
    if by_mail and not (contact and contact.email):
        raise Refused(_("Choose a contact with an e-mail address, or copy the link yourself."))
    link = ConfirmationLink.objects.create(
        institution=institution,
        contact=contact,
        made_by=user,
        expires_at=timezone.now() + datetime.timedelta(days=days),
    )
    audit.record(audit.Action.ASK, user=user, item=institution, detail=str(contact or ""))
    if by_mail:
        _invitation(link).send()
    return link


def _invitation(link) -> EmailMessage:
    """In both languages: which of them the contact reads is not known."""
    subjects, texts = [], []
    for code in languages.CODES:
        with translation.override(code):
            name = languages.first_text(link.institution, "name")
            subjects.append(_("Is this still right? %(name)s") % {"name": name})
            context = {
                "name": name,
                "address": absolute(link.get_absolute_url()),
                "until": timezone.localtime(link.expires_at).date(),
            }
            texts.append(render_to_string("partners/mail/confirmation.txt", context).strip())
    return EmailMessage(" / ".join(subjects), "\n\n".join(texts) + "\n", to=[link.contact.email])


@transaction.atomic
def revoke_link(*, link: ConfirmationLink, user=None) -> None:
    """The address answers no more; one that was answered stays as it is."""
    open_links = ConfirmationLink.objects.filter(pk=link.pk, answered_at=None, revoked_at=None)
    if not open_links.update(revoked_at=timezone.now()):
        raise Refused(_("This link has been answered or revoked already."))
    audit.record(audit.Action.ASK, user=user, item=link.institution, detail=_("revoked"))


@transaction.atomic
def answer(
    *, link: ConfirmationLink, changes: dict, confirms: bool, sender="", note=""
) -> Proposal:
    """Keep what the partner says: ``changes`` maps keys of ``confirming`` to before and after.

    A link is answered once. The entry stays as it is; only that it was confirmed is noted.
    """
    if not ConfirmationLink.objects.open().filter(pk=link.pk).update(answered_at=timezone.now()):
        raise Refused(_("This link has been answered, has expired or was revoked."))
    proposal = Proposal.objects.create(
        institution=link.institution, link=link, confirms=confirms, sender=sender, note=note
    )
    ProposedChange.objects.bulk_create(
        ProposedChange(proposal=proposal, field=key, before=before, after=after)
        for key, (before, after) in changes.items()
    )
    if confirms:
        _confirmed(link.institution, proposal)
        if not note:
            proposal.decided_at = proposal.sent_at
            proposal.save(update_fields=["decided_at"])
    return proposal


@transaction.atomic
def decide(*, proposal: Proposal, decisions: dict, seen: dict, user=None) -> Proposal:
    """Take over, reject or settle by hand each correction in ``decisions`` (key to state).

    ``seen`` says what each field read when it was decided on: what has changed since then is
    not overwritten unseen. When nothing is open any more, and nothing was rejected, the entry is
    as the partner says, and confirmed.
    """
    institution = Institution.objects.select_for_update(of=("self",)).get(
        pk=proposal.institution_id
    )
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if row.decided_at:
        raise Refused(_("This answer has been dealt with already."))
    if not decisions and row.changes.filter(state=State.OPEN).exists():
        raise Refused(_("Decide on at least one of the corrections."))
    for change in row.changes.filter(state=State.OPEN, field__in=decisions):
        state = State(decisions[change.field])
        if state == State.ACCEPTED:
            _take_over(institution, change, seen.get(change.field, ""))
        change.state = state
        change.save(update_fields=["state"])
    _close(row, institution, user)
    proposal.refresh_from_db()
    return proposal


def _take_over(institution, change, seen):
    name = confirming.label(institution, change.field)
    now = confirming.current(institution, change.field)
    if now != seen:
        raise Refused(
            _("“%(field)s” was changed meanwhile; it now reads: %(text)s")
            % {"field": name, "text": now or "—"}
        )
    saved, is_gone = confirming.put(institution, change.field, change.after)
    if is_gone:
        saved.delete()
    elif saved is institution:
        save_institution(institution=checked(institution))
    else:
        checked(saved).save()


def _close(row, institution, user):
    changes = list(row.changes.all())
    if not any(change.state == State.OPEN for change in changes):
        row.decided_at, row.decided_by = timezone.now(), user
        row.save(update_fields=["decided_at", "decided_by"])
        if changes and not any(change.state == State.REJECTED for change in changes):
            _confirmed(institution, row)
    counts = ", ".join(f"{one.field}: {one.get_state_display()}" for one in changes)
    audit.record(audit.Action.DECIDE, user=user, item=institution, detail=counts)


def _confirmed(institution, proposal):
    day = timezone.localdate(proposal.sent_at)
    if institution.confirmed_on is None or institution.confirmed_on < day:
        institution.confirmed_on = day
        institution.save(update_fields=["confirmed_on"])
