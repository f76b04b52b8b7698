"""Autocomplete fields: no question for each row of a form, and none that no list offered."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db import models


class KnownSelect(AutocompleteSelect):
    """Shows the choice that the row brought along; asks only for one that it does not know."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Key to label of what is chosen.
        self.known = {}

    def optgroups(self, name, value, attr=None):
        chosen = [str(key) for key in value if _is_key(key)]
        if any(key not in self.known for key in chosen):
            return super().optgroups(name, chosen, attr)
        empty = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options = [
            self.create_option(name, key, self.known[key], True, index)
            for index, key in enumerate(chosen, start=len(empty))
        ]
        return [(None, [*empty, *options], 0)]


class KnownSelectMultiple(AutocompleteSelectMultiple):
    """Asks for nothing but keys, so that the form can tell of what else was sent."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [key for key in value if _is_key(key)], attr)


def _is_key(value) -> bool:
    """Whether the database can be asked for it: what was sent by hand may be any text."""
    text = str(value)
    return text.isascii() and text.isdecimal() and len(text) <= 18


class RowForm(forms.ModelForm):
    """The form of a row; its foreign keys must come with the row (``select_related``)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            select = getattr(field.widget, "widget", field.widget)
            if not isinstance(select, KnownSelect):
                continue
            column = self._meta.model._meta.get_field(name)
            key = getattr(self.instance, column.attname)
            if key is not None and column.is_cached(self.instance):
                select.known = {str(key): str(getattr(self.instance, name))}


class KeysField(forms.ModelMultipleChoiceField):
    """Refuses what is no key before a database does: SQLite breaks on numbers of 20 digits."""

    def clean(self, value):
        if isinstance(value, list | tuple):
            value = [key if _is_key(key) else f"?{key}" for key in value]
        return super().clean(value)


class KeyChoices:
    """Fields of keys that a hand-made form cannot break."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request) and "widget" not in kwargs:
            kwargs["widget"] = KnownSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request) and "widget" not in kwargs:
            kwargs["widget"] = KnownSelectMultiple(
                db_field, self.admin_site, using=kwargs.get("using")
            )
        return super().formfield_for_manytomany(
            db_field, request, **{"form_class": KeysField} | kwargs
        )


class KnownChoices(KeyChoices):
    """For inlines: their autocomplete foreign keys cost one query for all rows together."""

    form = RowForm

    def get_queryset(self, request):
        chosen = [
            name
            for name in self.get_autocomplete_fields(request)
            if isinstance(self.model._meta.get_field(name), models.ForeignKey)
        ]
        rows = super().get_queryset(request)
        return rows.select_related(*chosen) if chosen else rows
