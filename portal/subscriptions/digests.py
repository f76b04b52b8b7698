"""Which news each subscriber has not been told yet, and the letters that tell it.

Run as often as one likes, twice at the same time too: what was told is written down in the
transaction of the letter, once for each subscriber and version of a text.
"""

import datetime
import logging
from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.models import Event, Release
from portal.models import SiteSettings
from portal.subscriptions import letters
from portal.subscriptions.models import WINDOW, Edition, Subscriber, Told
from publishing.editorial import languages
from publishing.editorial.addresses import absolute
from publishing.editorial.languages import column, columns
from publishing.editorial.records import ChangeNote

logger = logging.getLogger(__name__)

KINDS = {"releases": Release, "events": Event}
# Digests of a day or a week tell what appeared until this hour, in the portal's time zone.
HOUR = 8
# A letter lists so many; the rest is on the site.
LISTED = 40
# That a text appeared; changes of it are named by their notes.
APPEARED = ""
CHUNK = 200
Rhythm = Subscriber.Rhythm


@dataclass(frozen=True)
class Version:
    name: str
    at: datetime.datetime
    note: str = ""


@dataclass(frozen=True)
class News:
    """A text in one language, with those of its versions that are news."""

    kind: str
    type_id: int
    pk: int
    language: str
    title: str
    summary: str
    url: str
    field_id: int | None
    institution_ids: frozenset[int]
    versions: tuple[Version, ...]

    @property
    def tag(self) -> str:
        return languages.TAGS[self.language]

    @property
    def is_new(self) -> bool:
        return any(version.name == APPEARED for version in self.versions)

    @property
    def notes(self) -> list[str]:
        """What has changed; of a text that is new to the reader nothing has."""
        return [] if self.is_new else [version.note for version in self.versions]

    @property
    def at(self) -> datetime.datetime:
        return max(version.at for version in self.versions)

    def keys(self):
        return {(self.type_id, self.pk, self.language, one.name) for one in self.versions}


@dataclass
class Report:
    letters: int = 0
    entries: int = 0
    # Numbers of subscribers whose letter could not be made.
    failed: list[int] = field(default_factory=list)


def send(*, now=None, dry_run: bool = False) -> Report:
    """Write a letter to every subscriber for whom there is news; with ``dry_run`` only count."""
    now = now or timezone.now()
    report = Report()
    news = recent(now)
    if not news:
        return report
    for subscribers in _in_portions():
        _send_to(subscribers, news, now, dry_run, report)
    return report


def _in_portions():
    """All who have confirmed. No query stays open while letters are written."""
    confirmed = Subscriber.objects.confirmed().order_by("pk").prefetch_related("topics")
    last = 0
    while portion := list(confirmed.filter(pk__gt=last)[:CHUNK]):
        yield portion
        last = portion[-1].pk


def _send_to(subscribers, news, now, dry_run, report):
    told = _told(subscribers)
    for subscriber in subscribers:
        until, slot = edition(subscriber.rhythm, now)
        found = chosen(subscriber, news, until, told[subscriber.pk])
        if not found:
            continue
        if not dry_run:
            try:
                found = _write(subscriber, news, until, slot)
            except IntegrityError:
                # Another run was first.
                found = []
            except Exception:
                logger.exception("The letter to subscriber %s could not be made", subscriber.pk)
                report.failed.append(subscriber.pk)
                found = []
        elif subscriber.editions.filter(slot=slot).exists():
            found = []
        report.letters += bool(found)
        report.entries += len(found)


def edition(rhythm: str, now) -> tuple[datetime.datetime, str]:
    """Up to which instant a letter of now tells what appeared, and the edition's name."""
    if rhythm == Rhythm.AT_ONCE:
        return now, now.isoformat()
    local = timezone.localtime(now)
    until = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if until > local:
        until -= datetime.timedelta(days=1)
    if rhythm == Rhythm.WEEKLY:
        until -= datetime.timedelta(days=until.weekday())
    return until, f"{rhythm} {until.date().isoformat()}"


def chosen(subscriber, news, until, told) -> list[News]:
    """What of the news the subscriber wants and was not told, the latest first."""
    topics = subscriber.topics.all()
    fields = {topic.field_id for topic in topics if topic.field_id}
    institutions = {topic.institution_id for topic in topics if topic.institution_id}
    found = []
    for one in news:
        if one.language not in subscriber.reads or not getattr(subscriber, one.kind):
            continue
        wanted = one.field_id in fields or one.institution_ids & institutions
        if not (subscriber.everything or wanted):
            continue
        fresh = tuple(
            version
            for version in one.versions
            if subscriber.confirmed_at <= version.at < until
            and (one.type_id, one.pk, one.language, version.name) not in told
        )
        if fresh:
            found.append(replace(one, versions=fresh))
    return sorted(found, key=lambda one: (one.at, one.pk), reverse=True)


@transaction.atomic
def _write(subscriber, news, until, slot) -> list[News]:
    """Under the subscriber's lock, so with what is true now: wishes, what was told, what is public.

    Empty where nothing is left to tell.
    """
    row = Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()
    if row is None or row.confirmed_at is None:
        return []
    if row.rhythm != subscriber.rhythm or row.editions.filter(slot=slot).exists():
        return []
    found = still_public(chosen(row, news, until, _told([row])[row.pk]))
    if not found:
        return []
    Edition.objects.create(subscriber=row, slot=slot)
    Told.objects.bulk_create(
        Told(subscriber=row, content_type_id=kind, object_id=pk, language=code, version=version)
        for one in found
        for kind, pk, code, version in sorted(one.keys())
    )
    with translation.override(row.language):
        subject, context = _content(found)
        letters.tell(row, subject=subject, context=context)
    return found


def _told(subscribers):
    told = defaultdict(set)
    rows = Told.objects.filter(subscriber__in=subscribers)
    names = ("subscriber_id", "content_type_id", "object_id", "language", "version")
    for pk, *key in rows.values_list(*names):
        told[pk].add(tuple(key))
    return told


def still_public(news: list[News]) -> list[News]:
    public = set()
    for kind, model in KINDS.items():
        for code in {one.language for one in news if one.kind == kind}:
            pks = [one.pk for one in news if one.kind == kind and one.language == code]
            rows = model.objects.public(code).filter(pk__in=pks).values_list("pk", flat=True)
            public |= {(kind, pk, code) for pk in rows}
    return [one for one in news if (one.kind, one.pk, one.language) in public]


def recent(now) -> list[News]:
    """All that appeared or was changed within the window and is public now."""
    return [
        one
        for kind, model in KINDS.items()
        for code in languages.CODES
        for one in _recent(kind, model, code, now)
    ]


def _recent(kind, model, code, now):
    begin = now - WINDOW
    content_type = ContentType.objects.get_for_model(model)
    notes = _notes(content_type, code, begin, now)
    first, embargo = column("first_published", code), column("embargo_until", code)
    rows = model.objects.public(code, at=now).filter(
        Q((f"{first}__gte", begin)) | Q((f"{embargo}__gte", begin)) | Q(pk__in=notes)
    )
    rows = rows.defer(*columns("body", "notice")).prefetch_related("institutions")
    for item in rows:
        appeared = max(filter(None, (getattr(item, first), getattr(item, embargo))))
        versions = [Version(APPEARED, appeared)] if begin <= appeared <= now else []
        versions += notes.get(item.pk, [])
        if versions:
            yield _news(kind, content_type, item, code, versions)


def _news(kind, content_type, item, code, versions):
    return News(
        kind=kind,
        type_id=content_type.pk,
        pk=item.pk,
        language=code,
        title=item.title_in(code),
        summary=languages.text(item, "summary", code),
        url=absolute(item.get_absolute_url(code)),
        field_id=item.field_id,
        institution_ids=frozenset(one.pk for one in item.institutions.all()),
        versions=tuple(versions),
    )


def _notes(content_type, code, begin, now):
    """Changes that readers were told of, by item; minor ones are no news."""
    rows = ChangeNote.objects.told().filter(
        content_type=content_type, language=code, is_minor=False, at__gte=begin, at__lte=now
    )
    notes = defaultdict(list)
    for row in rows:
        notes[row.object_id].append(Version(str(row.pk), row.at, row.note))
    return notes


def _content(found) -> tuple[str, dict]:
    """In the active language."""
    office = languages.first_text(SiteSettings.load(), "name") or _("News")
    if len(found) == 1:
        told = found[0].title
    else:
        told = ngettext("%(number)d news item", "%(number)d news items", len(found)) % {
            "number": len(found)
        }
    return _("%(office)s: %(subject)s") % {"office": office, "subject": told}, {
        "office": office,
        "news": found[:LISTED],
        "more": max(0, len(found) - LISTED),
        "list": absolute(reverse("news:release_list")),
    }
