"""The register's own index: it follows whatever its table is sorted, filtered and counted by."""

import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from partners.index import next_change
from partners.models import URGENCY, Agreement, AgreementParty, CooperationField, Institution
from partners.models.register import RegisterEntry
from publishing.editorial import languages
from publishing.search import documents, registry
from publishing.search.analyzer import key
from publishing.search.readings import syllables

KIND = "register"
NO_FIELD = 1_000_000
NAME_LENGTH = 200


def register():
    registry.register(
        registry.FURTHER,
        KIND,
        Agreement,
        read=entry,
        write=_write,
        differences=_differences,
        queryset=agreements,
        related={
            AgreementParty: lambda party: [party.agreement_id],
            Institution: agreements_naming,
            CooperationField: lambda field: field.agreements.values_list("pk", flat=True),
        },
    )


def agreements():
    parties = AgreementParty.objects.select_related("institution")
    rows = Agreement.objects.select_related("field")
    return rows.prefetch_related(Prefetch("parties", parties))


def agreements_naming(institution):
    """The keys of the agreements whose lines name it: the office is named where it stands alone."""
    rows = AgreementParty.objects.filter(institution=institution)
    if institution.is_own:
        others = AgreementParty.objects.filter(
            agreement=OuterRef("agreement"), joined_on=None, left_on=None
        )
        rows = rows.filter(
            ~Exists(others.filter(Q(institution=None) | Q(institution__is_own=False)))
        )
    return rows.values_list("agreement", flat=True)


def entry(agreement) -> RegisterEntry | None:
    """How the register sorts and counts it today; None for a hidden one."""
    if not agreement.is_listed:
        return None
    today = timezone.localdate()
    first = [agreement.signed_first, agreement.effective_first, agreement.announced_first]
    last = [agreement.signed_first, agreement.ends_last]
    named = agreement.partners()[:1]
    return RegisterEntry(
        agreement=agreement,
        number=agreement.number,
        urgency=URGENCY[agreement.status_on(today).look],
        ends=agreement.ends_last or datetime.date.max,
        signed=agreement.signed_last or datetime.date.min,
        **{
            languages.column("partner", code): _sorting(named[0].name_in(code)) if named else ""
            for code in languages.CODES
        },
        field_order=_order_of(agreement.field),
        first_day=min(filter(None, first), default=None),
        last_day=max(filter(None, last), default=None),
        stale_from=_stale_from(agreement, today),
    )


def _sorting(name):
    """A name as lists sort it: Chinese by its reading."""
    return ("".join(syllables(name)) or key(name))[:NAME_LENGTH]


def _order_of(field):
    return NO_FIELD if field is None else field.order


def _stale_from(agreement, today):
    parties = agreement.parties.all()
    days = [day for one in parties for day in (one.joined_on, one.left_on) if day and day > today]
    return min(filter(None, [next_change(agreement, today), *days]), default=None)


_COLUMNS = [f.name for f in RegisterEntry._meta.concrete_fields if not f.primary_key]


def _write(kind, entries):
    gone = [pk for pk, one in entries.items() if one is None]
    RegisterEntry.objects.filter(pk__in=gone).delete()
    RegisterEntry.objects.bulk_create(
        filter(None, entries.values()),
        update_conflicts=True,
        unique_fields=["agreement"],
        update_fields=_COLUMNS,
    )


def _differences(kind, entries):
    stored = {row.pk: _values(row) for row in RegisterEntry.objects.filter(pk__in=list(entries))}
    wanted = {pk: _values(one) for pk, one in entries.items() if one}
    return {pk for pk in entries if stored.get(pk) != wanted.get(pk)}


def _values(row):
    return [getattr(row, name) for name in _COLUMNS]


def reindex(pks):
    """What bulk changes must call, for they send no signal."""
    registry.FURTHER[KIND].reindex(pks)


def stale(today):
    """The keys of what may have changed by itself since it was written."""
    return RegisterEntry.objects.filter(stale_from__lte=today).values_list("pk", flat=True)


def indexes():
    """Those that tell of an agreement what changes with the day: its parties and its status.

    The register's own is the last one: it alone remembers what is stale.
    """
    return documents.KINDS["agreement"], registry.FURTHER[KIND]


def refresh(today):
    pks = list(stale(today))
    for index in indexes():
        index.refresh(pks)
