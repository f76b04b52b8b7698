"""Whom of a partner one has met: in events and releases, and under agreements, as printed then."""

import datetime
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, prefetch_related_objects

from partners.models import Agreement, Participation, Post, Signature
from publishing.editorial import languages, targets

READ, SHOWN = 300, 24


@dataclass(frozen=True)
class Met:
    name: str
    title: str
    where: str
    href: str
    day: datetime.date | None


def people_met(institution, *, shown: int = SHOWN) -> list[Met]:
    """People with public names, the one met last first; each as on the last occasion."""
    language = languages.active()
    found = [*_took_part(institution, language), *_signed(institution, language)]
    found.sort(key=lambda pair: pair[1].day or datetime.date.min, reverse=True)
    latest = {}
    for key, met in found:
        if met.name:
            latest.setdefault(key, met)
    return list(latest.values())[:shown]


def _took_part(institution, language):
    """In what the public may read in this language."""
    readable = Q(pk__in=[])
    for page in targets.pages().values():
        if hasattr(page.model, "day_of_people"):
            kind = ContentType.objects.get_for_model(page.model)
            rows = page.public(page.model._default_manager.all(), language)
            readable |= Q(target_type=kind, target_id__in=rows.values("pk"))
    posts = Post.objects.filter(institution=institution)
    of_it = Q(institution=institution) | Q(person__in=posts.values("person"))
    people = Participation.objects.filter(of_it, readable, person__is_public=True)
    rows = list(people.for_display().prefetch_related("target").order_by("-pk")[:READ])
    agreements = [row.target for row in rows if isinstance(row.target, Agreement)]
    prefetch_related_objects(agreements, "kind", "parties__institution")
    for row in rows:
        yield (
            row.person_id,
            Met(
                row.name_in(language),
                row.title_in(language),
                _title(row.target, language),
                row.target.get_absolute_url(),
                row.target.day_of_people,
            ),
        )


def _title(target, language):
    if isinstance(target, Agreement):
        return target.headline(language)
    return target.title_in(language)


def _signed(institution, language):
    """Signatures without a person on record are told apart by the printed name."""
    level = Agreement.PublicLevel
    rows = Signature.objects.filter(
        Q(person__is_public=True) | Q(person=None),
        party__institution=institution,
        party__agreement__public_level__in=(level.SUMMARY, level.FULL),
    )
    rows = rows.select_related("person", "party__agreement__kind").order_by("-date_last", "-pk")
    rows = rows.prefetch_related("party__agreement__parties__institution")
    for row in rows[:READ]:
        agreement = row.party.agreement
        yield (
            row.person_id or row.name_in(language),
            Met(
                row.name_in(language),
                languages.text(row, "printed_title", language),
                agreement.headline(language),
                agreement.get_absolute_url(),
                row.date_last or agreement.signed_last,
            ),
        )
