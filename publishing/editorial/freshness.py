"""Whether a translation still says what its source says, field by field.

A confirmation binds one source text to one translation by their fingerprints, whichever row holds
them: a translation is out of date when it was confirmed, but never for the source text that now
stands beside it. A restored pair is current again without anybody's doing.
"""

import hashlib
from functools import cache

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Value
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


def fields(model, apart: tuple[str, ...] = ()) -> list[str]:
    """The texts that are translated; the public notice belongs to its language alone."""
    kept = getattr(model, "per_language", ())
    return [name for name in traversal.shape(model, apart).texts if name not in kept]


@cache
def parts(model) -> list[tuple[str, traversal.Part, list[str]]]:
    """The owned rows that have texts: by which relation, in which table, which texts."""
    found = [(name, traversal.part(model, name)) for name in traversal.shape(model).owned]
    named = [(name, part, fields(part.model, part.apart)) for name, part in found]
    return [(name, part, texts) for name, part, texts in named if texts]


def target_language(item) -> str:
    return languages.other(item.source_language)


# A text is named by its field or, in an owned row, by relation, key and field: "quotes.<key>.text".
# Pairs are {name: (source text, translation)}, where there is a translation.


def _path(accessor, key, name) -> str:
    return f"{accessor}.{key}.{name}"


def _pairs(item) -> dict[str, tuple[str, str]]:
    """Of the row in memory and of its parts in the database."""
    source, target = item.source_language, target_language(item)
    texts = {
        name: tuple(languages.text(item, name, code) for code in (source, target))
        for name in fields(type(item))
    }
    return _translated(texts | _pairs_of_parts(item, source, target))


def _translated(texts):
    return {name: pair for name, pair in texts.items() if fingerprint(pair[1])}


def _pairs_of_parts(item, source, target):
    """One query, whatever parts there are.

    By plain querysets: those of modeltranslation change the order of columns that a union needs.
    """
    if item.pk is None:
        return {}
    queries = [
        models.QuerySet(part.model)
        .filter(**part.link(item))
        .order_by()
        .annotate(part_of=Value(accessor), text_of=Value(name))
        .values_list("part_of", "key", "text_of", column(name, source), column(name, target))
        for accessor, part, names in parts(type(item))
        for name in names
    ]
    if not queries:
        return {}
    # Django 6.1 gives a union the order of its model back, which names no column of this one.
    rows = queries[0].union(*queries[1:], all=True).order_by()
    return {_path(a, key, name): (s or "", t or "") for a, key, name, s, t in rows}


def _pairs_in(model, data, source, target) -> dict[str, tuple[str, str]]:
    """The same of a snapshot."""

    def pair(entry, name):
        said = entry["texts"].get(name, {})
        return said.get(source) or "", said.get(target) or ""

    texts = {name: pair(data, name) for name in fields(model)}
    for accessor, _part, names in parts(model):
        for entry in data["owned"].get(accessor, ()):
            texts |= {_path(accessor, entry["key"], name): pair(entry, name) for name in names}
    return _translated(texts)


def outdated(item) -> dict[str, int]:
    """Texts whose source has changed, each with its latest confirmation. Two queries at most."""
    pairs = _pairs(item) if item.pk else {}
    if not pairs:
        return {}
    prints = {name: tuple(map(fingerprint, pair)) for name, pair in pairs.items()}
    known = FieldConfirmation.objects.of(item).filter(
        language=target_language(item), target__in={target for _source, target in prints.values()}
    )
    latest, current = {}, set()
    for pk, name, source, target in known.order_by("pk").values_list(
        "pk", "field", "source", "target"
    ):
        if name in prints and prints[name][1] == target:
            latest[name] = pk
            if prints[name][0] == source:
                current.add(name)
    return {name: pk for name, pk in latest.items() if name not in current}


def former_sources(item) -> dict[str, str]:
    """For each text that is out of date: the source text that its translation was made from."""
    stale = outdated(item)
    texts = FieldConfirmation.objects.filter(pk__in=stale.values()) if stale else ()
    return {confirmation.field: confirmation.source_text for confirmation in texts}


def _confirm(item, pairs: dict[str, tuple[str, str]], target: str, user) -> None:
    """These translations say what their sources say."""
    FieldConfirmation.objects.bulk_create(
        [
            FieldConfirmation(
                content_type=ContentType.objects.get_for_model(item),
                object_id=item.item_id,
                field=name,
                language=target,
                source=fingerprint(text),
                target=fingerprint(translation),
                source_text=text,
                user=user,
            )
            for name, (text, translation) in sorted(pairs.items())
        ],
        ignore_conflicts=True,
    )


def note_save(item, said: dict, data: dict, *, still_correct=(), user=None) -> None:
    """Write down what a save says about the translation; ``said`` and ``data`` are snapshots.

    Who writes a translation has the source before their eyes. Where only the source changed, the
    pair that was there before counts as confirmed, if nothing else is known of it.
    """
    model = type(item)
    source, target = item.source_language, target_language(item)
    before_source = said["facts"].get("source_language") or source
    before_target = languages.other(before_source)
    before = _pairs_in(model, said, before_source, before_target)
    there, now = (_pairs_in(model, which, source, target) for which in (said, data))
    written = {name for name, pair in now.items() if there.get(name, ("", ""))[1] != pair[1]}
    moved = {name for name, pair in now.items() if there.get(name, pair)[0] != pair[0]} - written
    unknown = moved & before.keys() - _confirmed(item, before, before_target)
    _confirm(item, {name: before[name] for name in unknown}, before_target, user)
    agreed = written | (set(still_correct) & now.keys())
    _confirm(item, {name: now[name] for name in agreed}, target, user)


def _confirmed(item, pairs, target) -> set[str]:
    """The texts of whose translation any confirmation is known."""
    prints = {name: fingerprint(translation) for name, (_source, translation) in pairs.items()}
    known = FieldConfirmation.objects.of(item).filter(language=target)
    return {
        name for name, print_ in known.values_list("field", "target") if prints.get(name) == print_
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
