"""Sign-ins and changes of rights, as the audit tells them."""

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Permission
from django.utils.translation import pgettext_lazy

from publishing.editorial import audit

# What Django and ``Publishable`` give rights to.
ACTIONS = {
    "add": pgettext_lazy("right", "add"),
    "change": pgettext_lazy("right", "change"),
    "delete": pgettext_lazy("right", "delete"),
    "view": pgettext_lazy("right", "view"),
    "approve": pgettext_lazy("right", "approve"),
    "publish": pgettext_lazy("right", "publish"),
    "force": pgettext_lazy("right", "approve one's own text, with a reason"),
}
_FLAGS = ("is_active", "is_staff", "is_superuser")


def record_sign_in(user):
    audit.record(audit.Action.SIGN_IN, user=user)


def record_failed_sign_in(name: str):
    """A name that belongs to nobody is not kept: it may be a password."""
    users = get_user_model()._default_manager
    user = users.filter(**{users.model.USERNAME_FIELD: name}).first()
    detail = "" if user else "unknown account"
    audit.record(audit.Action.SIGN_IN_FAILED, user=user, detail=detail)


def rights_of(row) -> set[str]:
    """What a user or a group may do, as words; the row as the database knows it."""
    if row.pk is None:
        return set()
    stored = type(row)._default_manager.get(pk=row.pk)
    rights = {name for name in _FLAGS if getattr(stored, name, False)}
    if hasattr(stored, "groups"):
        rights |= {f"group {name}" for name in stored.groups.values_list("name", flat=True)}
    own = stored.permissions if hasattr(stored, "permissions") else stored.user_permissions
    labels = own.values_list("content_type__app_label", "codename")
    return rights | {f"{app}.{codename}" for app, codename in labels}


class RightsField(forms.ModelMultipleChoiceField):
    """Django keeps the names of rights in English; here they read in the language of the desk."""

    def label_from_instance(self, right):
        action, _line, model = right.codename.rpartition("_")
        if action not in ACTIONS or model != right.content_type.model:
            return super().label_from_instance(right)
        return f"{right.content_type} | {ACTIONS[action]}"


class AuditedRights:
    """For the admins of users and groups: what a save gave and took away."""

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.related_model is Permission:
            kwargs["form_class"] = RightsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        form.rights_before = rights_of(obj)
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        before, after = form.rights_before, rights_of(form.instance)
        changes = [f"+{right}" for right in sorted(after - before)]
        changes += [f"-{right}" for right in sorted(before - after)]
        if changes or not change:
            self.record(request, audit.Action.RIGHTS, form.instance, " ".join(changes))

    def delete_model(self, request, obj):
        self.record(request, audit.Action.DELETE, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for row in queryset:
            self.delete_model(request, row)

    def record(self, request, action, row, detail=""):
        audit.record(action, user=request.user, item=row, detail=detail)


class AuditedUserAdmin(AuditedRights, UserAdmin):
    def user_change_password(self, request, id, form_url=""):
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            user = self.get_object(request, id)
            self.record(request, audit.Action.RIGHTS, user, "password")
        return response


class AuditedGroupAdmin(AuditedRights, GroupAdmin):
    pass
