"""Records with texts in two languages, in forms and in tables of rows."""

from csp.decorators import csp_update
from django.contrib import admin
from django.db import models
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from js_asset import Media
from modeltranslation.fields import TranslationField

from publishing.cache.admin import BumpingAdminMixin
from publishing.editorial import languages
from publishing.editorial.admin.choosers import KeyChoices, KnownChoices
from publishing.editorial.admin.onelanguage import narrowed
from publishing.editorial.admin.recording import AuditedDeletionMixin
from publishing.editorial.admin.rowlimits import LimitedInlineFormSet, LimitedListMixin
from publishing.editorial.forms import column_label
from publishing.editorial.languages import columns


def both(*names):
    """Rows of a fieldset with the two languages of each field side by side."""
    return [columns(name) for name in names]


class BilingualFields:
    """Labels and ``lang`` of the two columns of a translated field."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, TranslationField):
            field.label = column_label(db_field)
            field.widget.attrs["lang"] = languages.TAGS[db_field.language]
        return field

    @narrowed
    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj)

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **self._labels() | kwargs)

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, **self._labels() | kwargs)

    def _labels(self):
        """Names of the columns where they are only shown; no form field tells them there."""
        columns = [f for f in self.model._meta.fields if isinstance(f, TranslationField)]
        return {"labels": {column.name: column_label(column) for column in columns}}


# The style sheet that the text editor (TipTap, by way of django-prose-editor) writes into the
# page. The policy admits exactly this text; a test fails when an upgrade changes it.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


@method_decorator(csp_update({"style-src": [EDITOR_STYLE]}), name="changeform_view")
class BilingualAdmin(
    AuditedDeletionMixin,
    LimitedListMixin,
    BumpingAdminMixin,
    BilingualFields,
    KeyChoices,
    admin.ModelAdmin,
):
    """Any record with texts in two languages."""

    def render_change_form(self, request, context, *args, **kwargs):
        media = context["media"]
        if getattr(media, "_importmap", None) is not None:
            # The text editor's import map is inline by nature; the policy admits it by nonce.
            context["media"] = Media.from_media(media, nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


class OncePerItem(LimitedInlineFormSet):
    """Rows that say the same twice are refused in the words of the model's constraint."""

    def get_unique_error_message(self, unique_check):
        for constraint in self.model._meta.total_unique_constraints:
            if set(constraint.fields) == set(unique_check):
                return constraint.violation_error_message
        return super().get_unique_error_message(unique_check)


class NamedDeletion(OncePerItem):
    """The box that deletes a row says so to those who do not see the head of its column."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Delete")


class NamedCells:
    """For tables of fields: each field carries the name that stands at the head of its column."""

    formset = NamedDeletion

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = field.label
        return field


class BilingualInline(NamedCells, KnownChoices, BilingualFields, admin.TabularInline):
    extra = 0
