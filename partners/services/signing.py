"""Who signed: the signatures of the parties, and the day on which the last of them did."""

from django.db import transaction
from django.utils.translation import gettext as _

from partners.models import Agreement, AgreementParty, Person, Signature
from partners.services.checking import checked
from partners.services.states import rebuild_states
from publishing.editorial import audit
from publishing.editorial.dates import read
from publishing.editorial.exceptions import Refused


@transaction.atomic
def sign(
    *,
    agreement: Agreement,
    party: AgreementParty,
    person: Person | None = None,
    date: str = "",
    method: str = Signature.Method.NOT_STATED,
    user=None,
    **printed,
) -> Signature:
    """Record that ``party`` signed; ``printed`` fills the columns of name, title, on behalf of.

    A signature without a name gives way to one with a name. Where only the date of the last
    signature was known until now, that date is first written down for every required party.
    """
    row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if party.agreement_id != row.pk:
        raise Refused(_("Only a party can sign: %(party)s is none.") % {"party": party})
    _spell_out(row)
    named = person is not None or any(printed.get(f"printed_name_{c}") for c in ("en", "zh_hans"))
    if named:
        unnamed = [one for one in party.signatures.all() if not one.name_in("en")]
        date = date or next((one.date for one in unnamed if one.date), "")
        for one in unnamed:
            one.delete()
    signature = Signature(party=party, person=person, date=date, method=method, **printed)
    checked(signature).save()
    _date(row)
    audit.record(audit.Action.ACT, user=user, item=row, detail=f"signature, {date}")
    agreement.refresh_from_db()
    return signature


def _spell_out(agreement):
    """Say for each required party what the date of the last signature said for all."""
    parties = list(agreement.parties.prefetch_related("signatures"))
    if not agreement.signed or any(party.signatures.all() for party in parties):
        return
    for party in parties:
        if party.must_sign:
            Signature.objects.create(party=party, date=agreement.signed)


def _date(agreement):
    """The last signature dates the agreement, as soon as nobody's is missing."""
    fresh = Agreement.objects.prefetch_related("parties__signatures").get(pk=agreement.pk)
    dates = [read(one.date) for party in fresh.parties.all() for one in party.signatures.all()]
    known = [date for date in dates if date]
    last = max(known, key=lambda date: date.last, default=None)
    if not fresh.is_concluded:
        fresh.signed = ""
    elif last:
        fresh.signed = str(last)
    checked(fresh).save()
    rebuild_states(fresh)
