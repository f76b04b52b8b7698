from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from portal.linkcheck.models import ExternalLink
from publishing.editorial import outside
from publishing.editorial.admin.readonly import ReadOnlyAdmin


@admin.register(ExternalLink)
class ExternalLinkAdmin(ReadOnlyAdmin):
    """The report of ``check_links``. A link goes from here when no public text has it any more."""

    list_display = ["address", "state", "found", "final_address", "uses", "checked_at"]
    list_filter = ["state"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["address", "final_address"]
    list_per_page = 50
    fields = readonly_fields = [
        "visit",
        "state",
        "found",
        "final_address",
        "failures",
        "checked_at",
        "next_check",
        "places",
    ]

    @admin.display(description=_("answer"))
    def found(self, link):
        return link.status or link.get_reason_display()

    @admin.display(description=_("address"))
    def visit(self, link):
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', link.address)

    @admin.display(description=_("where it stands"))
    def places(self, link):
        rows = ((use.url, use) for use in outside.uses(link.address))
        return format_html(
            "<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a></li>', rows)
        )
