"""Events at the desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from news.admin.parts import PartInline
from news.ceremonies import CeremonyViewMixin
from news.models import Delegation, Event, EventOrganiser, Session
from partners.admin.people import PeopleAdminMixin
from publishing.editorial.admin import PublishableAdmin, both, publication_fieldset
from publishing.editorial.admin.filters import ChineseFilter, EnglishFilter
from publishing.editorial.languages import columns
from publishing.search.admin import SearchAdminMixin


class OrganiserInline(PartInline):
    model = EventOrganiser
    fields = [("role", "institution", "order"), *both("label")]
    autocomplete_fields = ["institution"]


class DelegationInline(PartInline):
    model = Delegation
    autocomplete_fields = ["person", "post"]
    fields = [
        *both("name"),
        ("country", "mode", "order"),
        ("person", "post"),
        *both("leader", "leader_title", "sectors", "unnamed"),
    ]


class SessionInline(PartInline):
    model = Session
    autocomplete_fields = ["agreements"]
    fields = [
        ("kind", "order"),
        ("day", "starts", "ends"),
        *both("title", "text", "speakers"),
        ("spoken", "interpretation"),
        "agreements",
    ]


@admin.register(Event)
class EventAdmin(SearchAdminMixin, CeremonyViewMixin, PeopleAdminMixin, PublishableAdmin):
    list_display = ["title", "standings", "start_date", "status", "kind", "place", "saved_at"]
    list_select_related = ["place"]
    list_filter = [EnglishFilter, ChineseFilter, "kind", "mode", "status"]
    search_fields = columns("title", "summary")
    ordering = ["-starts_at"]
    autocomplete_fields = [
        "institutions",
        "agreements",
        "place",
        "parent",
        "intro_video",
        "recording",
    ]
    inlines = [OrganiserInline, DelegationInline, SessionInline]
    fieldsets = [
        (None, {"fields": both("title", "summary", "body")}),
        (
            _("When"),
            {
                "fields": [
                    ("start_date", "start_time", "part_of_day"),
                    ("end_date", "end_time", "time_zone"),
                    ("status", "previous_date"),
                    *both("status_reason"),
                ]
            },
        ),
        (_("Where"), {"fields": [("place", "mode"), *both("venue"), ("join_url", "join_minutes")]}),
        (_("Facts"), {"fields": [("kind", "field"), "slug", "parent", *both("section")]}),
        (_("Connections"), {"fields": ["institutions", "agreements"]}),
        (_("Videos"), {"fields": ["intro_video", "recording"]}),
        publication_fieldset(),
    ]
