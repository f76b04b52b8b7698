from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import ListView

from news.archive import ArchivePaginator, archive
from news.models import Event, Release
from partners.models import CooperationField
from publishing.cache.pages import public_page
from publishing.cache.shared import once_per_version
from publishing.editorial.views import PublishableDetail

UNDATED = "undated"


@once_per_version
def fields_of_cooperation() -> list[CooperationField]:
    return list(CooperationField.objects.all())


@method_decorator(public_page("year", "field", "page"), name="dispatch")
class ReleaseList(ListView):
    """All releases, narrowed by year and field; each choice is part of the address."""

    template_name = "news/release_list.html"
    context_object_name = "releases"
    paginate_by = 10

    def get_queryset(self):
        self.archive = archive()
        self.fields = fields_of_cooperation()
        self.field = self.chosen_field()
        self.year = self.request.GET.get("year", "")
        releases = self.in_year(Release.objects.public())
        if self.field:
            releases = releases.filter(field=self.field)
        return releases.newest_first().for_list()

    def get_paginator(self, releases, per_page, **kwargs):
        counted = self.counted_by_field(self.counted_by_year(self.archive))
        return ArchivePaginator(releases, per_page, counted, **kwargs)

    def chosen_field(self):
        slug = self.request.GET.get("field")
        if not slug:
            return None
        for field in self.fields:
            if field.slug == slug:
                return field
        raise Http404

    def in_year(self, releases):
        if not self.year:
            return releases
        if self.year == UNDATED:
            return releases.undated()
        if self.year.isascii() and self.year.isdigit() and 1 <= int(self.year) <= 9999:
            return releases.in_year(int(self.year))
        raise Http404

    def counted_by_year(self, counted):
        if not self.year:
            return counted
        return counted.of_year(None if self.year == UNDATED else int(self.year))

    def counted_by_field(self, counted):
        return counted.of_field(self.field.pk) if self.field else counted

    def address(self, **changes):
        """This list with other choices, on its first page."""
        chosen = {"year": self.year, "field": self.field.slug if self.field else ""} | changes
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in chosen.items() if value})
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def years(self):
        counts = self.counted_by_field(self.archive).years()
        most = max(counts.values(), default=1)
        return [self.year_bar("", _("All"), sum(counts.values()), 0)] + [
            self.year_bar(
                str(year or UNDATED), str(year) if year else _("Undated"), count, count / most
            )
            for year, count in counts.items()
        ]

    def year_bar(self, value, label, count, share):
        return {
            "label": label,
            "count": count,
            "url": self.address(year=value),
            "current": value == self.year,
            "share": share,
        }

    def topics(self):
        counts = self.counted_by_year(self.archive).fields()
        everything = {
            "name": _("All topics"),
            "count": sum(counts.values()),
            "url": self.address(field=""),
            "current": self.field is None,
        }
        return [everything] + [
            {
                "name": field.name,
                "slot": field.slot,
                "count": counts.get(field.pk, 0),
                "url": self.address(field=field.slug),
                "current": field == self.field,
            }
            for field in self.fields
            if counts.get(field.pk) or field == self.field
        ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        return context | {
            "nav_key": "news",
            "years": self.years(),
            "topics": self.topics(),
            "total": page.paginator.count,
            "page_range": page.paginator.get_elided_page_range(page.number),
        }


@method_decorator(public_page(), name="dispatch")
class ReleaseDetail(PublishableDetail):
    model = Release
    template_name = "news/release_detail.html"

    def get_queryset(self):
        return Release.objects.for_page()

    def nav_key(self, item):
        return "news"

    def get_context_data(self, **kwargs):
        release = self.object
        context = super().get_context_data(**kwargs)
        return context | {
            "crumbs": self.crumbs(context),
            "events": list(release.events.public().for_link()),
            "agreements": list(release.agreements.public().for_lines()),
            "institutions": list(release.institutions.public().for_link()),
            "previous": release.neighbour(older=True),
            "next": release.neighbour(older=False),
        }

    def crumbs(self, context):
        news = reverse("news:release_list")
        date = self.object.printed_date
        year = (
            (date.year, f"{news}?year={date.year}")
            if date
            else (_("Undated"), f"{news}?year={UNDATED}")
        )
        return [(_("News"), news), year]


@method_decorator(public_page("page"), name="dispatch")
class EventList(ListView):
    """What is still to come, then the record of what was."""

    template_name = "news/event_list.html"
    context_object_name = "past"
    paginate_by = 20

    def get_queryset(self):
        return Event.objects.public().past().for_list()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        upcoming = Event.objects.public().upcoming().for_list() if page.number == 1 else []
        return context | {
            "nav_key": "events",
            "upcoming": upcoming,
            "page_range": page.paginator.get_elided_page_range(page.number),
        }


@method_decorator(public_page(), name="dispatch")
class EventDetail(PublishableDetail):
    model = Event
    template_name = "news/event_detail.html"
    queryset = Event.objects.for_list()

    def nav_key(self, item):
        return "events"

    def get_context_data(self, **kwargs):
        event = self.object
        return super().get_context_data(**kwargs) | {
            "is_over": event.is_over(),
            "institutions": event.institutions.public(),
            "agreements": event.agreements.public().with_status().for_register(),
            "releases": event.releases.public().newest_first().for_list(),
        }
