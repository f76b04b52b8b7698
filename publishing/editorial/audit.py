"""The one door by which the audit is written."""

from publishing.editorial.records import AuditEvent, item_id

Action = AuditEvent.Action


def record(action, *, user=None, item=None, language="", revision=None, detail="") -> AuditEvent:
    """``item`` is any row, a publishable one named by its live row; ``user`` None: the system."""
    event = AuditEvent(action=action, language=language, revision=revision, detail=detail)
    if user is not None and user.pk:
        event.user_id, event.user_name = user.pk, user.get_username()
    if item is not None:
        event.kind = item._meta.label_lower
        event.object_id = item_id(item)
        event.title = str(item)
    event.save()
    return event
