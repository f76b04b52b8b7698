"""Who may do what with a publishable item. Every door asks here: form, action, command.

Author: writes and submits drafts and working copies. Editor: also sends on what is in review.
Publisher: publishes, withdraws, and takes away what the public sees.
"""

from django.contrib.auth import get_permission_codename

from publishing.editorial.models import Stage, State
from publishing.editorial.records import Revision


def _has(user, action: str, model) -> bool:
    meta = model._meta
    return user.has_perm(f"{meta.app_label}.{get_permission_codename(action, meta)}")


def may_approve(user, model) -> bool:
    return _has(user, "approve", model)


def may_publish(user, model) -> bool:
    return _has(user, "publish", model)


def may_force(user, model) -> bool:
    return _has(user, "force", model)


def may_publish_item(user, item) -> bool:
    return may_publish(user, type(item))


def may_comment(user, item) -> bool:
    """Whoever may read a draft may say something about it."""
    return may_see_history(user, item)


def may_share(user, item) -> bool:
    """Who may show a text to somebody without an account: whoever writes such texts."""
    return _has(user, "change", type(item))


def is_author(user, item, language: str) -> bool:
    """Who began the draft or copy, or wrote its language last: the text is theirs."""
    if item.created_by_id == user.pk:
        return True
    saves = Revision.objects.of(item).filter(kind=Revision.Kind.SAVED)
    last = saves.filter(languages__contains=language).values_list("user", flat=True).first()
    return last == user.pk


def is_own_unreviewed(user, item, language: str) -> bool:
    """Publishing would approve one's own text: that needs the right to force, and a reason."""
    return item.stage(language) != Stage.APPROVED and is_author(user, item, language)


def may_change(user, item) -> bool:
    """Who may save the form of this row.

    A live row's form is its publication; its texts change in a working copy. What is scheduled
    changes only in a publisher's hands, because a change takes the schedule back.
    """
    if not _has(user, "change", type(item)):
        return False
    return may_publish(user, type(item)) or not item.has_been_public_or_is_due()


def may_open_copy(user, item) -> bool:
    return _has(user, "change", type(item)) and item.item.has_been_public_or_is_due()


def may_see(user, model) -> bool:
    return _has(user, "view", model) or _has(user, "change", model)


def may_see_history(user, item) -> bool:
    return may_see(user, type(item))


def may_delete(user, item) -> bool:
    """What was once public is withdrawn or unpublished, never deleted by an author.

    A working copy goes with its item; to discard it alone is another door.
    """
    if not _has(user, "delete", type(item)):
        return False
    return may_publish(user, type(item)) or not item.item.has_been_public_or_is_due()


def possible_steps(user, item, language: str) -> list[str]:
    """The steps of ``services.STEPS`` that ``user`` may take now, in the order of work."""
    state, stage = item.state(language), item.stage(language)
    steps = []
    if state in (State.DRAFT, State.UNPUBLISHED):
        if stage == Stage.WRITING:
            steps.append("submit")
        if stage == Stage.IN_REVIEW and may_approve(user, type(item)):
            steps += ["approve", "send_back"]
        if stage == Stage.APPROVED and may_approve(user, type(item)):
            steps.append("send_back")
    if may_publish(user, type(item)):
        if state != State.PUBLISHED:
            steps.append("publish")
        elif item.is_scheduled(language):
            steps += ["publish", "unschedule"]
        if not item.is_copy and not item.is_scheduled(language):
            if state == State.PUBLISHED:
                steps.append("withdraw")
            if state in (State.PUBLISHED, State.WITHDRAWN):
                steps.append("unpublish")
    return steps
