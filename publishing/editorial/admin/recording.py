"""What the audit keeps of records that are edited in place: who made one, opened it, deleted it."""

from publishing.editorial import audit

Action = audit.Action


class AuditedDeletionMixin:
    """For every admin whose rows are deleted at the desk."""

    # Where a service deletes, it tells of it too.
    service_tells = False

    def log_deletions(self, request, queryset):
        for row in () if self.service_tells else queryset:
            audit.record(Action.DELETE, user=request.user, item=row)
        return super().log_deletions(request, queryset)


class AuditedRecordMixin:
    """For the admin of a record without working copies.

    ``audited_facts`` decide who may see the record; ``audited_parts`` says the same of its rows,
    by model.
    """

    audited_facts = ()
    audited_parts = {}

    def save_model(self, request, obj, form, change):
        before = _stored(obj, self.audited_facts)
        super().save_model(request, obj, form, change)
        if before is None:
            audit.record(Action.CREATE, user=request.user, item=obj)
        _tell(request.user, obj, before, obj, self.audited_facts)

    def save_formset(self, request, form, formset, change):
        facts = self.audited_parts.get(formset.model, ())
        rows = [one.instance for one in formset.forms] if facts else []
        before = {id(row): _stored(row, facts) for row in rows}
        super().save_formset(request, form, formset, change)
        for row in rows:
            if row.pk is not None:
                _tell(request.user, form.instance, before[id(row)], row, facts, part=True)
        for row in getattr(formset, "deleted_objects", ()) if facts else ():
            audit.record(
                Action.SHOW, user=request.user, item=form.instance, detail=f"{row}: deleted"
            )


def _stored(row, facts):
    """The facts as the database has them; None for a row that is new."""
    known = type(row)._base_manager.filter(pk=row.pk) if row.pk else ()
    return next(({name: getattr(one, name) for name in facts} for one in known), None)


def _tell(user, item, before, row, facts, *, part=False):
    changes = [
        f"{name} {'' if before is None else before[name]} > {getattr(row, name)}"
        for name in facts
        if before is None or before[name] != getattr(row, name)
    ]
    if changes and (part or before is not None):
        detail = f"{row}: {', '.join(changes)}" if part else ", ".join(changes)
        audit.record(Action.SHOW, user=user, item=item, detail=detail)
