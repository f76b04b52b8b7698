import csv
import datetime
import json
import uuid

from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from news.models import (
    Agreement,
    AgreementParty,
    CooperationField,
    Event,
    Institution,
    NewsIndex,
    Office,
    Release,
)

TODAY = datetime.date.today()
# As many as in the portal's synthetic content.
PARTIES, PARTNERS = 3, 2


class Command(BaseCommand):
    help = "Fill the site from a file of releases, with rows written past the slow way of saving."

    def add_arguments(self, parser):
        parser.add_argument("file")

    @transaction.atomic
    def handle(self, *, file, **options):
        with open(file, encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        fields = {(row["field"], row["field_zh"]) for row in rows}
        fields = {
            row.name: row.pk
            for row in CooperationField.objects.bulk_create(
                CooperationField(name=name, name_zh=name_zh, slot=slot)
                for slot, (name, name_zh) in enumerate(sorted(fields), start=1)
            )
        }
        institutions = Institution.objects.bulk_create(
            Institution(
                slug=f"institution-{n}",
                name=f"Dresden Bureau of Chemistry {n}",
                name_zh=f"德累斯顿化学研究所{n}",
            )
            for n in range(2000)
        )
        agreements = Agreement.objects.bulk_create(
            Agreement(
                number=f"S-{n}",
                name=f"Astronomy with London {n}",
                name_zh=f"与伦敦的天文学合作{n}",
                status="In force",
            )
            for n in range(3000)
        )
        AgreementParty.objects.bulk_create(
            AgreementParty(
                agreement=agreement,
                institution=institutions[(n * PARTIES + order) % len(institutions)],
                order=order,
            )
            for n, agreement in enumerate(agreements)
            for order in range(PARTIES)
        )
        events = Event.objects.bulk_create(
            Event(
                slug=f"event-{n}",
                name=f"Signing of the Optics agreement with Wuhan {n}",
                name_zh=f"与武汉签署光学协议{n}",
                start_date=TODAY,
                place="Wuhan",
                place_zh="武汉",
            )
            for n in range(1000)
        )
        index = self.ground()
        pages = Page.objects.bulk_create(self.page(index, n, row) for n, row in enumerate(rows))
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO news_release (page_ptr_id, title_zh, summary, summary_zh, body,"
                " body_zh, release_date, pageviews, field_id)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        page.pk,
                        row["headline_zh"],
                        row["summary"],
                        row["summary_zh"],
                        in_blocks(row["body"]),
                        in_blocks(row["body_zh"]),
                        row["date"],
                        n % 5000,
                        fields[row["field"]],
                    )
                    for n, (page, row) in enumerate(zip(pages, rows, strict=True))
                ],
            )
        for relation, name, others, number in (
            (Release.institutions, "institution_id", institutions, PARTNERS),
            (Release.agreements, "agreement_id", agreements, 1),
            (Release.events, "event_id", events, 1),
        ):
            relation.through.objects.bulk_create(
                relation.through(
                    release_id=page.pk, **{name: others[(n * number + which) % len(others)].pk}
                )
                for n, page in enumerate(pages)
                for which in range(number)
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
        Office.objects.create(
            site=site, name="Synthetic Centre", name_zh="合成中心", email="press@centre.example"
        )
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


def in_blocks(html):
    """The text as an editor writes it: paragraphs and headings in one block."""
    return json.dumps([{"type": "paragraph", "value": html, "id": str(uuid.uuid4())}])
