"""The steps of a text from draft to public and away again: one function each.

Every function is atomic, locks the row, checks the right of ``user``, refuses with a translated
sentence (``Refused``) and writes the audit. ``user`` None is the system: commands and imports.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.editorial import (
    audit,
    autosaves,
    copies,
    freshness,
    history,
    languages,
    policy,
    references,
    slugs,
    traversal,
)
from publishing.editorial.comments import Comment
from publishing.editorial.exceptions import Refused
from publishing.editorial.gate import problems
from publishing.editorial.languages import column
from publishing.editorial.links import PreviewLink
from publishing.editorial.models import Publishable, Stage, State
from publishing.editorial.records import ChangeNote, FieldConfirmation, FormerAddress, Revision
from publishing.editorial.replacements import end_of
from publishing.editorial.steps import allowed, locked, save, set_columns

STEPS = ("submit", "approve", "send_back", "publish", "unschedule", "withdraw", "unpublish")
Action = audit.Action


def submit(*, item: Publishable, language: str, user=None) -> Publishable:
    return _step(item, language, user, Action.SUBMIT, stage=Stage.IN_REVIEW)


@transaction.atomic
def approve(*, item: Publishable, language: str, user=None, reason: str = "") -> Publishable:
    """Nobody approves their own text, save with the right to force and a ``reason`` that stays."""
    row = locked(item)
    allowed(row, language, user, Action.APPROVE)
    if user is not None and policy.is_author(user, row, language):
        _needs_force(row, user, reason)
    return _move(row, item, language, user, Action.APPROVE, Stage.APPROVED, reason)


def _needs_force(row, user, reason):
    if not policy.may_force(user, type(row)):
        raise Refused(_("This is your own text: somebody else has to approve it."))
    if not reason.strip():
        raise Refused(_("This is your own text: say why nobody else approves it."))


@transaction.atomic
def send_back(*, item: Publishable, language: str, user=None, reason: str = "") -> Publishable:
    """Back to its author, who reads the ``reason``."""
    row = locked(item)
    allowed(row, language, user, Action.SEND_BACK)
    if user is not None and not reason.strip():
        raise Refused(_("Say why the text goes back: its author reads it."))
    return _move(row, item, language, user, Action.SEND_BACK, Stage.WRITING, reason)


@transaction.atomic
def _step(item, language, user, action, *, stage):
    row = locked(item)
    allowed(row, language, user, action)
    return _move(row, item, language, user, action, stage)


def _move(row, item, language, user, action, stage, reason=""):
    set_columns(row, language, stage=stage)
    save(row)
    audit.record(action, user=user, item=row, language=language, detail=reason.strip())
    return _told(row, item)


@transaction.atomic
def publish(
    *,
    item: Publishable,
    language: str,
    user=None,
    at: datetime | None = None,
    note: str = "",
    minor: bool = False,
    reason: str = "",
) -> Publishable:
    """Make ``language`` public now, or at ``at`` where that lies ahead; returns the row.

    Of a working copy: put its change onto the live row, which is then returned. A change of what
    readers know needs a ``note`` for them in that language, unless it is ``minor``. To publish
    one's own text that nobody has approved needs the right to force, and a ``reason``.
    """
    row = locked(item)
    allowed(row, language, user, "publish")
    if missing := problems(row, language):
        raise Refused(*missing)
    forced = user is not None and policy.is_own_unreviewed(user, row, language)
    if forced:
        _needs_force(row, user, reason)
    note = note.strip()
    if copies.tells_readers(row, language) and not (minor or note):
        raise Refused(
            _("Tell readers in %(language)s what has changed, or call the change minor.")
            % {"language": languages.language_name(language)}
        )
    ahead = at is not None and at > timezone.now()
    revision = None
    if row.is_copy and ahead:
        copies.schedule(row, language, at=at, note=note, minor=minor)
    elif row.is_copy:
        revision = copies.go_live(row, language, note=note, minor=minor, user=user)
    else:
        revision = _publish_row(row, language, at, user)
    audit.record(
        Action.SCHEDULE if ahead else Action.PUBLISH,
        user=user,
        item=row,
        language=language,
        revision=revision.number if revision else None,
        detail=" ".join(filter(None, [at.isoformat() if ahead else "", forced and reason.strip()])),
    )
    _told(row, item)
    return row.live if row.is_copy and not ahead else row


def _publish_row(row, language, at, user):
    now = timezone.now()
    at = at or now
    first = getattr(row, column("first_published", language))
    if first is None or first > now:
        first = at
    set_columns(row, language, state=State.PUBLISHED, stage=Stage.APPROVED, publish_at=at)
    set_columns(row, language, first_published=first, last_updated=at, replacement="")
    save(row)
    data = traversal.snapshot(row)
    return history.write(row, data, kind=history.Kind.PUBLISHED, user=user, languages=[language])


@transaction.atomic
def unschedule(*, item: Publishable, language: str, user=None) -> Publishable:
    """Take back a publication that lies ahead; the text stays approved."""
    row = locked(item)
    allowed(row, language, user, "unschedule")
    if not row.is_scheduled(language):
        raise Refused(_("This language is not scheduled."))
    copies.unschedule(row, language)
    first = getattr(row, column("first_published", language))
    if first is not None and first > timezone.now():
        set_columns(row, language, first_published=None, last_updated=None)
    save(row)
    audit.record(Action.UNSCHEDULE, user=user, item=row, language=language)
    return _told(row, item)


@transaction.atomic
def set_window(
    *,
    item: Publishable,
    language: str,
    embargo_until: datetime | None = None,
    expire_at: datetime | None = None,
    user=None,
) -> Publishable:
    """Until when ``language`` stays hidden although published, and from when it is gone."""
    row = locked(item)
    if row.window(language)[1:] == (embargo_until, expire_at):
        return row
    if row.is_copy or (user is not None and not policy.may_publish_item(user, row)):
        raise Refused(_("This step is not open to you now; reload the page to see the state."))
    set_columns(row, language, embargo_until=embargo_until, expire_at=expire_at)
    save(row)
    detail = " ".join(
        f"{name} {instant.isoformat(timespec='minutes')}"
        for name, instant in (("embargo", embargo_until), ("expiry", expire_at))
        if instant
    )
    audit.record(Action.WINDOW, user=user, item=row, language=language, detail=detail)
    return _told(row, item)


@transaction.atomic
def withdraw(*, item: Publishable, language: str, notice: str = "", user=None) -> Publishable:
    """Keep the page with a notice on top, out of lists and search."""
    row = locked(item)
    allowed(row, language, user, "withdraw")
    _needs_notice(row, language, notice)
    set_columns(row, language, state=State.WITHDRAWN)
    save(row)
    audit.record(
        Action.WITHDRAW, user=user, item=row, language=language, detail=_notice(row, language)
    )
    return _told(row, item)


@transaction.atomic
def unpublish(
    *, item: Publishable, language: str, notice: str = "", replacement: str = "", user=None
) -> Publishable:
    """Remove the page: 410 with the reason, or a redirect to ``replacement``."""
    row = locked(item)
    allowed(row, language, user, "unpublish")
    replacement = replacement.strip()
    if not replacement:
        _needs_notice(row, language, notice)
    elif not is_address(replacement):
        raise Refused(_("A replacement address starts with / or https://."))
    elif replacement == row.get_absolute_url(language):
        raise Refused(_("A text cannot be replaced by itself."))
    elif end_of(replacement) in ("", row.get_absolute_url(language)):
        raise Refused(_("That address leads back to this text."))
    if notice:
        setattr(row, column("notice", language), notice)
    set_columns(
        row, language, state=State.UNPUBLISHED, stage=Stage.WRITING, replacement=replacement
    )
    save(row)
    detail = replacement or _notice(row, language)
    audit.record(Action.UNPUBLISH, user=user, item=row, language=language, detail=detail)
    return _told(row, item)


def is_address(text: str) -> bool:
    """A path of this site or a full web address; never ``//host`` or another scheme."""
    own = text.startswith("/") and not text.startswith(("//", "/\\"))
    return (own or text.startswith(("https://", "http://"))) and not any(c.isspace() for c in text)


@transaction.atomic
def record_save(
    *,
    before: Publishable | None,
    said: dict | None,
    item: Publishable,
    user=None,
    note="",
    still_correct=(),
    kind=Revision.Kind.SAVED,
) -> list[str]:
    """After a staff form was saved, with all its parts: history, approval, translation.

    ``before`` is the row as it was and ``said`` its snapshot; both None for a new item. Returns
    the languages that lost their approval. A save that changed nothing leaves no trace.
    """
    row = locked(item)
    data = traversal.snapshot(row)
    if before is None:
        history.write(row, data, user=user, languages=languages.CODES, note=note, kind=kind)
        return []
    changes = traversal.differences(type(row), said, data)
    freshness.note_save(row, said, data, still_correct=still_correct, user=user)
    dropped = []
    if changes:
        changed = traversal.changed_languages(changes)
        history.found(row, said)
        history.write(row, data, user=user, languages=changed, note=note, kind=kind)
        dropped = [code for code in changed if _drop_approval(row, code)]
    if changes or still_correct:
        row.save()
        item.refresh_from_db()
    return dropped


def _drop_approval(row, language) -> bool:
    """What was approved, or waits for its instant, is not what stands there now."""
    if row.is_scheduled(language):
        copies.unschedule(row, language, stage=Stage.IN_REVIEW)
        return True
    if row.state(language) == State.DRAFT and row.stage(language) == Stage.APPROVED:
        set_columns(row, language, stage=Stage.IN_REVIEW)
        return True
    return False


@transaction.atomic
def restore(*, item: Publishable, number: int, user=None) -> Publishable:
    """Bring back what a revision said: into the working copy or the draft, never live.

    The address stays as it is. Returns the row that now says it.
    """
    revision = Revision.objects.of(item).filter(number=number).first()
    if revision is None:
        raise Refused(_("This revision is no longer there."))
    row = locked(item.item)
    if row.has_been_public_or_is_due():
        row = locked(copies.open_copy(item=row, user=user))
    if user is not None and not policy.may_change(user, row):
        raise Refused(_("You may not change this item."))
    before = type(row).with_copies.get(pk=row.pk)
    said = traversal.snapshot(before)
    facts = {name: value for name, value in revision.data["facts"].items() if name != "slug"}
    traversal.write(revision.data | {"facts": facts}, row)
    record_save(
        before=before,
        said=said,
        item=row,
        user=user,
        note=_("Revision %(number)s") % {"number": number},
        kind=Revision.Kind.RESTORED,
    )
    audit.record(Action.RESTORE, user=user, item=row, revision=number)
    return row


@transaction.atomic
def delete(*, item: Publishable, user=None) -> None:
    """Delete an item with its working copy and history. Its public address is not given again."""
    row = locked(item)
    if row.is_copy or (user is not None and not policy.may_delete(user, row)):
        raise Refused(_("You may not delete this item."))
    references.refuse_if_used(row)
    address, was_public = row.slug, row.has_been_public()
    if was_public:
        slugs.leave(row, address)
    Revision.objects.of(row).delete()
    FieldConfirmation.objects.of(row).delete()
    ChangeNote.objects.of(row).delete()
    Comment.objects.of(row).delete()
    autosaves.forget(row)
    audit.record(Action.DELETE, user=user, item=row, detail=address)
    row.delete()


@transaction.atomic
def forget(item: Publishable) -> None:
    """Remove what the desk keeps about an item that never belonged to the office."""
    for model in (Revision, FieldConfirmation, ChangeNote, FormerAddress, Comment, PreviewLink):
        model.objects.of(item).delete()
    autosaves.forget(item)


def _notice(row, language):
    return languages.text(row, "notice", language).strip()


def _needs_notice(row, language, notice):
    if notice:
        setattr(row, column("notice", language), notice)
    if not _notice(row, language):
        raise Refused(
            _("Write the public notice in %(language)s first: readers will see it.")
            % {"language": languages.language_name(language)}
        )


def _told(row, item):
    """The caller's instance learns what has become of its row."""
    if row.pk is not None:
        item.refresh_from_db()
    return row
