"""For staff: the portal's own search in admin lists and choosers, and what readers did not find."""

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import Case, IntegerField, Value, When
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.editorial import languages
from publishing.editorial.admin.readonly import WrittenByServicesAdmin
from publishing.search import ladder, names, questions
from publishing.search.models import SearchMiss
from publishing.search.registry import registration_of

FOUND = 100


class SearchAdminMixin:
    """Finds rows as readers do, in both languages and by any spelling, the likest first.

    The site search knows only what is public: drafts are found by plain comparison with
    ``search_fields``, which name both languages. Of either so many are shown: counting all that
    a plain comparison finds would read every row of a large office twice.
    """

    def get_search_results(self, request, queryset, search_term):
        plain, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return plain, may_repeat
        found = found_keys(self.model, search_term)
        known = set(found)
        if len(found) < FOUND:
            known.update(plain.order_by().values_list("pk", flat=True)[:FOUND])
        rows = queryset.filter(pk__in=known)
        if found and ORDER_VAR not in request.GET:
            places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(found)]
            likeness = Case(*places, default=Value(FOUND), output_field=IntegerField())
            rows = rows.order_by(likeness, *(queryset.query.order_by or ("-pk",)))
        return rows, False


def found_keys(model, text):
    """Keys of the rows of ``model`` that match, the likest first; by name where it has names."""
    language = languages.active()
    if named := registration_of(names.KINDS, model):
        answer = ladder.ask(named.key, text, language=language, count=FOUND, public_only=False)
        return [match.object_id for match in answer.matches]
    written = registration_of(questions.KINDS, model)
    return questions.ranked_keys(text, kind=written.key, language=language)[:FOUND]


class LanguageFilter(admin.SimpleListFilter):
    title = gettext_lazy("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        return [(code, languages.language_name(code)) for code in languages.CODES]

    def queryset(self, request, queryset):
        return queryset.filter(language=self.value()) if self.value() else queryset


@admin.register(SearchMiss)
class SearchMissAdmin(WrittenByServicesAdmin):
    """What readers searched and nothing answered, the latest first."""

    list_display = ["text", "language_name", "count", "day", "add_name"]
    list_display_links = None
    list_filter = [LanguageFilter]
    search_fields = ["text"]
    ordering = ["-day", "-count"]
    date_hierarchy = "day"
    list_per_page = 50

    def get_list_display(self, request):
        """The link only for those who may follow it."""
        may_add = any(
            self.admin_site.get_model_admin(each.model).has_change_permission(request)
            for each in names.KINDS.values()
            if self.admin_site.is_registered(each.model) and self._address(each)
        )
        columns = super().get_list_display(request)
        return [column for column in columns if may_add or column != "add_name"]

    @staticmethod
    def _address(registration):
        label = registration.model._meta.label_lower.replace(".", "_")
        try:
            return reverse(f"admin:{label}_add_name")
        except NoReverseMatch:
            return ""

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_name(self, miss):
        return languages.language_name(miss.language)

    @admin.display(description=gettext_lazy("missing name"))
    def add_name(self, miss):
        """A link to where the words become a name, for each kind whose admin has such a view."""
        for registration in names.KINDS.values():
            if address := self._address(registration):
                query = urlencode({"text": miss.text})
                return format_html('<a href="{}?{}">{}</a>', address, query, _("Add as a name"))
        return ""
