from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import ListView

from news.models import Event, Release
from partners.models import CooperationField
from publishing.cache.pages import public_page
from publishing.editorial.views import PublishableDetail

UNDATED = "undated"


@method_decorator(public_page("year", "field", "page"), name="dispatch")
class ReleaseList(ListView):
    """All releases, narrowed by year and field; each choice is part of the address."""

    template_name = "news/release_list.html"
    context_object_name = "releases"
    paginate_by = 10

    def get_queryset(self):
        self.fields = list(CooperationField.objects.all())
        self.field = self.chosen_field()
        self.year = self.request.GET.get("year", "")
        return self.narrow(self.in_year(Release.objects.public())).newest_first().for_list()

    def chosen_field(self):
        slug = self.request.GET.get("field")
        if not slug:
            return None
        for field in self.fields:
            if field.slug == slug:
                return field
        raise Http404

    def narrow(self, releases):
        return releases.filter(field=self.field) if self.field else releases

    def in_year(self, releases):
        if not self.year:
            return releases
        if self.year == UNDATED:
            return releases.undated()
        if self.year.isascii() and self.year.isdigit() and 1 <= int(self.year) <= 9999:
            return releases.in_year(int(self.year))
        raise Http404

    def address(self, **changes):
        """This list with other choices, on its first page."""
        chosen = {"year": self.year, "field": self.field.slug if self.field else ""} | changes
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in chosen.items() if value})
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def years(self):
        releases = self.narrow(Release.objects.public())
        counts = [(str(year), str(year), count) for year, count in releases.years()]
        undated = releases.undated().count()
        if undated:
            counts.append((UNDATED, _("Undated"), undated))
        most = max((count for _value, _label, count in counts), default=1)
        total = sum(count for _value, _label, count in counts)
        return [self.year_bar("", _("All"), total, 0)] + [
            self.year_bar(value, label, count, count / most) for value, label, count in counts
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
        counts = self.in_year(Release.objects.public()).counts_by_field()
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
    queryset = Release.objects.for_page()

    def nav_key(self, item):
        return "news"

    def get_context_data(self, **kwargs):
        release = self.object
        context = super().get_context_data(**kwargs)
        events = list(release.events.public().for_list())
        return context | {
            "crumbs": self.crumbs(context),
            "events": events,
            "agreements": release.agreements.public().with_status().for_register(),
            "institutions": release.institutions.public(),
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
