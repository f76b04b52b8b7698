"""Saving over somebody's newer save: both are put together, and what both changed is asked."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.forms.formsets import all_valid
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from js_asset import Media

from publishing.editorial import (
    autosaves,
    bases,
    comparing,
    history,
    languages,
    merging,
    steps,
    traversal,
)
from publishing.editorial.exceptions import Refused
from publishing.editorial.languages import column
from publishing.editorial.records import item_id

WHOSE = [
    (merging.THEIRS, gettext_lazy("Theirs")),
    (merging.MINE, gettext_lazy("Mine")),
    (merging.OWN, gettext_lazy("What I write here:")),
]


class MergeForm(forms.Form):
    """For each conflict whose version it shall be and, for texts, a field to write it anew."""

    def __init__(self, merge, formfield, data=None):
        super().__init__(data)
        self.conflicts = merge.conflicts
        for conflict in self.conflicts:
            self.fields[conflict.name] = forms.ChoiceField(
                choices=WHOSE if conflict.is_text else WHOSE[:2],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose what shall stand there.")},
            )
            if conflict.is_text:
                change = conflict.mine
                target = change.model._meta.get_field(column(change.name, change.language))
                own = formfield(target)
                own.required, own.initial = False, change.after
                self.fields[f"{conflict.name}-own"] = own

    def rows(self):
        sides = comparing.shown([s for c in self.conflicts for s in (c.theirs, c.mine)])
        for number, conflict in enumerate(self.conflicts):
            theirs, mine = sides[2 * number : 2 * number + 2]
            own = self[f"{conflict.name}-own"] if conflict.is_text else None
            yield {"theirs": theirs, "mine": mine, "choice": self[conflict.name], "own": own}

    def choices(self) -> dict[str, tuple[str, object]]:
        said = self.cleaned_data
        return {c.name: (said[c.name], said.get(f"{c.name}-own", "")) for c in self.conflicts}


class MergeMixin:
    """Stands between the form of a draft or working copy and its saving."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        plain = super().changeform_view
        if request.method != "POST" or object_id is None:
            return plain(request, object_id, form_url, extra_context)
        with transaction.atomic():
            answer = self._answer_to_save(request, unquote(object_id), plain)
            return answer or plain(request, object_id, form_url, extra_context)

    def _answer_to_save(self, request, object_id, plain):
        """None: nobody has saved since the form was opened, or there is nothing to merge."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._of_what_is_gone(request)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if self.is_live(row):
            return None
        try:
            row = steps.locked(row)
        except Refused:
            return self._of_what_is_gone(request)
        try:
            base = bases.read_for(request.POST.get("version", ""), row)
        except bases.BadBase:
            return self._without_base(request, row)
        now = bases.of(row)
        if base.is_still(now, self.model):
            return None
        try:
            return self._put_together(request, row, base, now.data, plain)
        except (IntegrityError, ValidationError) as error:
            return self._impossible(request, row, error)

    def _of_what_is_gone(self, request):
        item = self.keep_for_item(request)
        if item is None:
            return None
        self.message_user(request, self.gone_sentence(), messages.WARNING)
        return self.to_form(item)

    def _without_base(self, request, row):
        self._keep(request, row)
        context = self.page_context(request, row, _("This form cannot be saved"))
        return TemplateResponse(
            request, "admin/editorial/unknown_version.html", context, status=400
        )

    def _keep(self, request, row):
        try:
            autosaves.keep(request.user, self.model, item_id(row), request.POST)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)

    def _impossible(self, request, row, error):
        self._keep(request, row)
        text = _("Your input and what was saved meanwhile do not fit together. It is kept for you.")
        reasons = getattr(error, "messages", [])
        self.message_user(request, " ".join([text, *reasons]), messages.ERROR)
        return self.to_form(row)

    def _put_together(self, request, row, base, theirs, plain):
        form, mine, complaint = self._mine(request, row, base, plain)
        if complaint is not None:
            return complaint
        merge = merging.Merge(self.model, base.data, theirs, mine)
        choices = {}
        if merge.conflicts:
            seen = request.POST.get("seen") == bases.fingerprint(theirs)
            asked = MergeForm(merge, self._formfield(request), request.POST if seen else None)
            if not asked.is_valid():
                return self._ask(request, row, merge, asked)
            choices = asked.choices()
        return self._save_together(request, form, row, merge, merge.result(choices))

    def _mine(self, request, row, base, plain):
        """What the form says, read in the item as the form found it; then all is as before."""
        with bases.rolled_back():
            bases.rewind(row, base)
            found = self.get_object(request, str(row.pk))
            form, formsets = self._bound(request, found)
            if not (form.is_valid() & all_valid(formsets)):
                return form, None, plain(request, str(row.pk)).render()
            form.save(commit=False)
            found.save()
            form.save_m2m()
            for formset in formsets:
                self.save_formset(request, form, formset, change=True)
            return form, traversal.snapshot(found), None

    def _bound(self, request, row):
        names = flatten_fieldsets(self.get_fieldsets(request, row))
        form_class = self.get_form(request, row, change=True, fields=names)
        form = form_class(request.POST, request.FILES, instance=row)
        formsets, _inlines = self._create_formsets(request, row, change=True)
        return form, formsets

    def _formfield(self, request):
        return lambda field: self.formfield_for_dbfield(field, request)

    def _ask(self, request, row, merge, form):
        self._keep(request, row)
        media = self.media + form.media
        if getattr(media, "_importmap", None) is not None:
            media = Media.from_media(media, nonce=str(request.csp_nonce))
        sent = [
            (name, value)
            for name, values in request.POST.lists()
            if not name.startswith("merge-")
            and name not in ("csrfmiddlewaretoken", "seen", "_merge")
            for value in values
        ]
        context = self.page_context(request, row, _("Somebody else has saved this meanwhile")) | {
            "form": form,
            "sent": sent,
            "seen": bases.fingerprint(merge.theirs),
            "media": media,
            "saver": history.last_saver(row),
            "saved_at": row.saved_at,
            "from_theirs": comparing.shown(merge.from_theirs),
            "from_mine": comparing.shown(merge.from_mine),
        }
        return TemplateResponse(request, "admin/editorial/put_together.html", context, status=409)

    def _save_together(self, request, form, row, merge, result):
        """The usual path of a save, with the item as it came out instead of the form's own."""
        form.before, form.said = type(row).with_copies.get(pk=row.pk), merge.theirs
        known = traversal.shape(self.model)
        for name in form.changed_data:
            if name in {f.name for f in row._meta.concrete_fields} and name not in known.facts:
                setattr(row, name, form.cleaned_data[name])
        traversal.fill(result, row)
        row.full_clean(validate_unique=False)
        with transaction.atomic():
            traversal.write(result, row)
        form.instance, form.save_m2m = row, lambda: None
        form.held_back = frozenset(merge.touched)
        self.save_related(request, form, [], True)
        self.log_change(request, row, self.construct_change_message(request, form, []))
        if merge.touched:
            self._say(request, form)
        return self.response_change(request, row)

    def _say(self, request, form):
        text = _("This was saved elsewhere while you were writing. Both changes are kept.")
        self.message_user(request, text, messages.INFO)
        for code, _step in form.steps_held_back():
            text = _("%(language)s was changed by somebody else: read it before its next step.")
            named = {"language": languages.language_name(code)}
            self.message_user(request, text % named, messages.WARNING)
