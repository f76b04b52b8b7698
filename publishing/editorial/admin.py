"""Behaviour that all staff forms share; concrete admins are attributes."""

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.db import models, transaction
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from js_asset import Media
from modeltranslation.fields import TranslationField

from publishing.cache.admin import BumpingAdminMixin
from publishing.editorial import languages, policy, services
from publishing.editorial.choosers import KnownChoices
from publishing.editorial.exceptions import Refused
from publishing.editorial.forms import PublishableForm, outcomes, standing
from publishing.editorial.languages import column, columns
from publishing.editorial.models import Stage, State


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
            name = db_field.translated_field.verbose_name
            language = languages.language_name(db_field.language)
            label = {"field": capfirst(name), "language": language}
            field.label = gettext("%(field)s (%(language)s)") % label
            field.widget.attrs["lang"] = languages.TAGS[db_field.language]
        return field


# The style sheet that the text editor (TipTap, by way of django-prose-editor) writes into the
# page. The policy admits exactly this text; a test fails when an upgrade changes it.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


@method_decorator(csp_update({"style-src": [EDITOR_STYLE]}), name="changeform_view")
class BilingualAdmin(BumpingAdminMixin, BilingualFields, admin.ModelAdmin):
    """Any record with texts in two languages."""

    def render_change_form(self, request, context, *args, **kwargs):
        media = context["media"]
        if getattr(media, "_importmap", None) is not None:
            # The text editor's import map is inline by nature; the policy admits it by nonce.
            context["media"] = Media.from_media(media, nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


class BilingualInline(KnownChoices, BilingualFields, admin.TabularInline):
    extra = 0


class StateFilter(admin.SimpleListFilter):
    """One language's state or stage; concrete filters name the language."""

    language = ""

    def lookups(self, request, model_admin):
        stages = [(f"stage:{s.value}", s.label) for s in (Stage.IN_REVIEW, Stage.APPROVED)]
        return [*State.choices, *stages]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if self.value().startswith("stage:"):
            return queryset.in_stage_of(self.language, self.value().removeprefix("stage:"))
        return queryset.in_state(self.value(), self.language)


class EnglishFilter(StateFilter):
    title = _("English")
    parameter_name = "english"
    language = "en"


class ChineseFilter(StateFilter):
    title = _("Chinese")
    parameter_name = "chinese"
    language = "zh-hans"


def publication_fieldset():
    return (
        _("Publication"),
        {
            "classes": ["publication"],
            "fields": [
                "outcome",
                *both("step", "at", "notice", "replacement_address"),
            ],
        },
    )


class PublishableAdmin(BilingualAdmin):
    """A release, an event or a page: fields in two languages and one publication box."""

    form = PublishableForm
    change_form_template = "admin/editorial/change_form.html"
    list_filter = [EnglishFilter, ChineseFilter]
    readonly_fields = ["outcome"]
    save_on_top = True
    # Each published language has a link of its own.
    view_on_site = False
    list_per_page = 50

    class Media:
        js = ["editorial/publication.js", "editorial/editor.js"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        return form

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or policy.may_change(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or policy.may_delete(request.user, obj))

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        dropped = services.touched(obj, set(form.changed_data)) if change else []
        super().save_model(request, obj, form, change)
        for code in dropped:
            text = _("%(language)s was changed after its approval and goes back to review.")
            self.message_user(
                request, text % {"language": languages.language_name(code)}, messages.WARNING
            )

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        said = [outcomes(form.instance, code)[""] for code in languages.CODES]
        for code, step in form.chosen_steps():
            try:
                with transaction.atomic():
                    form.take_step(code, step)
                said[languages.CODES.index(code)] = self.said(form.instance, code, step)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
        self.message_user(request, " ".join(said), messages.INFO)

    def said(self, item, code, step):
        if step == "publish" and item.is_scheduled(code):
            return _("%(language)s is scheduled.") % {"language": languages.language_name(code)}
        return outcomes(item, code)[step]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["site_links"] = [
                (languages.OWN_NAMES[code], languages.TAGS[code], obj.get_absolute_url(code))
                for code in obj.public_languages(withdrawn=True)
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

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
        """Both languages' states, as words with a class for the eye."""
        rows = [
            (
                getattr(item, column("state", code)),
                languages.TAGS[code],
                languages.SHORT_NAMES[code],
                standing(item, code),
            )
            for code in languages.CODES
        ]
        return format_html_join(
            "", '<span class="standing {}"><b lang="{}">{}</b> {}</span> ', rows
        )
