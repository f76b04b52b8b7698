"""Whether a translation still says what its source says, field by field.

A confirmation binds one source text to one translation by their fingerprints, whichever row holds
them: a translation is out of date when it was confirmed, but never for the source text that now
stands beside it. A restored pair is current again without anybody's doing.
"""

import hashlib

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.editorial import languages, traversal
from publishing.editorial.languages import column
from publishing.editorial.records import FieldConfirmation


class Freshness(models.TextChoices):
    MISSING = "missing", _("missing")
    DRAFT = "draft", _("draft")
    MACHINE = "machine", _("machine draft")
    OUTDATED = "outdated", _("out of date")
    CURRENT = "current", _("current")


def fingerprint(text: str | None) -> str:
    """Spacing is no change of what a text says."""
    words = " ".join((text or "").split())
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest() if words else ""


def fields(model) -> list[str]:
    """The texts that are translated; the public notice belongs to its language alone."""
    apart = getattr(model, "per_language", ())
    return [name for name in traversal.shape(model).texts if name not in apart]


def target_language(item) -> str:
    return languages.other(item.source_language)


def _pairs(item):
    """``{field: (fingerprint of the source, of the translation)}`` where there is a translation."""
    source, target = item.source_language, target_language(item)
    pairs = {
        name: tuple(fingerprint(languages.text(item, name, code)) for code in (source, target))
        for name in fields(type(item))
    }
    return {name: pair for name, pair in pairs.items() if pair[1]}


def outdated(item) -> dict[str, int]:
    """Fields whose source has changed, each with its latest confirmation. One query at most."""
    pairs = _pairs(item) if item.pk else {}
    if not pairs:
        return {}
    known = FieldConfirmation.objects.of(item).filter(
        language=target_language(item), target__in={target for _source, target in pairs.values()}
    )
    latest, current = {}, set()
    for pk, name, source, target in known.order_by("pk").values_list(
        "pk", "field", "source", "target"
    ):
        if name in pairs and pairs[name][1] == target:
            latest[name] = pk
            if pairs[name][0] == source:
                current.add(name)
    return {name: pk for name, pk in latest.items() if name not in current}


def former_sources(item) -> dict[str, str]:
    """For each field that is out of date: the source text that its translation was made from."""
    stale = outdated(item)
    texts = FieldConfirmation.objects.filter(pk__in=stale.values()) if stale else ()
    return {confirmation.field: confirmation.source_text for confirmation in texts}


def confirm(item, names, *, user=None) -> None:
    """The translations of these fields say what their sources say now."""
    source, target = item.source_language, target_language(item)
    for name in names:
        text = languages.text(item, name, source)
        FieldConfirmation.objects.get_or_create(
            content_type=ContentType.objects.get_for_model(item),
            object_id=item.item_id,
            field=name,
            language=target,
            source=fingerprint(text),
            target=fingerprint(languages.text(item, name, target)),
            defaults={"source_text": text, "user": user},
        )


def note_save(before, item, changed: set[tuple[str, str]], *, still_correct=(), user=None) -> None:
    """Write down what a save says about the translation.

    ``before`` is the row as it was, ``changed`` the (field, language) pairs that differ now. Who
    writes a translation has the source before their eyes. Where only the source changed, the
    pair that was there before counts as confirmed, if nothing else is known of it.
    """
    target = target_language(item)
    names = fields(type(item))
    written = {name for name, code in changed if code == target and name in names}
    moved = {name for name, code in changed if code == item.source_language} - written
    unknown = moved & _pairs(before).keys() - _confirmed(before)
    confirm(before, sorted(unknown), user=user)
    confirm(item, sorted(written | (set(still_correct) & set(names))), user=user)


def _confirmed(item) -> set[str]:
    """The fields of whose present translation any confirmation is known."""
    present = {name: target for name, (_source, target) in _pairs(item).items()}
    known = FieldConfirmation.objects.of(item).filter(language=target_language(item))
    return {
        name for name, target in known.values_list("field", "target") if present.get(name) == target
    }


def status(item, language: str, *, is_draft: bool) -> Freshness:
    texts = {name: languages.text(item, name, language) for name in fields(type(item))}
    if not any(texts.values()):
        return Freshness.MISSING
    if getattr(item, column("machine", language)):
        return Freshness.MACHINE
    if language != item.source_language:
        if outdated(item):
            return Freshness.OUTDATED
        source = item.source_language
        if any(languages.text(item, name, source) and not text for name, text in texts.items()):
            return Freshness.DRAFT
    return Freshness.DRAFT if is_draft else Freshness.CURRENT


def derive(item) -> set[str]:
    """Bring the stored states of both languages up to date; returns the columns concerned."""
    for code in languages.CODES:
        now = status(item, code, is_draft=item.is_draft(code))
        if now != getattr(item, column("freshness", code)) or item.pk is None:
            setattr(item, column("freshness", code), now)
            owed = None if now == Freshness.CURRENT else timezone.now()
            setattr(item, column("owed_since", code), owed)
    return set(languages.columns("freshness", "owed_since"))
