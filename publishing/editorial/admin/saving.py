"""What a save of the staff form does: the row, its revision, its window, the steps chosen."""

from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from publishing.editorial import clocks, languages, services, steps, traversal
from publishing.editorial.exceptions import Refused
from publishing.editorial.forms.words import outcomes


class SavingMixin:
    def save_model(self, request, obj, form, change):
        form.before = form.said = None
        if not change:
            obj.created_by = request.user
            super().save_model(request, obj, form, change)
        elif self.is_live(obj):
            # Only what this form asks for: somebody may be publishing a change just now.
            names = {field.name for field in obj._meta.concrete_fields} & set(form.changed_data)
            obj.save(update_fields=[*names, "saved_at"])
        else:
            form.before = type(obj).with_copies.get(pk=obj.pk)
            form.said = traversal.snapshot(form.before)
            super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not (change and self.is_live(form.instance)):
            self.record_save(request, form)
        self.set_windows(request, form)
        self.take_steps(request, form)

    def set_windows(self, request, form):
        for code in languages.CODES:
            window = form.window(code)
            if window is None:
                continue
            try:
                row = services.set_window(
                    item=form.instance, language=code, user=request.user, **window
                )
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
                continue
            if row.waits_for_embargo(code):
                text = _("%(language)s is published, but hidden by its embargo until %(instant)s.")
                words = {
                    "language": languages.language_name(code),
                    "instant": clocks.told(window["embargo_until"]),
                }
                self.message_user(request, text % words, messages.WARNING)

    def record_save(self, request, form):
        dropped = services.record_save(
            before=form.before,
            said=form.said,
            item=form.instance,
            user=request.user,
            note=form.cleaned_data.get("save_note", ""),
            still_correct=form.still_correct(),
        )
        for code in dropped:
            text = _("%(language)s was changed after its approval and goes back to review.")
            self.message_user(
                request, text % {"language": languages.language_name(code)}, messages.WARNING
            )

    def take_steps(self, request, form):
        said = [outcomes(form.instance, code)[""] for code in languages.CODES]
        asked = self.asks_first(request, form)
        for code, step in form.chosen_steps():
            if asked and step == "publish":
                continue
            try:
                with transaction.atomic():
                    row = form.take_step(code, step)
                said[languages.CODES.index(code)] = self.said(row, code, step)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
        if not asked:
            self.message_user(request, " ".join(said), messages.INFO)

    def said(self, item, code, step):
        if step == "publish" and item.is_scheduled(code):
            return _("%(language)s is scheduled.") % {"language": languages.language_name(code)}
        return outcomes(item, code)[step]

    def response_change(self, request, obj):
        """A working copy that was published whole is no more: its item is shown instead."""
        row = steps.current(obj)
        return super().response_change(request, obj) if row is obj else self.to_form(row)

    def log_change(self, request, obj, message):
        return super().log_change(request, obj.item, message)
