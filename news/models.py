"""Releases and events: what the office tells, and what it invites to."""

import datetime
import hashlib
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from news.event_parts import Delegation, EventOrganiser, Session
from news.parts import (
    Attachment,
    Boilerplate,
    BoilerplateVersion,
    Correction,
    GalleryPicture,
    Note,
    Point,
    PressContact,
    PressTelephone,
    Quote,
)
from partners.models import Agreement, CooperationField, Institution, Participation, Place
from partners.models.places import with_surroundings
from publishing.editorial import languages
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read
from publishing.editorial.languages import column
from publishing.editorial.models import Publishable, PublishableQuerySet, items
from publishing.editorial.richtext import RichTextField
from publishing.media.models import Video
from publishing.pageviews.querysets import PageviewQuerySet

__all__ = [
    "Attachment",
    "Boilerplate",
    "BoilerplateVersion",
    "Correction",
    "Delegation",
    "Event",
    "EventOrganiser",
    "GalleryPicture",
    "ImportedRelease",
    "Note",
    "Point",
    "PressContact",
    "PressTelephone",
    "Quote",
    "Release",
    "Session",
]


NAMES = languages.columns("name")


class EventQuerySet(PublishableQuerySet):
    def upcoming(self, now=None):
        """Not yet over; with ``past`` it divides all events at one boundary."""
        return self.filter(ends_at__gt=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, now=None):
        return self.filter(ends_at__lte=now or timezone.now()).order_by("-starts_at", "-pk")

    def for_list(self):
        return self.select_related(with_surroundings("place"))

    def for_page(self):
        return self.for_list().select_related("parent", "intro_video__poster", "recording__poster")

    def for_calendar(self):
        """Events whose day is known: no calendar can hold one that is "in May"."""
        return (
            self.filter(start_date_first=F("start_date_last"))
            .for_list()
            .order_by("starts_at", "pk")
        )

    def next_join(self, after):
        """When the next link for taking part appears, or None."""
        opening = self.filter(join_opens_at__gt=after).exclude(join_url="")
        return opening.aggregate(models.Min("join_opens_at"))["join_opens_at__min"]

    def for_link(self):
        """What a link shows beside the title: the day and the place."""
        steps = with_surroundings("place").split("__")
        places = ["__".join(steps[: depth + 1]) for depth in range(len(steps))]
        shown = [f"{place}__{name}" for place in places for name in ("level", *NAMES)]
        return self.for_list().only("slug", "start_date", *languages.columns("title"), *shown)

    def next_end(self, after):
        """When the next event turns into the past, or None."""
        return self.filter(ends_at__gt=after).aggregate(models.Min("ends_at"))["ends_at__min"]


class Event(Publishable):
    """A conference, a signing, a visit: an interval, a place, and who takes part."""

    class Kind(models.TextChoices):
        CONFERENCE = "conference", _("Conference")
        FORUM = "forum", _("Forum")
        SIGNING = "signing", _("Signing ceremony")
        LAUNCH = "launch", _("Launch")
        GROUND_BREAKING = "ground_breaking", _("Ground-breaking")
        INAUGURATION = "inauguration", _("Inauguration")
        MEETING = "meeting", _("Meeting")
        VISIT = "visit", _("Visit")
        LECTURE = "lecture", _("Lecture")
        ROUND_TABLE = "round_table", _("Round table")
        PROMOTION = "promotion", _("Promotion")
        TRAINING = "training", _("Training")

    class Mode(models.TextChoices):
        """schema.org EventAttendanceModeEnumeration, and not knowing."""

        OFFLINE = "offline", _("in person")
        ONLINE = "online", _("online")
        MIXED = "mixed", _("in person and online")
        UNKNOWN = "unknown", _("not stated")

    class Status(models.TextChoices):
        """schema.org EventStatusType, and how sure an announcement is."""

        PROVISIONAL = "provisional", _("provisional")
        CONFIRMED = "confirmed", _("confirmed")
        POSTPONED = "postponed", _("postponed")
        RESCHEDULED = "rescheduled", _("rescheduled")
        CANCELLED = "cancelled", _("cancelled")
        MOVED_ONLINE = "moved_online", _("moved online")

    class PartOfDay(models.TextChoices):
        MORNING = "morning", _("morning")
        AFTERNOON = "afternoon", _("afternoon")
        EVENING = "evening", _("evening")

    title = models.CharField(_("title"), max_length=250, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    body = RichTextField(_("text"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.CONFERENCE)
    mode = models.CharField(
        _("attendance"), max_length=8, choices=Mode.choices, default=Mode.UNKNOWN
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.CONFIRMED
    )
    previous_date = PartialDateField(
        _("date announced before"), help_text=_("Empty: kept by itself when the day changes.")
    )
    status_reason = models.TextField(_("reason"), blank=True, help_text=_("Readers see it."))
    start_date = PartialDateField(_("first day"), blank=False)
    start_date_first = FirstDayField(source="start_date")
    start_date_last = LastDayField(source="start_date")
    start_time = models.TimeField(_("begins at"), null=True, blank=True)
    part_of_day = models.CharField(
        _("part of the day"),
        max_length=10,
        choices=PartOfDay.choices,
        blank=True,
        help_text=_("Where the hour is not known."),
    )
    end_date = PartialDateField(_("last day"), help_text=_("Empty: the same day."))
    end_date_first = FirstDayField(source="end_date")
    end_date_last = LastDayField(source="end_date")
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        help_text=_("Of the times above, for example Asia/Shanghai. Empty: the office's own."),
    )
    starts_at = models.DateTimeField(editable=False, null=True)
    ends_at = models.DateTimeField(editable=False, null=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    section = models.CharField(
        _("section"), max_length=160, blank=True, help_text=_("Of the larger event.")
    )
    join_url = models.URLField(_("link for taking part"), max_length=500, blank=True)
    join_minutes = models.PositiveSmallIntegerField(
        _("shown, minutes before"),
        default=30,
        help_text=_("Readers see the link from then until the event is over."),
    )
    join_opens_at = models.DateTimeField(editable=False, null=True)
    intro_video = models.ForeignKey(
        Video,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("introductory video"),
    )
    recording = models.ForeignKey(
        Video,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recording"),
        help_text=_("Shown after the event."),
    )
    # What calendars show, in short, and how often it has changed (RFC 5545, SEQUENCE).
    calendar_facts = models.CharField(max_length=64, blank=True, editable=False)
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)
    place = models.ForeignKey(
        Place,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("place"),
    )
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    institutions = models.ManyToManyField(
        Institution, blank=True, related_name="events", verbose_name=_("institutions")
    )
    agreements = models.ManyToManyField(
        Agreement, blank=True, related_name="events", verbose_name=_("agreements")
    )
    field = models.ForeignKey(
        CooperationField,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("field of cooperation"),
    )

    people = GenericRelation(Participation, "target_id", "target_type")

    objects = items(EventQuerySet)
    with_copies = EventQuerySet.as_manager()

    url_name = "news:event"
    # A link for those who take part is nothing to look at beforehand.
    closed_addresses = ("join_url",)
    required_to_publish = ("title",)
    owned = ("people", "organisers", "delegations", "sessions")

    class Meta(Publishable.Meta):
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            *Publishable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at"))
                & (Q(end_date_last__isnull=True) | Q(end_date_last__gte=F("start_date_first"))),
                name="news_event_ends_after_start",
                violation_error_message=_("An event cannot end before it starts."),
            ),
        ]

    def save(self, *args, **kwargs):
        self.derive()
        self.note_calendar()
        super().save(*args, **kwargs)

    def note_calendar(self):
        """A change of what calendars show raises the sequence: it never falls."""
        shown = [self.starts_at, self.ends_at, self.status, self.place_id, self.start_time]
        shown += [languages.text(self, n, c) for n in ("title", "venue") for c in languages.CODES]
        facts = hashlib.sha256(repr(shown).encode()).hexdigest()
        if facts != self.calendar_facts and self.calendar_facts:
            stored = Event._base_manager.filter(pk=self.pk).values_list("calendar_sequence")
            known = stored.first() or (0,)
            self.calendar_sequence = max(self.calendar_sequence, *known) + 1
        self.calendar_facts = facts

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)

    def derive(self):
        """First and last instant, from what is known of day and hour.

        An event of unknown hour lasts until its day is over; one whose day is unknown, until
        the month or the year is.
        """
        start = read(self.start_date)
        if start is None:
            self.starts_at = self.ends_at = self.join_opens_at = None
            return
        end = read(self.end_date) or start
        begin = self.start_time or datetime.time.min
        self.starts_at = datetime.datetime.combine(start.first, begin, tzinfo=self.zone)
        self.join_opens_at = self.starts_at - datetime.timedelta(minutes=self.join_minutes)
        if self.end_time:
            self.ends_at = datetime.datetime.combine(end.last, self.end_time, tzinfo=self.zone)
        else:
            after = end.last + datetime.timedelta(days=1)
            self.ends_at = datetime.datetime.combine(after, datetime.time.min, tzinfo=self.zone)

    def clean(self):
        super().clean()
        if self.time_zone and self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": _("This time zone is not known.")})
        self.derive()
        start, end = read(self.start_date), read(self.end_date)
        if start and ((end and end.last < start.first) or self.ends_at < self.starts_at):
            wrong = "end_date" if end else "end_time"
            raise ValidationError({wrong: _("An event cannot end before it starts.")})
        self._keep_previous_date()
        larger, steps = self.parent, 0
        while larger is not None and steps < 10:
            if larger.pk == self.pk:
                raise ValidationError({"parent": _("An event cannot be part of itself.")})
            larger, steps = larger.parent, steps + 1

    def _keep_previous_date(self):
        if self.status != self.Status.RESCHEDULED or self.previous_date:
            return
        before = Event._base_manager.filter(pk=self.pk or 0).first()
        if before is not None and before.start_date != self.start_date:
            self.previous_date = before.start_date
        else:
            raise ValidationError({"previous_date": _("Give the date announced before.")})

    @property
    def day_of_people(self) -> datetime.date | None:
        """The day for which the titles of those who took part are right."""
        return self.start_date_first

    def is_over(self, now=None) -> bool:
        return self.ends_at is not None and self.ends_at <= (now or timezone.now())

    def may_be_joined(self, now=None) -> bool:
        """Whether the link for taking part is shown now."""
        now = now or timezone.now()
        off = (self.Status.CANCELLED, self.Status.POSTPONED)
        if not self.join_url or self.join_opens_at is None or self.status in off:
            return False
        return self.join_opens_at <= now < self.ends_at

    @property
    def where(self) -> list[str]:
        """Venue, the venue it lies in, and so on up to the city, in the reader's language."""
        names = [self.venue] if self.venue else []
        for place in self.place.chain() if self.place else ():
            names.append(languages.first_text(place, "name"))
            if place.level in (Place.Level.CITY, Place.Level.PROVINCE, Place.Level.COUNTRY):
                break
        return names

    @property
    def printed_previous(self):
        return read(self.previous_date)

    @property
    def printed_date(self):
        return read(self.start_date)

    @property
    def printed_end(self):
        """The last day, where it is another than the first."""
        return read(self.end_date) if self.end_date not in ("", self.start_date) else None


class ReleaseQuerySet(PageviewQuerySet, PublishableQuerySet):
    def newest_first(self):
        """By release date as printed; an undated one by its publication instant."""
        return self.order_by(f"-{column('order', languages.active())}", "-pk")

    def in_year(self, year: int):
        return self.filter(release_date_first__year=year)

    def undated(self):
        return self.filter(release_date="")

    def before(self, instant: datetime.datetime):
        """What stands in the reader's list behind this instant."""
        return self.filter((f"{column('order', languages.active())}__lt", instant))

    def most_read(self):
        """Needs ``with_pageviews``, as in a list."""
        return self.order_by("-pageviews", f"-{column('order', languages.active())}", "-pk")

    def of_same_events(self, release: int):
        """Others that tell of an event of this release; who shares most partners comes first."""
        told = Release.events.through.objects
        same = told.filter(event__in=told.filter(release=release).values("event"))
        return self._nearest_to(release, same)

    def of_same_partners(self, release: int):
        return self._nearest_to(release, _naming_partners_of(release))

    def _nearest_to(self, release, links):
        # Found by an index first: to ask each release for what it shares is to read all of them.
        shared = _naming_partners_of(release).filter(release=OuterRef("pk")).order_by()
        shared = shared.values("release").annotate(n=models.Count("pk")).values("n")
        return (
            self.filter(pk__in=links.values("release"))
            .exclude(pk=release)
            .annotate(shared=Coalesce(Subquery(shared), 0))
            .order_by("-shared", f"-{column('order', languages.active())}", "-pk")
            .for_row()
        )

    def beside(self, place: datetime.datetime, release: int, *, older: bool):
        """What stands before or after this place in the reader's list, the nearest first."""
        name = column("order", languages.active())
        way, order = ("lt", "-") if older else ("gt", "")
        # The first condition says nothing new, but lets the index begin at this place.
        beyond = Q((f"{name}__{way}e", place)) & (
            Q((f"{name}__{way}", place)) | Q((f"pk__{way}", release))
        )
        return self.filter(beyond).order_by(f"{order}{name}", f"{order}pk")

    def for_page(self):
        """Everything of one language; the texts of the other stay behind."""
        there = languages.other(languages.active())
        rows = self.select_related("field", "lead_image").with_pageviews()
        return rows.defer(*(column(name, there) for name in ("headline", "summary", "body")))

    def for_link(self):
        """What a link shows, and the place in the list of who follows it."""
        here = languages.active()
        return self.only(
            "slug", *(column(name, here) for name in ("order", "headline", "list_title"))
        )

    def for_row(self):
        """What ``news/_release_rows.html`` shows and nothing else."""
        rows = self.select_related("field", "lead_image").with_pageviews()
        return rows.only(*_shown_in_a_row())

    def for_list(self):
        """Everything a row shows, in a constant number of queries; long texts stay behind."""
        return self.for_page().defer(*languages.columns("body", "notice", "field__summary"))


def _naming_partners_of(release):
    """The rows by which releases name a partner that this release names."""
    named = Release.institutions.through.objects
    return named.filter(institution__in=named.filter(release=release).values("institution"))


def _shown_in_a_row() -> list[str]:
    here = languages.active()
    window = languages.columns("state", "publish_at", "embargo_until", "expire_at")
    texts = (column(name, here) for name in ("headline", "list_title", "summary"))
    field = (column("field__name", here), "field__slot")
    return ["live", "slug", "release_date", *window, *texts, *field, "lead_image"]


class Release(Publishable):
    """A text that the office publishes under a date."""

    class Kind(models.TextChoices):
        NEWS = "news", _("news")
        PRESS_RELEASE = "press_release", _("press release")
        EVENT_REPORT = "event_report", _("event report")
        ANNOUNCEMENT = "announcement", _("announcement")
        ADVISORY = "advisory", _("media advisory")
        STATEMENT = "statement", _("statement")
        FEATURE = "feature", _("feature")

    class Origin(models.TextChoices):
        OWN = "own", _("own")
        REPUBLISHED = "republished", _("republished")
        WIRE = "wire", _("wire")

    headline = models.CharField(_("headline"), max_length=250, blank=True)
    list_title = models.CharField(
        _("title in lists"), max_length=160, blank=True, help_text=_("Empty: the headline.")
    )
    summary = models.TextField(_("summary"), blank=True)
    search_description = models.CharField(
        _("description for search engines"),
        max_length=300,
        blank=True,
        help_text=_("Empty: the summary."),
    )
    body = RichTextField(_("text"))
    dateline_place = models.CharField(
        _("dateline, place"), max_length=100, blank=True, help_text=_("NANJING, China")
    )
    dateline_date = PartialDateField(_("dateline, date"))
    dateline_wire = models.CharField(
        _("dateline, wire"), max_length=60, blank=True, help_text=_("PRNewswire")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices, default=Kind.NEWS)
    release_date = PartialDateField(
        _("release date"),
        help_text=_("As it is printed: 2020-09-30, 2020-09 or 2020. Empty: shown as not given."),
    )
    release_date_first = FirstDayField(source="release_date")
    release_date_last = LastDayField(source="release_date")
    origin = models.CharField(
        _("origin"), max_length=12, choices=Origin.choices, default=Origin.OWN
    )
    source_name = models.CharField(_("source"), max_length=160, blank=True)
    source_url = models.URLField(_("address of the source"), blank=True)
    field = models.ForeignKey(
        CooperationField,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="releases",
        verbose_name=_("field of cooperation"),
    )
    lead_image = models.ForeignKey(
        "media.Image",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead image"),
    )
    institutions = models.ManyToManyField(
        Institution, blank=True, related_name="releases", verbose_name=_("institutions")
    )
    events = models.ManyToManyField(
        Event, blank=True, related_name="releases", verbose_name=_("events")
    )
    agreements = models.ManyToManyField(
        Agreement, blank=True, related_name="releases", verbose_name=_("agreements")
    )
    press_contacts = models.ManyToManyField(
        PressContact, blank=True, related_name="releases", verbose_name=_("press contacts")
    )
    boilerplates = models.ManyToManyField(
        BoilerplateVersion,
        blank=True,
        related_name="releases",
        verbose_name=_("standing texts"),
        help_text=_("The release keeps the version that is chosen here."),
    )
    videos = models.ManyToManyField(Video, blank=True, related_name="+", verbose_name=_("videos"))

    people = GenericRelation(Participation, "target_id", "target_type")

    order_en = models.DateTimeField(editable=False, null=True)
    order_zh_hans = models.DateTimeField(editable=False, null=True)

    objects = items(ReleaseQuerySet)
    with_copies = ReleaseQuerySet.as_manager()

    title_field = "headline"
    url_name = "news:release"
    required_to_publish = ("headline", "body")
    owned = (
        "people",
        "quotes",
        "points",
        "notes",
        "attachments",
        "pictures",
        "corrections",
    )

    class Meta(Publishable.Meta):
        ordering = ["-release_date_last", "-pk"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        indexes = [
            models.Index(
                fields=[f"-{column('order', code)}", "-id"],
                name=f"news_release_newest_{languages.suffix(code)}",
            )
            for code in languages.CODES
        ]

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    def derive(self):
        """The instant by which each language's lists order this release."""
        date = self.printed_date
        for code in languages.CODES:
            instant = self.publish_at(code)
            if date:
                instant = datetime.datetime.combine(
                    date.last, datetime.time.max, tzinfo=ZoneInfo(settings.TIME_ZONE)
                )
            setattr(self, column("order", code), instant)

    @property
    def printed_date(self):
        return read(self.release_date)

    def place(self) -> tuple[datetime.datetime | None, int]:
        """Where it stands in the reader's list, which goes from the last place to the first."""
        return getattr(self, column("order", languages.active())), self.pk

    @property
    def title_in_lists(self):
        here = languages.active()
        return languages.text(self, "list_title", here) or languages.text(self, "headline", here)

    def has(self, name: str) -> bool:
        """Whether a relation is worth asking for: false where its page found that it is empty."""
        return getattr(self, f"has_{name}", True)

    def rows(self, name: str, *related: str):
        if not self.has(name):
            return []
        rows = getattr(self, name).all()
        return rows.select_related(*related) if related else rows

    @property
    def dateline(self) -> str:
        """ "NANJING, China, July 3, 2020 /PRNewswire/ --", as far as its parts are known."""
        date = read(self.dateline_date)
        parts = {"place": self.dateline_place or "", "date": date.in_dateline() if date else ""}
        line = parts["place"] or parts["date"]
        if all(parts.values()):
            line = pgettext("place and date that open a wire text", "%(place)s, %(date)s") % parts
        wire = f"/{self.dateline_wire}/" if self.dateline_wire else ""
        opening = " ".join(part for part in (line, wire) if part)
        return f"{opening} --" if opening else ""

    @property
    def original_url(self) -> str:
        """Where the text stands first, if this is only its copy."""
        return self.source_url if self.origin == self.Origin.REPUBLISHED else ""

    @property
    def day_of_people(self) -> datetime.date | None:
        """The day for which the titles of those who are named are right."""
        return self.release_date_last


class ImportedRelease(models.Model):
    """Which release came from which item of an old site: no item is brought over twice."""

    source_id = models.CharField(_("number on the old site"), max_length=200)
    release = models.OneToOneField(Release, on_delete=models.CASCADE, related_name="imported")
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("imported release")
        verbose_name_plural = _("imported releases")
        constraints = [
            models.UniqueConstraint(
                fields=["source_id"],
                name="news_importedrelease_once",
                violation_error_message=_("This item was imported already."),
            ),
        ]

    def __str__(self):
        return self.source_id


# Rows of this floor that stand in files of their own.
from news.commitments import Commitment, Evidence  # noqa: E402, F401
