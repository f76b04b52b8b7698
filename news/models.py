"""Releases and events: what the office tells, and what it invites to."""

import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Agreement, CooperationField, Institution, Participation, Place
from publishing.editorial import languages
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read
from publishing.editorial.languages import column
from publishing.editorial.models import Publishable, PublishableQuerySet
from publishing.editorial.richtext import RichTextField
from publishing.pageviews.querysets import PageviewQuerySet


class EventQuerySet(PublishableQuerySet):
    def upcoming(self, now=None):
        """Not yet over; with ``past`` it divides all events at one boundary."""
        return self.filter(ends_at__gt=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, now=None):
        return self.filter(ends_at__lte=now or timezone.now()).order_by("-starts_at", "-pk")

    def for_list(self):
        return self.select_related("place__parent")

    def for_link(self):
        """What a link shows beside the title: the day and the place."""
        place = languages.columns("place__name")
        return self.select_related("place").only(
            "slug", "start_date", *languages.columns("title"), *place
        )

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

    objects = EventQuerySet.as_manager()

    url_name = "news:event"
    required_to_publish = ("title",)

    class Meta(Publishable.Meta):
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            *Publishable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")),
                name="news_event_ends_after_start",
                violation_error_message=_("An event cannot end before it starts."),
            ),
        ]

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

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
            self.starts_at = self.ends_at = None
            return
        end = read(self.end_date) or start
        begin = self.start_time or datetime.time.min
        self.starts_at = datetime.datetime.combine(start.first, begin, tzinfo=self.zone)
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
        if self.starts_at and self.ends_at < self.starts_at:
            raise ValidationError({"end_date": _("An event cannot end before it starts.")})

    @property
    def day_of_people(self) -> datetime.date | None:
        """The day for which the titles of those who took part are right."""
        return self.start_date_first

    def is_over(self, now=None) -> bool:
        return self.ends_at is not None and self.ends_at <= (now or timezone.now())

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

    def for_page(self):
        """Everything of one language; the texts of the other stay behind."""
        there = languages.other(languages.active())
        rows = self.select_related("field", "lead_image").with_pageviews()
        return rows.defer(*(column(name, there) for name in ("headline", "summary", "body")))

    def for_list(self):
        """Everything a row shows, in a constant number of queries; long texts stay behind."""
        return self.for_page().defer(*languages.columns("body", "notice", "field__summary"))


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
    summary = models.TextField(_("summary"), blank=True)
    body = RichTextField(_("text"))
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

    people = GenericRelation(Participation, "target_id", "target_type")

    order_en = models.DateTimeField(editable=False, null=True)
    order_zh_hans = models.DateTimeField(editable=False, null=True)

    objects = ReleaseQuerySet.as_manager()

    title_field = "headline"
    url_name = "news:release"
    required_to_publish = ("headline", "body")

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

    @property
    def day_of_people(self) -> datetime.date | None:
        """The day for which the titles of those who are named are right."""
        return self.release_date_last

    def neighbour(self, *, older: bool):
        """The public release just before or after this one in the reader's list, or None."""
        name = column("order", languages.active())
        place = getattr(self, name)
        way, order = ("lt", "-") if older else ("gt", "")
        # The first condition says nothing new, but lets the index begin at this place.
        beyond = Q((f"{name}__{way}e", place)) & (
            Q((f"{name}__{way}", place)) | Q((f"pk__{way}", self.pk))
        )
        releases = Release.objects.public().filter(beyond)
        return (
            releases.order_by(f"{order}{name}", f"{order}pk")
            .only("slug", *languages.columns("headline"))
            .first()
        )


# Rows of this floor that stand in files of their own.
from news.commitments import Commitment, Evidence  # noqa: E402, F401
