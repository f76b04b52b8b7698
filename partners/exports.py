"""Agreements and institutions as CSV and JSON, row by row, in both languages."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import StreamingHttpResponse

from partners.models import Agreement, Institution
from partners.register import status_of
from publishing.editorial import languages
from publishing.exchange.downloads import csv_download


def as_csv(name: str, columns: Iterable[str], records: Iterable[dict]) -> StreamingHttpResponse:
    columns = list(columns)
    cells = ([_flat(record[column]) for column in columns] for record in records)
    return csv_download(name, columns, cells)


def _flat(value) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


AGREEMENT_COLUMNS = (
    "number",
    "kind",
    *languages.columns("title", "parties", "field"),
    "signed",
    "effective",
    "ends",
    "no_end_agreed",
    "sample_term",
    "announced",
    "status",
    "address",
)


def agreement_records(agreements: Iterable[Agreement]) -> Iterator[dict]:
    return map(agreement_record, agreements)


def agreement_record(agreement: Agreement) -> dict:
    record = {
        "number": agreement.number,
        "kind": agreement.kind_id,
        "signed": agreement.signed,
        "effective": agreement.effective,
        "ends": agreement.ends,
        "no_end_agreed": agreement.is_evergreen,
        "sample_term": agreement.terms_are_sample,
        "announced": agreement.announced,
        "status": status_of(agreement).value,
        "address": settings.PORTAL_BASE_URL + agreement.get_absolute_url(),
    }
    parties = agreement.partners()
    for code in languages.CODES:
        field = languages.text(agreement.field, "name", code) if agreement.field else ""
        record |= {
            languages.column("title", code): languages.text(agreement, "title", code),
            languages.column("parties", code): [party.name_in(code) for party in parties],
            languages.column("field", code): field,
        }
    return {column: record[column] for column in AGREEMENT_COLUMNS}


INSTITUTION_COLUMNS = (
    "slug",
    *languages.columns("name", "city"),
    "country",
    "types",
    *languages.columns("website"),
    "established",
    "agreements",
    "address",
)


def institution_records(institutions: Iterable[Institution]) -> Iterator[dict]:
    """Needs ``types``, ``city`` and ``agreement_count`` on each institution."""
    for institution in institutions:
        record = {
            "slug": institution.slug,
            "country": institution.country.code or "",
            "types": [type_.code for type_ in institution.types.all()],
            "established": institution.established,
            "agreements": institution.agreement_count,
            "address": settings.PORTAL_BASE_URL + institution.get_absolute_url(),
        }
        for code in languages.CODES:
            city = languages.text(institution.city, "name", code) if institution.city else ""
            record |= {
                languages.column("name", code): languages.text(institution, "name", code),
                languages.column("city", code): city,
                languages.column("website", code): languages.text(institution, "website", code),
            }
        yield {column: record[column] for column in INSTITUTION_COLUMNS}
