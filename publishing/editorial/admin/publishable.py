"""The staff form of what is published: a release, an event, a page."""

from csp.decorators import csp_update
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from publishing.editorial import history, languages, policy, reading, services
from publishing.editorial.admin import onelanguage
from publishing.editorial.admin.autosaving import AutosaveMixin
from publishing.editorial.admin.bilingual import EDITOR_STYLE, BilingualAdmin
from publishing.editorial.admin.comments import CommentsMixin
from publishing.editorial.admin.fieldsets import (
    LANGUAGES_FIELDSET,
    WINDOW_FIELDS,
    copy_fieldset,
    draft_fieldset,
    publication_fieldset,
)
from publishing.editorial.admin.filters import (
    ChineseFilter,
    CopyFilter,
    EnglishFilter,
    FreshnessFilter,
)
from publishing.editorial.admin.gate import GateMixin
from publishing.editorial.admin.links import LinksMixin
from publishing.editorial.admin.merging import MergeMixin
from publishing.editorial.admin.onelanguage import narrowed, without
from publishing.editorial.admin.preview import PreviewMixin
from publishing.editorial.admin.saving import SavingMixin
from publishing.editorial.admin.usage import WhereUsedMixin
from publishing.editorial.admin.versions import VersionsMixin
from publishing.editorial.forms import PublishableForm
from publishing.editorial.forms.words import outcomes, owed, standing
from publishing.editorial.languages import column
from publishing.editorial.sources import show_changed_sources


@method_decorator(csp_update({"style-src": [EDITOR_STYLE]}), name="changeform_view")
class PublishableAdmin(
    SavingMixin,
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
    service_tells = True
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
            left_out |= {*WINDOW_FIELDS, "same_instants"}
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
