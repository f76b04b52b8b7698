"""Behaviour that all staff forms share; concrete admins are attributes."""

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import models, transaction
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from js_asset import Media
from modeltranslation.fields import TranslationField

from publishing.cache.admin import BumpingAdminMixin
from publishing.editorial import (
    clocks,
    copies,
    history,
    languages,
    onelanguage,
    policy,
    reading,
    services,
    steps,
    traversal,
)
from publishing.editorial.audit_admin import AuditEventAdmin  # noqa: F401 -- registers itself
from publishing.editorial.autosavepages import AutosaveMixin
from publishing.editorial.choosers import KeyChoices, KnownChoices
from publishing.editorial.commentpages import CommentsMixin
from publishing.editorial.exceptions import Refused
from publishing.editorial.filters import ChineseFilter, CopyFilter, EnglishFilter, FreshnessFilter
from publishing.editorial.forms import PublishableForm, column_label, outcomes, owed, standing
from publishing.editorial.gatepages import GateMixin
from publishing.editorial.languages import column, columns
from publishing.editorial.linkpages import LinksMixin
from publishing.editorial.mergepages import MergeMixin
from publishing.editorial.onelanguage import narrowed, without
from publishing.editorial.preview import PreviewMixin
from publishing.editorial.rowlimits import LimitedFormSet, LimitedInlineFormSet
from publishing.editorial.rowsources import show_changed_sources
from publishing.editorial.terms import Term
from publishing.editorial.usepages import WhereUsedMixin
from publishing.editorial.versions import VersionsMixin


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


class LimitedListMixin:
    """For lists that are edited in place."""

    def get_changelist_formset(self, request, **kwargs):
        return super().get_changelist_formset(request, formset=LimitedFormSet, **kwargs)


# The style sheet that the text editor (TipTap, by way of django-prose-editor) writes into the
# page. The policy admits exactly this text; a test fails when an upgrade changes it.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


@method_decorator(csp_update({"style-src": [EDITOR_STYLE]}), name="changeform_view")
class BilingualAdmin(
    LimitedListMixin, BumpingAdminMixin, BilingualFields, KeyChoices, admin.ModelAdmin
):
    """Any record with texts in two languages."""

    def render_change_form(self, request, context, *args, **kwargs):
        media = context["media"]
        if getattr(media, "_importmap", None) is not None:
            # The text editor's import map is inline by nature; the policy admits it by nonce.
            context["media"] = Media.from_media(media, nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


class NamedDeletion(LimitedInlineFormSet):
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


SCHEDULE = ["same_instants", *both("at", "embargo", "expire")]
LAST = ["reason", "save_note"]
WINDOW_FIELDS = columns("embargo", "expire")


def publication_fieldset():
    return (
        _("Publication"),
        {
            "classes": ["publication"],
            "fields": [
                "outcome",
                *both("step"),
                *SCHEDULE,
                *both("notice", "replacement_address"),
                "reason",
            ],
        },
    )


def copy_fieldset(item):
    """Readers are told of a change only in languages in which they know the text."""
    told = [code for code in languages.CODES if copies.tells_readers(item, code)]
    asked = [
        tuple(column(name, code) for code in told) for name in ("change", "change_note") if told
    ]
    return (
        _("Publication"),
        {
            "classes": ["publication"],
            "fields": ["outcome", *both("step"), "same_instants", *both("at"), *asked, *LAST],
        },
    )


def draft_fieldset():
    return (
        _("Publication"),
        {
            "classes": ["publication"],
            "fields": ["outcome", *both("step"), *SCHEDULE, *LAST],
        },
    )


LANGUAGES_FIELDSET = (
    _("Languages"),
    {"classes": ["collapse"], "fields": [("source_language", *columns("machine"))]},
)


@method_decorator(csp_update({"style-src": [EDITOR_STYLE]}), name="changeform_view")
class PublishableAdmin(
    MergeMixin,
    AutosaveMixin,
    PreviewMixin,
    LinksMixin,
    GateMixin,
    CommentsMixin,
    WhereUsedMixin,
    VersionsMixin,
    BilingualAdmin,
):
    """A release, an event or a page: fields in two languages and one publication box.

    A draft and a working copy have the whole form. The form of a live row shows what is public
    and holds its publication alone: ``live_fields`` are the exceptions, and are in no copy's form.
    """

    form = PublishableForm
    change_form_template = "admin/editorial/change_form.html"
    change_list_template = "admin/editorial/change_list.html"
    list_filter = [EnglishFilter, ChineseFilter]
    readonly_fields = ["outcome", "reading"]
    live_fields = ()
    save_on_top = True
    # Each published language has a link of its own.
    view_on_site = False
    list_per_page = 50

    class Media:
        js = [
            "editorial/publication.js",
            "editorial/editor.js",
            "editorial/comments.js",
            "editorial/preview.js",
            "editorial/schedule.js",
            "editorial/autosave.js",
        ]
        css = {"all": ["editorial/preview.css"]}

    def get_queryset(self, request):
        return super().get_queryset(request).with_copy_times()

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), FreshnessFilter, CopyFilter]

    def is_live(self, obj) -> bool:
        return obj is not None and not obj.is_copy and obj.has_been_public_or_is_due()

    @narrowed
    def get_fieldsets(self, request, obj=None):
        parts, left_out = self._fieldsets(request, obj), set()
        if not policy.may_publish(request.user, self.model):
            left_out |= {*WINDOW_FIELDS}
        if onelanguage.chosen(request):
            left_out |= {"same_instants"}
        return [without(part, left_out) for part in parts]

    def _fieldsets(self, request, obj):
        if self.is_live(obj):
            live = [(_("Facts"), {"fields": list(self.live_fields)})] if self.live_fields else []
            return [(None, {"fields": ["reading"]}), *live, publication_fieldset()]
        parts = [
            (name, options)
            for name, options in super().get_fieldsets(request, obj)
            if "publication" not in options.get("classes", ())
        ]
        if obj is not None and obj.is_copy:
            parts = [without(part, self.live_fields) for part in parts]
            return [*parts, LANGUAGES_FIELDSET, copy_fieldset(obj)]
        return [*parts, LANGUAGES_FIELDSET, draft_fieldset()]

    def get_inline_instances(self, request, obj=None):
        return [] if self.is_live(obj) else super().get_inline_instances(request, obj)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        form.shown = frozenset(flatten_fieldsets(self.get_fieldsets(request, obj)))
        if obj is not None and not self.is_live(obj):
            form.shown |= {"version"}
        return form

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or policy.may_change(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or policy.may_delete(request.user, obj))

    def delete_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and obj.is_copy:
            return HttpResponseRedirect(self.page_url("discard-copy", obj))
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request, obj):
        services.delete(item=obj, user=request.user)

    def delete_queryset(self, request, queryset):
        for item in queryset:
            self.delete_model(request, item)

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

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= self.places_of(request, obj) | self.comment_panel(request, obj)
            show_changed_sources(obj, context)
            self.mark_fields(context["adminform"].form, context["comments"])
            if obj.is_copy or self.is_live(obj):
                context["show_save_and_add_another"] = False
            if obj.is_copy:
                context["show_delete"] = False
        return super().render_change_form(request, context, add, change, form_url, obj)

    def places_of(self, request, obj) -> dict:
        """Where the item can be seen and what else there is of it, for the head of the form."""
        copy = obj if obj.is_copy else obj.open_copy()
        places = {
            "site_links": [
                (languages.OWN_NAMES[code], languages.TAGS[code], obj.item.get_absolute_url(code))
                for code in obj.item.public_languages(withdrawn=True)
            ],
            "copy": copy,
            "is_live": self.is_live(obj),
            "may_open_copy": policy.may_open_copy(request.user, obj),
            "open_copy_url": self.page_url("open-copy", obj.item),
            "live_url": self.page_url("change", obj.item),
            "preview_url": self.page_url("preview", obj),
            "reasons": history.reasons(obj),
        }
        if policy.may_share(request.user, obj):
            places["share_url"] = self.page_url("share", obj.item)
        if copy is not None:
            places |= {
                "compare_url": self.page_url("compare", obj.item),
                "discard_url": self.page_url("discard-copy", copy),
                "may_discard": policy.may_change(request.user, copy),
                "copy_saver": history.last_saver(obj),
            }
        return places

    @admin.display(description=_("Public now"))
    def reading(self, item):
        return render_to_string("admin/editorial/_reading.html", {"rows": reading.rows(item)})

    @admin.display(description=_("After saving"))
    def outcome(self, item):
        now = [outcomes(item, code)[""] for code in languages.CODES]
        return format_html(
            '<span data-outcome-line aria-live="polite">{}</span>', " ".join(str(s) for s in now)
        )

    @admin.display(description=_("title"))
    def title(self, item):
        return str(item)

    @admin.display(description=_("languages"))
    def standings(self, item):
        """Both languages' states, as words with a class for the eye, and the working copy."""
        rows = [
            (
                getattr(item, column("state", code)),
                languages.TAGS[code],
                languages.SHORT_NAMES[code],
                standing(item, code),
                owed(item, code),
            )
            for code in languages.CODES
        ]
        states = format_html_join(
            "", '<span class="standing {}"><b lang="{}">{}</b> {}{}</span> ', rows
        )
        if item.copy_saved_at is None:
            return states
        return states + format_html('<span class="standing copy">{}</span>', _("working copy"))


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ["en", "zh_hans", "kind", "avoids"]
    list_filter = ["kind"]
    search_fields = ["en", "zh_hans", "avoid", "note"]
    fieldsets = [(None, {"fields": [("en", "zh_hans"), "kind", "avoid", "note"]})]

    @admin.display(description=_("not"))
    def avoids(self, term):
        return ", ".join(term.avoided)
