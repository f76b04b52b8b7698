"""Unsaved input in the admin: kept every few seconds, offered back, and who else is at work."""

import re
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.forms.utils import ErrorDict
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from publishing.editorial import autosaves, bases, traversal
from publishing.editorial.admin import onelanguage
from publishing.editorial.autosaves import Autosave
from publishing.editorial.exceptions import Refused
from publishing.editorial.records import item_id


class AutosaveMixin:
    """Adds to a ModelAdmin with ``VersionsMixin`` the door of the script, and ``?restore=1``."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.autosave_view)
        return [
            path("add/autosave/", view, name=self.page_name("autosave-new")),
            path("<path:object_id>/autosave/", view, name=self.page_name("autosave")),
            *super().get_urls(),
        ]

    def autosave_view(self, request, object_id=None):
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if object_id and row is None:
            return self._autosave_of_what_is_gone(request)
        if request.method == "POST" and "_discard" in request.POST:
            return self._discard(request, row)
        if not self._may_type(request, row):
            raise PermissionDenied
        if request.method == "POST":
            if self.is_live(row):
                raise Http404
            return self._autosave(request, row, row and item_id(row))
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET", "POST"])
        return self._told(request, row)

    def _may_type(self, request, row) -> bool:
        if row is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, row)

    def _discard(self, request, row):
        """One's own input, also where the item has become nothing to change any more."""
        may_see = row is not None and self.has_view_permission(request, row)
        if not (may_see or self._may_type(request, row)):
            raise PermissionDenied
        Autosave.objects.of(request.user, self.model, row and item_id(row)).delete()
        return HttpResponseRedirect(self._form_of(row))

    def _autosave(self, request, row, number):
        try:
            kept = autosaves.keep(request.user, self.model, number, request.POST)
        except Refused as refusal:
            return JsonResponse({"said": str(refusal)}, status=413)
        at = formats.time_format(timezone.localtime(kept.saved_at), "H:i:s")
        return self._told(request, row, said=_("Kept as a draft of yours at %(at)s") % {"at": at})

    def _told(self, request, row, **answer):
        if row is not None:
            autosaves.enter(request.user, row)
            answer["others"] = self._others(request, row)
        # After signing in again elsewhere, the open form needs the new token.
        return JsonResponse(answer | {"token": get_token(request)})

    def _autosave_of_what_is_gone(self, request):
        if request.method != "POST" or not self.keep_for_item(request):
            raise Http404
        return JsonResponse({"said": self.gone_sentence()}, status=410)

    def gone_sentence(self) -> str:
        return _(
            "Somebody has published or discarded this working copy. What you typed is kept: "
            "open a working copy, and it is offered to you there."
        )

    def keep_for_item(self, request):
        """Keep what was typed into a row that is gone; returns its item, if that is there."""
        try:
            base = bases.read(request.POST.get("version", ""), self.model)
        except bases.BadBase:
            return None
        item = self.model.with_copies.filter(pk=base.item_id).first()
        if item is None or not self.has_change_permission(request):
            return None
        try:
            autosaves.keep(request.user, self.model, base.item_id, request.POST)
        except Refused:
            return None
        return item

    def _form_of(self, row):
        if row is not None:
            return self.page_url("change", row)
        return reverse(f"{self.admin_site.name}:{self.page_name('add')}")

    def _others(self, request, row) -> str:
        names = autosaves.others(request.user, row)
        if not names:
            return ""
        return _("Also open at this moment: %(names)s.") % {
            "names": pgettext("between names", ", ").join(names)
        }

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        plain = super().changeform_view
        request.typed = None
        if request.method != "GET" or "restore" not in request.GET:
            return plain(request, object_id, form_url, extra_context)
        row = self.get_object(request, unquote(object_id)) if object_id else None
        number = row and item_id(row)
        kept = Autosave.objects.of(request.user, self.model, number).first()
        if kept is None or (object_id and row is None) or self.is_live(row):
            return plain(request, object_id, form_url, extra_context)
        try:
            return self._restored(request, row, kept, lambda: plain(request, object_id, form_url))
        except IntegrityError:
            text = _("What you typed does not fit into the item as it is now.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(self._form_of(row))

    def _restored(self, request, row, kept, view):
        """The form with what was typed, shown in the item as it was when the form was opened."""
        if row is None:
            request.typed = kept.as_sent("")
            return view()
        try:
            base = bases.read_for(kept.base, row)
        except bases.BadBase:
            request.typed = kept.as_sent(bases.sign(row))
            return view()
        request.typed = kept.as_sent(kept.base)
        if base.is_still(bases.of(row), self.model):
            return view()
        with bases.rolled_back():
            bases.rewind(row, base)
            return view().render()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        typed = getattr(request, "typed", None)
        return form if typed is None else _filled(form, typed)

    def get_formset_kwargs(self, request, obj, inline, prefix):
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        typed = getattr(request, "typed", None)
        if typed is None:
            return given
        return given | {"data": _adopted(typed, obj, inline.model, prefix)}

    def _create_formsets(self, request, obj, change):
        formsets, inlines = super()._create_formsets(request, obj, change)
        if getattr(request, "typed", None) is not None:
            for formset in formsets:
                _unjudged(formset)
        return formsets, inlines

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not self.is_live(form.instance):
            number = item_id(form.instance) if change else None
            Autosave.objects.of(request.user, self.model, number).delete()

    def response_change(self, request, obj):
        return onelanguage.stay(request, super().response_change(request, obj))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["typing"] = self._typing(request, obj)
        context["language_choices"] = onelanguage.choices(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _typing(self, request, obj) -> dict:
        """What the form says of unsaved input and of others, and what its script needs."""
        may, is_restored = self._may_type(request, obj), getattr(request, "typed", None) is not None
        told = {
            "only": onelanguage.chosen(request),
            "is_restored": is_restored,
            "url": self._autosave_url(obj),
            "may_type": may,
            "keeps": may and not self.is_live(obj),
        }
        if obj is not None:
            told["others"] = self._others(request, obj)
        if obj is not None and may:
            autosaves.enter(request.user, obj)
        if request.method == "GET" and not is_restored:
            kept = Autosave.objects.of(request.user, self.model, obj and item_id(obj)).first()
            told |= {"offer": kept, "restore_url": self._restore_url(kept, obj)}
        return told

    def _autosave_url(self, obj) -> str:
        if obj is not None:
            return self.page_url("autosave", obj)
        return reverse(f"{self.admin_site.name}:{self.page_name('autosave-new')}")

    def _restore_url(self, kept, obj) -> str:
        """Empty where no form is open into which it could be restored."""
        row = obj.open_copy() if self.is_live(obj) else obj
        if kept is None or (obj is not None and row is None):
            return ""
        query = {"restore": "1"} | ({"only": kept.language} if kept.language else {})
        return f"{self._form_of(row)}?{urlencode(query)}"


def _filled(form_class, typed):
    """The form class, filled with ``typed`` whenever it is made."""

    class Filled(form_class):
        def __init__(self, *args, instance=None, **kwargs):
            super().__init__(typed, instance=instance)
            self._errors = ErrorDict()

    return Filled


def _adopted(typed, obj, model, prefix):
    """What was typed into another working copy names that one as the owner of its rows."""
    data = typed.copy()
    if obj is None or obj.pk is None:
        return data
    for accessor in obj.owned:
        part = traversal.part(type(obj), accessor)
        if part.model is not model or len(part.apart) > 1:
            continue
        owner = re.compile(rf"{re.escape(prefix)}-\d+-{part.apart[0]}")
        for name in filter(owner.fullmatch, typed):
            data[name] = str(obj.pk)
    return data


def _unjudged(formset):
    """What was typed is shown as it was; it is judged when it is saved."""
    formset._non_form_errors = formset.error_class()
    for form in formset.forms:
        form._errors = ErrorDict()
    formset._errors = [form._errors for form in formset.forms]
