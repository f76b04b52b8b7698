"""Who may do what with a publishable item. Every door asks here: form, action, command.

Author: writes and submits what is not public yet. Editor: also sends on what is in review.
Publisher: publishes, and changes what the public already sees.
"""

from django.contrib.auth import get_permission_codename

from publishing.editorial.models import Stage, State


def _has(user, action: str, model) -> bool:
    meta = model._meta
    return user.has_perm(f"{meta.app_label}.{get_permission_codename(action, meta)}")


def may_approve(user, model) -> bool:
    return _has(user, "approve", model)


def may_publish(user, model) -> bool:
    return _has(user, "publish", model)


def may_change(user, item) -> bool:
    """Text that has been public in any language changes only in a publisher's hands."""
    if not _has(user, "change", type(item)):
        return False
    return may_publish(user, type(item)) or not item.has_been_public_or_is_due()


def may_delete(user, item) -> bool:
    """What was once public is withdrawn or unpublished, never deleted by an author."""
    if not _has(user, "delete", type(item)):
        return False
    return may_publish(user, type(item)) or not item.has_been_public_or_is_due()


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
        if state == State.PUBLISHED and not item.is_scheduled(language):
            steps.append("withdraw")
        if state in (State.PUBLISHED, State.WITHDRAWN) and not item.is_scheduled(language):
            steps.append("unpublish")
    return steps
