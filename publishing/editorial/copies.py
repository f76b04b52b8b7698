"""Working copies: how a change of what the public sees begins, and how it goes live or away."""

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.editorial import (
    audit,
    autosaves,
    gate,
    history,
    languages,
    policy,
    slugs,
    traversal,
)
from publishing.editorial.exceptions import Refused
from publishing.editorial.languages import column
from publishing.editorial.models import Publishable, Stage, State
from publishing.editorial.records import ChangeNote, Revision
from publishing.editorial.steps import locked, save, set_columns


def publishable_models() -> list[type[Publishable]]:
    return [model for model in apps.get_models() if issubclass(model, Publishable)]


@transaction.atomic
def open_copy(*, item: Publishable, user=None) -> Publishable:
    """The item's working copy: the one that is open, else a new one that says what is live."""
    live = locked(item.item)
    if not live.has_been_public_or_is_due():
        raise Refused(_("A draft is changed directly; it needs no working copy."))
    if user is not None and not policy.may_open_copy(user, live):
        raise Refused(_("You may not change this item."))
    if copy := live.open_copy():
        return copy
    data = traversal.snapshot(live)
    history.found(live, data)
    copy = type(live)(live=live, slug=live.slug, created_by=user)
    for code in languages.CODES:
        if live.state(code) == State.DRAFT:
            set_columns(copy, code, stage=live.stage(code))
    traversal.fill(data, copy)
    copy.save()
    traversal.write_rows(data, copy)
    copy.derive_freshness()
    audit.record(audit.Action.OPEN, user=user, item=live)
    return copy


@transaction.atomic
def discard_copy(*, item: Publishable, user=None) -> Publishable:
    """Throw the working copy away; returns the live row, which nobody sees change."""
    copy = locked(item)
    if not copy.is_copy or (user is not None and not policy.may_change(user, copy)):
        raise Refused(_("You may not discard this working copy."))
    ChangeNote.objects.of(copy).waiting().delete()
    audit.record(audit.Action.DISCARD, user=user, item=copy.live)
    if user is not None:
        autosaves.Autosave.objects.of(user, type(copy), copy.item_id).delete()
    copy.delete()
    return copy.live


def tells_readers(copy: Publishable, language: str) -> bool:
    """Whether publishing changes a text that readers know, so that they are owed a note."""
    first = getattr(copy.item, column("first_published", language))
    return copy.is_copy and first is not None and first <= timezone.now()


def schedule(copy: Publishable, language: str, *, at, note: str, minor: bool) -> None:
    """``copy`` is locked. Its change goes live at ``at``, whoever is at work then."""
    set_columns(copy, language, state=State.PUBLISHED, stage=Stage.APPROVED, publish_at=at)
    ChangeNote.objects.of(copy).waiting().filter(language=language).delete()
    if tells_readers(copy, language):
        ChangeNote.objects.record(copy, language=language, note=note, is_minor=minor)
    save(copy)


def unschedule(copy: Publishable, language: str, *, stage=Stage.APPROVED) -> None:
    """``copy`` is locked. Takes its schedule back, without saving the row."""
    set_columns(copy, language, state=State.DRAFT, publish_at=None, stage=stage)
    ChangeNote.objects.of(copy).waiting().filter(language=language).delete()


def go_live(copy: Publishable, language: str, *, note: str, minor: bool, user=None) -> Revision:
    """Put one language, and all that is shared, onto the live row. ``copy`` is locked.

    Only what the traversal knows is written: counters and the row's identity are elsewhere.
    """
    live, now = copy.live, timezone.now()
    data, former, moved = traversal.snapshot(copy), live.slug, live.has_been_public()
    told = tells_readers(copy, language)
    _announce(live, language, now, told=told, minor=minor)
    traversal.fill(data, live, [language])
    save(live)
    traversal.write_rows(data, live, [language])
    live.derive_freshness()
    if moved and live.slug != former:
        slugs.leave(live, former)
        audit.record(audit.Action.MOVE, user=user, item=live, detail=f"{former} > {live.slug}")
    ChangeNote.objects.of(live).waiting().filter(language=language).delete()
    if told:
        ChangeNote.objects.record(live, language=language, at=now, note=note, is_minor=minor)
    unschedule(copy, language, stage=Stage.WRITING)
    _close_or_keep(copy)
    return history.write(
        live,
        traversal.snapshot(live),
        kind=history.Kind.PUBLISHED,
        user=user,
        languages=[language],
        note=note,
    )


def _announce(live, language, now, *, told, minor):
    """The publication columns of a language that goes live at this moment."""
    if not live.is_public(language, at=now):
        set_columns(live, language, publish_at=now)
    expiry = getattr(live, column("expire_at", language))
    if expiry is not None and expiry <= now:
        set_columns(live, language, expire_at=None)
    if not told:
        set_columns(live, language, first_published=now)
    if not (told and minor):
        set_columns(live, language, last_updated=now)
    set_columns(live, language, state=State.PUBLISHED, stage=Stage.APPROVED, replacement="")


def _close_or_keep(copy):
    """A copy stays until it says what is live, and while a language of it is scheduled."""
    live = copy.live
    same = not traversal.differences(type(live), traversal.snapshot(live), traversal.snapshot(copy))
    if not same or copy.has_been_public_or_is_due():
        copy.save()
        return
    copy.delete()


def publish_due() -> int:
    """Let every scheduled change whose instant has come go live; returns how many did.

    For cron and for any process before it renders a page past the instant: each copy is applied
    in its own transaction, under a lock, so that two callers apply it once.
    """
    applied = 0
    for model in publishable_models():
        for copy in list(model.with_copies.due_copies(timezone.now())):
            applied += _publish_due_copy(copy)
    return applied


@transaction.atomic
def _publish_due_copy(item) -> int:
    applied, now = 0, timezone.now()
    for code in languages.CODES:
        try:
            copy = locked(item)
        except Refused:
            break
        if copy.state(code) == State.PUBLISHED and copy.publish_at(code) <= now:
            applied += _apply_due(copy, code)
    return applied


def _apply_due(copy, language) -> int:
    """What cannot be published any more goes back to its editors; it is not tried for ever."""
    waiting = ChangeNote.objects.of(copy).waiting().filter(language=language).first()
    note, minor = (waiting.note, waiting.is_minor) if waiting else ("", True)
    try:
        with transaction.atomic():
            if missing := gate.problems(copy, language):
                raise Refused(*missing)
            revision = go_live(copy, language, note=note, minor=minor)
    except Refused as refusal:
        copy = locked(copy)
        unschedule(copy, language, stage=Stage.IN_REVIEW)
        copy.save()
        audit.record(audit.Action.UNSCHEDULE, item=copy, language=language, detail=str(refusal))
        return 0
    audit.record(audit.Action.PUBLISH, item=copy.live, language=language, revision=revision.number)
    return 1
