"""What the office invites to: an interval, a place, and who takes part."""

import datetime
import hashlib
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Agreement, CooperationField, Institution, Participation, Place
from partners.models.places import with_surroundings
from publishing.editorial import languages, zones
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read
from publishing.editorial.models import Publishable, PublishableQuerySet, items
from publishing.editorial.richtext import RichTextField
from publishing.media.models import Video


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
        """What a link shows beside the title: the day, and the key of the place."""
        return self.only("slug", "start_date", "place", *languages.columns("title"))

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
        """Of the event's times; the office's where the row names none that is known."""
        return zones.zone_of(self.time_zone) or zones.zone_of(settings.TIME_ZONE)

    def derive(self):
        """First and last instant, from what is known of day and hour.

        An event of unknown hour lasts until its day is over; one whose day is unknown, until
        the month or the year is. No instant follows from an hour in an unknown zone.
        """
        zones.check(self)
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
