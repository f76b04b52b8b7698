"""What stands in a form, saved or not: its rows exist within a transaction that is undone."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from modeltranslation.fields import TranslationField

from publishing.editorial.exceptions import Refused

# What an input that no check has let through may raise on its way into a table.
UNFIT = (DatabaseError, ValidationError, ValueError, TypeError)


@contextmanager
def undone():
    """Nothing of what happens inside is kept: no row, no revision, no new generation."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def row_of(model_admin, request, item=None):
    """The row that the submitted form describes, with its parts, as far as it can be stored.

    Call it within ``undone()``. What is not valid stays as it was, save texts, which are shown as
    typed. Raises Refused where not even that can be stored.
    """
    form_class = model_admin.get_form(request, item, change=item is not None)
    form = form_class(request.POST, instance=item)
    form.is_valid()
    row = form.instance
    if item is None:
        row.created_by = request.user
    _store(row, form)
    form._save_m2m()
    formsets, _inlines = model_admin._create_formsets(request, row, change=item is not None)
    for formset in formsets:
        _store_parts(formset)
    return row


def _store(row, form):
    """Without the facts that are not valid; else, where they do not fit together, without any."""
    model = type(row)
    known = model.with_copies.filter(pk=row.pk).first() or model()
    wrong = [field for field in model._meta.concrete_fields if field.name in form.errors]
    for field in wrong:
        if isinstance(field, TranslationField) and isinstance(field, _TEXTS):
            typed = form.data.get(form.add_prefix(field.name), "")
            setattr(row, field.attname, typed.replace("\x00", "")[: field.max_length])
        else:
            setattr(row, field.attname, getattr(known, field.attname))
    try:
        with transaction.atomic():
            row.save()
    except UNFIT:
        _store_texts(row, known)


_TEXTS = (models.CharField, models.TextField)


def _store_texts(row, known):
    for field in type(row)._meta.concrete_fields:
        if not isinstance(field, TranslationField) and not field.primary_key:
            setattr(row, field.attname, getattr(known, field.attname))
    try:
        with transaction.atomic():
            row.save()
    except UNFIT as error:
        raise Refused(str(error)) from error


def _store_parts(formset):
    formset.is_valid()
    for form in formset.forms:
        leaves = formset.can_delete and form.data.get(form.add_prefix("DELETE"))
        try:
            with transaction.atomic():
                if leaves and form.instance.pk:
                    form.instance.delete()
                elif not leaves and form.has_changed() and form.is_valid():
                    _store_part(formset, form)
        except UNFIT:
            continue


def _store_part(formset, form):
    if form.instance.pk:
        formset.save_existing(form, form.instance)
    else:
        formset.save_new(form)
