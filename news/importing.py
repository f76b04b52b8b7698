"""Releases of an old site, from CSV or JSON, by way of the services that staff use."""

import datetime
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from news.models import ImportedRelease, Release
from partners.models import CooperationField, Institution
from publishing.editorial import audit, languages, policy, richtext, services
from publishing.editorial.dates import PartialDate
from publishing.editorial.exceptions import Refused
from publishing.editorial.word import with_references
from publishing.exchange import files
from publishing.exchange.files import Unreadable
from publishing.exchange.reports import Entry, Report
from publishing.media import services as library
from publishing.media.images import intake
from publishing.pageviews import services as pageviews

# Columns of a line beside those of ``Release`` that are taken as they are.
TEXTS = languages.columns("headline", "list_title", "summary", "search_description", "source_name")
PLAIN = ("slug", "kind", "origin", "source_url")
OTHER = (
    "source_id", "release_date", "published_at", "pageviews", "field", "institutions",
    "lead_image", "languages",
)  # fmt: skip
COLUMNS = (*OTHER, *PLAIN, *TEXTS, *languages.columns("body"))
HOUR_OF_RELEASE = datetime.time(9)
_IMAGE = re.compile(r'<img[^>]*\bsrc="([^"]*)"[^>]*>')
_GLUED = re.compile(r"[a-z][A-Z][a-z]|[a-z][.,;:][A-Z]")


def lines(file, name: str) -> list[tuple[int, Mapping[str, str]]]:
    """The numbered lines of a file that is open for bytes; Unreadable where it is none."""
    found = files.records(file, columns=COLUMNS, name=name, wrappers=("releases",))
    return [(number, {k: _text(value) for k, value in line.items() if k}) for number, line in found]


def _text(value):
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None else str(value)


def import_releases(
    items: Iterable[tuple[int, Mapping[str, str]]],
    *,
    images: Path | None = None,
    publish=False,
    dry_run=False,
    user=None,
) -> Report:
    """Bring over what is not here yet. ``images`` is the folder that paths are relative to.

    ``publish`` makes the languages of each item public under their old dates; else all become
    drafts. A dry run tells what would happen and keeps nothing.
    """
    report = Report(in_part=True)
    with transaction.atomic():
        for number, item in items:
            report.add("rows")
            _import(_Item(item, images, report, number, dry_run, user), publish)
        report.kept = not dry_run
        if dry_run:
            transaction.set_rollback(True)
    return report


def import_file(file, *, name, user, dry_run, publish=False) -> Report:
    """The same for the page of the desk: it has no folder of pictures."""
    if publish and not policy.may_publish(user, Release):
        raise Unreadable(_("You may bring releases in as drafts; others publish them."))
    report = import_releases(lines(file, name), publish=publish, dry_run=dry_run, user=user)
    if report.kept and report.changes_anything:
        audit.record(
            audit.Action.IMPORT, user=user, detail=f"{name}: {report.counts['new']} releases"
        )
    return report


def _import(item, publish):
    if ImportedRelease.objects.filter(source_id=item.source_id).exists():
        item.report.add("unchanged")
        return
    try:
        with transaction.atomic():
            item.keep(publish)
    except (ValidationError, Refused) as error:
        sentences = getattr(error, "messages", None) or [str(error)]
        item.report.problem(item.source_id, "", *sentences)
    else:
        item.report.add("new", Entry(item.number, item.source_id, item.title))


class _Item:
    """One line on its way."""

    def __init__(self, line, images, report, number, dry_run, user):
        self.line, self.images, self.report, self.dry_run = line, images, report, dry_run
        self.number, self.user, self.title = number, user, ""
        self.source_id = line.get("source_id", "").strip() or _("line %(number)d") % {
            "number": number
        }

    def doubt(self, sentence):
        self.report.doubt(self.source_id, "", sentence)

    def keep(self, publish):
        if not self.line.get("source_id", "").strip():
            raise ValidationError(_("The number on the old site is missing."))
        views = self.views()
        release = self.release()
        self.title = str(release)
        release.created_by = self.user
        release.full_clean()
        release.save()
        release.institutions.set(self.institutions())
        services.record_save(before=None, said=None, item=release, user=self.user)
        ImportedRelease.objects.create(source_id=self.source_id, release=release)
        if views:
            pageviews.set_base(key="release", object_id=release.pk, base=views)
        if publish:
            for language in self.languages(release):
                services.publish(item=release, language=language, at=self.instant(release))
        self.look_over(release)

    def release(self):
        values = {name: self.line[name].strip() for name in (*TEXTS, *PLAIN) if self.line.get(name)}
        release = Release(field=self.field(), **values)
        if not any(release.title_in(code) for code in languages.CODES):
            raise ValidationError(_("There is no headline."))
        release.release_date = self.date()
        for name in languages.columns("body"):
            setattr(release, name, self.body(self.line.get(name, "")))
        if path := self.line.get("lead_image", "").strip():
            release.lead_image = self.image(path)
        return release

    def date(self):
        text = self.line.get("release_date", "").strip()
        try:
            return str(PartialDate.parse(text)) if text else ""
        except ValueError as error:
            raise ValidationError(_("“%(date)s” is no date."), params={"date": text}) from error

    def views(self):
        text = self.line.get("pageviews", "").strip().replace(",", "")
        if text and not (text.isascii() and text.isdigit()):
            raise ValidationError(
                _("“%(number)s” is no number of pageviews."), params={"number": text}
            )
        return int(text or 0)

    def field(self):
        slug = self.line.get("field", "").strip()
        found = CooperationField.objects.filter(slug=slug).first() if slug else None
        if slug and found is None:
            self.doubt(_("The field “%(slug)s” is not known here.") % {"slug": slug})
        return found

    def institutions(self):
        wanted = [slug.strip() for slug in self.line.get("institutions", "").split(";")]
        wanted = [slug for slug in wanted if slug]
        found = {one.slug: one for one in Institution.objects.filter(slug__in=wanted)}
        for slug in wanted:
            if slug not in found:
                self.doubt(_("The institution “%(slug)s” is not known here.") % {"slug": slug})
        return found.values()

    def body(self, html):
        """The text with its pictures taken into the library."""

        def reference(match):
            image = self.image(match[1])
            return f'<img src="library:{image.uid}">' if image and image.pk else ""

        return richtext.clean(with_references(_IMAGE.sub(reference, html)))

    def image(self, path):
        """The picture at ``path`` in the folder; None, and a doubt, where there is none."""
        folder = self.images.resolve() if self.images else None
        file = (folder / path.lstrip("/")).resolve() if folder else None
        if file is None or not file.is_relative_to(folder) or not file.is_file():
            self.doubt(_("The picture “%(path)s” was not found.") % {"path": path})
            return None
        try:
            with file.open("rb") as content:
                if self.dry_run:
                    # What is kept in a folder is not taken back with the transaction.
                    intake(content)
                    return None
                return library.find_or_add_image(file=content)
        except ValidationError as error:
            self.doubt(f"{path}: {' '.join(error.messages)}")
            return None

    def languages(self, release):
        """The languages to publish: those that the line names, else those that are complete."""
        named = [code.strip() for code in self.line.get("languages", "").split(";") if code.strip()]
        if unknown := [code for code in named if code not in languages.CODES]:
            raise ValidationError(
                _("“%(code)s” is no language of this site."), params={"code": unknown[0]}
            )
        return named or [c for c in languages.CODES if not services.problems(release, c)]

    def instant(self, release):
        """When it was published: as told, else in the morning of its date, else now."""
        text = self.line.get("published_at", "").strip()
        zone = timezone.get_default_timezone()
        if text:
            try:
                instant = parse_datetime(text)
            except ValueError:
                instant = None
            if instant is None:
                raise ValidationError(_("“%(date)s” is no date."), params={"date": text})
            return instant if timezone.is_aware(instant) else instant.replace(tzinfo=zone)
        if date := release.printed_date:
            return datetime.datetime.combine(date.first, HOUR_OF_RELEASE, tzinfo=zone)
        return None

    def look_over(self, release):
        if not release.release_date:
            self.doubt(_("The release date is not given."))
        elif release.printed_date.first > timezone.localdate():
            self.doubt(_("The release date lies in the future."))
        for code in languages.CODES:
            name = {"language": languages.language_name(code)}
            text = richtext.plain(languages.text(release, "body", code))
            if release.title_in(code) and not text:
                self.doubt(_("%(language)s has a headline and no text.") % name)
            if _GLUED.search(text):
                self.doubt(_("%(language)s may have words glued together.") % name)
            same = Release.objects.filter(
                **{languages.column("headline", code): release.title_in(code)}
            )
            if release.title_in(code) and same.exclude(pk=release.pk).exists():
                self.doubt(_("Another release has the same headline in %(language)s.") % name)
