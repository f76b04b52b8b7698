"""What the office tells under a date."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from news.models.boilerplates import BoilerplateVersion
from news.models.events import Event
from news.models.press import PressContact
from partners.models import Agreement, CooperationField, Institution, Participation
from publishing.cache.keys import Keys
from publishing.editorial import languages
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read
from publishing.editorial.languages import column
from publishing.editorial.models import Publishable, PublishableQuerySet, items
from publishing.editorial.richtext import RichTextField
from publishing.media.models import Video
from publishing.pageviews.querysets import PageviewQuerySet


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

    def newest_of(self, relation: str, keys: tuple[int, ...], most: int):
        """Of each of these events or partners its newest ``most`` releases, as rows of its key, a
        release's key, its instant in the reader's list and the keys of the partners it names.
        """
        field = Release._meta.get_field(relation)
        there, order = field.m2m_reverse_field_name(), column("order", languages.active())
        listed = self.filter((f"{order}__isnull", False))
        links = field.remote_field.through.objects.filter(
            (f"{there}__in", keys), release__in=listed.order_by()
        )
        newest = [F(f"release__{order}").desc(), F("release").desc()]
        rank = Window(RowNumber(), partition_by=F(there), order_by=newest)
        partners = _linked("institutions", of="release")
        rows = links.annotate(rank=rank, partners=partners).filter(rank__lte=most)
        return rows.order_by("rank").values_list(there, "release", f"release__{order}", "partners")

    def with_keys(self):
        """``event_keys`` and so on: what each release is linked to, as its page lists it."""
        return self.annotate(
            event_keys=_linked("events", in_order=True),
            agreement_keys=_linked("agreements", in_order=True),
            institution_keys=_linked("institutions", in_order=True),
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

    def for_reader(self):
        """What its page shows in one language and nothing else; editors' notes stay behind."""
        rows = self.select_related("field", "lead_image").with_pageviews()
        return rows.only(*_shown_on_its_page())

    def for_row(self):
        """What ``news/_release_row.html`` shows and nothing else."""
        rows = self.select_related("field", "lead_image").with_pageviews()
        return rows.only(*_shown_in_a_row())

    def for_list(self):
        """Everything a row shows, in a constant number of queries; long texts stay behind."""
        return self.for_page().defer(*languages.columns("body", "notice", "field__summary"))


def _linked(relation, *, of="pk", in_order=False):
    field = Release._meta.get_field(relation)
    there = field.m2m_reverse_field_name()
    links = field.remote_field.through.objects.filter(release=OuterRef(of))
    return Keys(links.order_by(there) if in_order else links, there)


# Of a picture: where its renditions are, and how they are cut.
PICTURE = ("uid", "file", "sha256", "width", "height", "focal_x", "focal_y")


def _shown_in_a_row() -> list[str]:
    here = languages.active()
    window = languages.columns("state", "publish_at", "embargo_until", "expire_at")
    texts = (column(name, here) for name in ("order", "headline", "list_title", "summary"))
    field = (column("field__name", here), "field__slot")
    picture = (f"lead_image__{name}" for name in PICTURE)
    return ["live", "slug", "release_date", *window, *texts, *field, *picture]


def _shown_on_its_page() -> list[str]:
    here = languages.active()
    texts = ("body", "search_description", "notice", "source_name", "first_published")
    texts += ("last_updated", "dateline_place", "dateline_wire")
    facts = ("source_language", "source_url", "origin", "kind", "dateline_date")
    dates = ("release_date_first", "release_date_last")
    field = ("field__slug", *languages.columns("field__name"))
    words = (column(f"lead_image__{name}", here) for name in ("alt", "caption", "credit"))
    picture = ("lead_image__decorative", *words)
    here_only = (column(name, here) for name in texts)
    return [*_shown_in_a_row(), *here_only, *facts, *dates, *field, *picture]


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
        return self.list_title_in(languages.active())

    def list_title_in(self, language: str) -> str:
        short = languages.text(self, "list_title", language)
        return short or languages.text(self, "headline", language)

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
