from django.contrib import admin
from django.contrib.auth.models import Group
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts import admin as accounts  # noqa: F401  users, their factors
from portal.models import Banner, HomeBlock, MenuItem, Milestone, Page, Pin, SiteSettings
from publishing.editorial.accounts import AuditedGroupAdmin
from publishing.editorial.admin import (
    BilingualAdmin,
    PublishableAdmin,
    both,
    publication_fieldset,
)
from publishing.editorial.admin.rowlimits import LimitedListMixin
from publishing.editorial.admin.word import WordDraftMixin
from publishing.editorial.languages import columns
from publishing.media.widgets import LeadImageAdminMixin
from publishing.search.admin import SearchAdminMixin

admin.site.site_header = admin.site.site_title = _("Partnership portal")
admin.site.index_title = _("Desk")
admin.site.unregister(Group)
admin.site.register(Group, AuditedGroupAdmin)


@admin.register(Page)
class PageAdmin(SearchAdminMixin, WordDraftMixin, LeadImageAdminMixin, PublishableAdmin):
    list_display = ["title", "standings", "slug", "saved_at"]
    search_fields = columns("title", "summary")
    fieldsets = [
        (None, {"fields": both("title", "menu_title", "summary", "body")}),
        (_("Facts"), {"fields": ["lead_image", ("slug", "shows_figures", "shows_milestones")]}),
        publication_fieldset(),
    ]


@admin.register(Milestone)
class MilestoneAdmin(SearchAdminMixin, BilingualAdmin):
    list_display = ["date", "__str__", "is_public"]
    list_display_links = ["date", "__str__"]
    search_fields = columns("title", "text")
    autocomplete_fields = ["place", "release", "event", "agreement", "institutions"]
    fieldsets = [
        (None, {"fields": [("date", "is_public"), *both("title", "text")]}),
        (
            _("Connections"),
            {"fields": ["place", "release", "event", "agreement", "institutions"]},
        ),
    ]


@admin.register(MenuItem)
class MenuItemAdmin(LimitedListMixin, admin.ModelAdmin):
    list_display = ["__str__", "section", "page", "order"]
    list_editable = ["order"]
    list_select_related = ["page"]
    fields = ["section", "page", "order"]


class ShownAdmin(BilingualAdmin):
    """Something on the home page: when, for whom, in which order."""

    list_display = ["__str__", "readers", "show_from", "show_until", "order"]
    list_editable = ["order"]
    schedule = (
        _("When and for whom"),
        {"fields": [("show_from", "show_until"), "readers", "order"]},
    )


@admin.register(HomeBlock)
class HomeBlockAdmin(ShownAdmin):
    fieldsets = [(None, {"fields": ["part"]}), ShownAdmin.schedule]


@admin.register(Pin)
class PinAdmin(ShownAdmin):
    list_select_related = ["release"]
    autocomplete_fields = ["release"]
    fieldsets = [(None, {"fields": ["release"]}), ShownAdmin.schedule]


@admin.register(Banner)
class BannerAdmin(ShownAdmin):
    fieldsets = [(None, {"fields": both("text", "url")}), ShownAdmin.schedule]


@admin.register(SiteSettings)
class SiteSettingsAdmin(LeadImageAdminMixin, BilingualAdmin):
    """One row: the list leads straight to its form."""

    autocomplete_fields = ["first_city", "second_city"]
    fieldsets = [
        (_("Name"), {"fields": [*both("name", "tagline"), ("since", "mark")]}),
        (_("Home page"), {"fields": both("hero_title", "hero_text")}),
        (_("Home cities"), {"fields": [("first_city", "second_city")]}),
        (_("Contact"), {"fields": [("email", "telephone"), *both("address")]}),
        (
            _("Footer"),
            {
                "fields": [
                    *both("footer_line"),
                    ("icp_number", "public_security_number"),
                    ("government_tags", "government_code"),
                ]
            },
        ),
    ]

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.pk = 1
        super().save_model(request, obj, form, change)

    def changelist_view(self, request, extra_context=None):
        row = SiteSettings.objects.first()
        if row is None:
            return redirect(reverse("admin:portal_sitesettings_add"))
        return redirect(reverse("admin:portal_sitesettings_change", args=[row.pk]))
