from dataclasses import replace

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import ListView

from news import reading
from news.archive import ArchivePaginator, archive
from news.calendars import calendar
from news.composition import composed
from news.feeds import CHOICES, title_of
from news.models import Event, EventOrganiser, Release
from news.programme import spoken_in
from news.selection import MOST_READ, PARAMETERS, UNDATED, Selection
from partners.models import (
    Agreement,
    CooperationField,
    PersonShown,
)
from publishing.cache.pages import public_page
from publishing.cache.shared import once_per_version
from publishing.editorial import languages
from publishing.editorial.addresses import absolute, fixed_address
from publishing.editorial.views import PublishableDetail


@once_per_version
def fields_of_cooperation() -> list[CooperationField]:
    return list(CooperationField.objects.all())


@method_decorator(public_page(*PARAMETERS, "page"), name="dispatch")
class ReleaseList(ListView):
    """All releases, narrowed by what the address says; each choice is part of it."""

    template_name = "news/release_list.html"
    context_object_name = "releases"
    paginate_by = 10

    def get_queryset(self):
        self.fields = fields_of_cooperation()
        self.chosen = Selection.read(self.request.GET, self.fields)
        self.archive = archive(self.chosen.institution)
        # By date, the paginator knows which releases stand on a page.
        return self.chosen.releases().for_row().most_read() if self.chosen.sort else []

    def get_paginator(self, releases, per_page, **kwargs):
        counted = self.archive.of(self.chosen)
        return ArchivePaginator(releases, per_page, archive=counted, chosen=self.chosen, **kwargs)

    def address(self, **changes):
        """This list with other choices, on its first page."""
        return self.request.path + self.chosen.query(**changes)

    @cached_property
    def years(self):
        counts = self.archive.of(self.chosen, "year").years()
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
            "current": value == self.chosen.year,
            "share": share,
        }

    @cached_property
    def topics(self):
        counts = self.archive.of(self.chosen, "field").counts("field")
        everything = self.chip(_("All topics"), "field", "", not self.chosen.field, counts)
        return [everything] + [
            self.chip(field.name, "field", field.slug, field == self.chosen.field, counts, field.pk)
            | {"slot": field.slot}
            for field in self.fields
            if counts.get(field.pk) or field == self.chosen.field
        ]

    @cached_property
    def kinds(self):
        """Only where there is a choice: one kind alone narrows nothing."""
        counts = self.archive.of(self.chosen, "kind").counts("kind")
        if len(counts) < 2 and not self.chosen.kind:
            return []
        everything = self.chip(_("All kinds"), "kind", "", not self.chosen.kind, counts)
        return [everything] + [
            self.chip(kind.label, "kind", kind.value, kind == self.chosen.kind, counts, kind.value)
            for kind in Release.Kind
            if counts.get(kind.value) or kind == self.chosen.kind
        ]

    def chip(self, name, parameter, value, current, counts, key=None):
        return {
            "name": name,
            "count": sum(counts.values()) if key is None else counts.get(key, 0),
            "url": self.address(**{parameter: value}),
            "current": current,
        }

    # What follows from the choice alone is asked for where the template keeps nothing of it yet.

    def all_institutions_url(self):
        return self.address(institution="")

    def order_url(self):
        return self.address(sort="" if self.chosen.sort else MOST_READ)

    def feed_url(self):
        return reverse("news:atom") + self.chosen.query(*CHOICES)

    def feed_title(self):
        return title_of(self.chosen)

    def mail_query(self):
        return self.chosen.query("field", "institution")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        return context | {
            "nav_key": "news",
            "chosen": self.chosen,
            "total": page.paginator.count,
            "pages": page.paginator.num_pages,
        }


@method_decorator(public_page(), name="dispatch")
class ReleaseDetail(PublishableDetail):
    model = Release
    template_name = "news/release_detail.html"

    def find(self):
        return reading.release_at(self.kwargs["slug"])

    def nav_key(self, item):
        return "news"

    def get_context_data(self, **kwargs):
        release = self.object
        context = super().get_context_data(**kwargs)
        address = context["page_urls"].canonical
        if release.original_url:
            # A copy names its original; languages of the copy are no alternates of that.
            context["page_urls"] = replace(
                context["page_urls"], canonical=release.original_url, alternates=[]
            )
        agreements = reading.agreements(release)
        parties = reading.parties(release, agreements)
        among_parties = {party.institution_id for party in parties}
        pictures = list(release.rows("pictures", "image"))
        around = reading.around(release)
        return context | {
            "page_address": address,
            "crumbs": self.crumbs(context),
            "parts": composed(release, opening=release.dateline),
            "events": reading.events(release),
            "agreements": agreements,
            "parties": parties,
            "institutions": [
                institution
                for institution in reading.institutions(release)
                if institution.pk not in among_parties
            ],
            "corrections": [row for row in release.rows("corrections") if row.text],
            "notes": [row for row in release.rows("notes") if row.text],
            "attachments": [row for row in release.rows("attachments", "file") if row.label],
            "pictures": pictures,
            "people_shown": people_shown(release.lead_image, *(row.image for row in pictures)),
            "videos": release.rows("videos", "poster"),
            "boilerplates": [row for row in release.rows("boilerplates") if row.text],
            "contacts": release.press_contacts.for_page() if release.has("press_contacts") else [],
            "people": named(release),
            "related": around.related,
            "previous": around.earlier,
            "next": around.later,
        }

    def crumbs(self, context):
        news = fixed_address("news:release_list")
        date = self.object.printed_date
        year = (
            (date.year, f"{news}?year={date.year}")
            if date
            else (_("Undated"), f"{news}?year={UNDATED}")
        )
        return (_("News"), news), year


def named(release):
    """The people whom a release names, under the names and titles of its day."""
    language = languages.active()
    rows = release.people.for_display() if release.has("people") else []
    return [
        {"name": row.name_in(language), "role": row.title_in(language)}
        for row in rows
        if row.person is None or row.person.is_public
    ]


def people_shown(*pictures):
    """Who stands in each picture, by its key: "A, B"."""
    known = [picture for picture in pictures if picture]
    names = PersonShown.objects.names_by_picture(known) if known else {}
    return {key: pgettext("between names", ", ").join(several) for key, several in names.items()}


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
            "calendar_url": reverse("news:calendar"),
        }


@method_decorator(public_page("spoken"), name="dispatch")
class EventDetail(PublishableDetail):
    model = Event
    template_name = "news/event_detail.html"

    def find(self):
        return reading.event_at(self.kwargs["slug"])

    def nav_key(self, item):
        return "events"

    def get_context_data(self, **kwargs):
        event = self.object
        is_over = event.is_over()
        sessions = list(
            event.sessions.select_related("event").prefetch_related(public_agreements())
        )
        spoken = self.request.GET.get("spoken", "")
        if spoken and spoken not in spoken_in(sessions):
            raise Http404
        agreements = list(event.agreements.public().with_status())
        releases = reading.releases_of_event(event)
        calendar = reverse("news:event_calendar", args=[event.slug])
        context = super().get_context_data(**kwargs)
        if spoken:
            # A part of the page, which is no page of its own.
            here = absolute(event.get_absolute_url())
            context["page_urls"] = replace(context["page_urls"], canonical=here, alternates=[])
        return context | {
            "crumbs": [
                (_("Events"), reverse("news:event_list")),
                (str(event.printed_date.year), ""),
            ],
            "is_over": is_over,
            "is_off": event.status in (Event.Status.CANCELLED, Event.Status.POSTPONED),
            "ics_url": calendar if event.printed_date.day and not is_over else "",
            "join_url": event.join_url if event.may_be_joined() else "",
            "parent": event.parent
            if event.parent and event.parent.is_public(self.language)
            else None,
            "parts": reading.parts_of_event(event),
            "organisers": self.organisers(event),
            "delegations": [
                row
                for row in event.delegations.select_related("person", "post")
                if row.name or row.name_here
            ],
            "sessions": [one for one in sessions if one.is_spoken_in(spoken)],
            "spoken_choices": self.spoken_choices(sessions, spoken),
            "institutions": event.institutions.public(),
            "agreements": [one for one in agreements if not (is_over and one.signed)],
            "signed": [one for one in agreements if is_over and one.signed],
            "reports": [one for one in releases if is_over and not self.is_earlier(one)],
            "releases": [one for one in releases if not is_over or self.is_earlier(one)],
        }

    def is_earlier(self, release):
        """Whether a release could not yet know how the event went."""
        last = release.release_date_last
        return last is not None and last < self.object.start_date_first

    def spoken_choices(self, sessions, chosen):
        """The programme by language, where its sessions have several."""
        labels = [("", _("All languages"))]
        labels += [(one.value, one.label) for one in spoken_in(sessions)]
        if len(labels) < 3:
            return []
        return [
            {
                "name": capfirst(label),
                "url": f"?spoken={value}#programme" if value else f"{self.request.path}#programme",
                "current": value == chosen,
            }
            for value, label in labels
        ]

    def organisers(self, event):
        """``[(role, [organiser, …]), …]`` in the order of the roles."""
        rows = list(event.organisers.select_related("institution"))
        roles = [(role, [row for row in rows if row.role == role]) for role in EventOrganiser.Role]
        return [(role.label, named) for role, named in roles if named]


def public_agreements():
    return Prefetch("agreements", Agreement.objects.public().with_status().select_related("kind"))


@public_page()
def event_calendar(request):
    """All public events of known day, for calendars that ask again."""
    events = Event.objects.public().for_calendar()
    return _ics(calendar(events, name=_("Events")), "events.ics")


@public_page()
def event_entry(request, slug):
    event = get_object_or_404(Event.objects.public().for_calendar(), slug=slug)
    return _ics(calendar([event], name=event.title), f"{slug}.ics")


def _ics(content, filename):
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    return response
