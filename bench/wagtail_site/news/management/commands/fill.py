import csv
import datetime
import uuid

from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from news.models import (
    Agreement,
    CooperationField,
    Event,
    Institution,
    NewsIndex,
    Office,
    Release,
)

TODAY = datetime.date.today()


class Command(BaseCommand):
    help = "Fill the site from a file of releases, with rows written past the slow way of saving."

    def add_arguments(self, parser):
        parser.add_argument("file")

    @transaction.atomic
    def handle(self, *, file, **options):
        with open(file, encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        fields = {row["field"] for row in rows}
        fields = {
            row.name: row.pk
            for row in CooperationField.objects.bulk_create(
                CooperationField(name=name, slot=slot)
                for slot, name in enumerate(sorted(fields), start=1)
            )
        }
        institutions = Institution.objects.bulk_create(
            Institution(slug=f"institution-{n}", name=f"Institution {n}") for n in range(2000)
        )
        agreements = Agreement.objects.bulk_create(
            Agreement(number=f"S-{n}", title=f"Agreement {n}", status="In force")
            for n in range(3000)
        )
        events = Event.objects.bulk_create(
            Event(slug=f"event-{n}", title=f"Event {n}", start_date=TODAY, place="Kyoto")
            for n in range(1000)
        )
        index = self.ground()
        pages = Page.objects.bulk_create(self.page(index, n, row) for n, row in enumerate(rows))
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO news_release (page_ptr_id, summary, body, release_date, pageviews,"
                " field_id) VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    (
                        page.pk,
                        row["summary"],
                        row["body"],
                        row["date"],
                        n % 5000,
                        fields[row["field"]],
                    )
                    for n, (page, row) in enumerate(zip(pages, rows, strict=True))
                ],
            )
        for relation, name, others in (
            (Release.institutions, "institution_id", institutions),
            (Release.agreements, "agreement_id", agreements),
            (Release.events, "event_id", events),
        ):
            relation.through.objects.bulk_create(
                relation.through(release_id=page.pk, **{name: others[n % len(others)].pk})
                for n, page in enumerate(pages)
            )
        index.numchild = len(pages)
        index.save(update_fields=["numchild"])

    def ground(self):
        home = Page.objects.get(slug="home")
        index = NewsIndex(title="News", slug="news", show_in_menus=True)
        home.add_child(instance=index)
        for title in ("Events", "Partners", "Agreements"):
            home.add_child(instance=Page(title=title, slug=title.lower(), show_in_menus=True))
        site = Site.objects.get(is_default_site=True)
        Office.objects.create(site=site, name="Synthetic Centre", email="press@centre.example")
        return index

    def page(self, index, number, row):
        instant = timezone.make_aware(datetime.datetime.fromisoformat(row["date"]))
        return Page(
            path=NewsIndex._get_path(index.path, index.depth + 1, number + 1),
            depth=index.depth + 1,
            title=row["headline"],
            draft_title=row["headline"],
            slug=f"release-{number}",
            url_path=f"{index.url_path}release-{number}/",
            content_type=ContentType.objects.get_for_model(Release),
            locale_id=Locale.get_default().pk,
            translation_key=uuid.uuid4(),
            live=True,
            first_published_at=instant,
            last_published_at=instant,
        )
