"""What a release of the portal owns, and what it is related to, as Wagtail's manual has it:
blocks in a StreamField, ordered rows as children of the page, relations as parental ones.
"""

import json

from django.core.paginator import Paginator
from django.db import models
from django.db.models import Prefetch
from django.utils.translation import get_language, override
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Orderable, Page, PageManager
from wagtail.query import PageQuerySet

LANGUAGES = {"en": "English", "zh-hans": "中文"}
RELATED = 3


def here(row, name):
    """The text of a field in the reader's language, else in the other one."""
    texts = [getattr(row, name), getattr(row, f"{name}_zh")]
    if get_language() == "zh-hans":
        texts.reverse()
    return texts[0] or texts[1]


class Named(models.Model):
    name = models.CharField(max_length=250)
    name_zh = models.CharField(max_length=250, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return here(self, "name")


class CooperationField(Named):
    slot = models.PositiveSmallIntegerField(default=1)


class Institution(Named):
    slug = models.SlugField(unique=True)


class Agreement(Named):
    number = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=20)


class AgreementParty(models.Model):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order",)

    def __str__(self):
        return str(self.institution)


class Event(Named):
    slug = models.SlugField(unique=True)
    start_date = models.DateField()
    place = models.CharField(max_length=160)
    place_zh = models.CharField(max_length=160, blank=True)

    @property
    def place_here(self):
        return here(self, "place")


class Boilerplate(Named):
    text = models.TextField()
    text_zh = models.TextField(blank=True)

    @property
    def text_here(self):
        return here(self, "text")


class Contact(Named):
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)


@register_setting
class Office(Named, BaseSiteSetting):
    email = models.EmailField(blank=True)


class Body(blocks.StreamBlock):
    paragraph = blocks.RichTextBlock()
    quote = blocks.BlockQuoteBlock()
    points = blocks.ListBlock(blocks.CharBlock())
    picture = ImageChooserBlock(template="news/blocks/picture.html")


class NewsIndex(Page):
    def get_context(self, request):
        releases = Release.objects.child_of(self).live().for_row()
        paginator = Paginator(releases.order_by("-release_date", "-pk"), 10)
        page = paginator.get_page(request.GET.get("page"))
        return super().get_context(request) | {
            "page_obj": page,
            "page_range": paginator.get_elided_page_range(page.number),
        }


class ReleaseQuerySet(PageQuerySet):
    def for_row(self):
        """What a row of a list shows; the texts stay behind."""
        return self.select_related("field", "lead_image").defer("body", "body_zh")


class Release(Page):
    title_zh = models.CharField(max_length=250, blank=True)
    summary = models.TextField(blank=True)
    summary_zh = models.TextField(blank=True)
    body = StreamField(Body())
    body_zh = StreamField(Body(), blank=True)
    release_date = models.DateField(db_index=True)
    pageviews = models.PositiveIntegerField(default=0)
    field = models.ForeignKey(CooperationField, on_delete=models.PROTECT)
    lead_image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    institutions = ParentalManyToManyField(Institution, blank=True)
    agreements = ParentalManyToManyField(Agreement, blank=True)
    events = ParentalManyToManyField(Event, blank=True)
    boilerplates = ParentalManyToManyField(Boilerplate, blank=True)
    contacts = ParentalManyToManyField(Contact, blank=True)

    objects = PageManager.from_queryset(ReleaseQuerySet)()

    @property
    def title_here(self):
        return here(self, "title")

    @property
    def summary_here(self):
        return here(self, "summary")

    @property
    def body_here(self):
        return here(self, "body")

    @property
    def languages(self):
        return ", ".join(LANGUAGES.values() if self.title_zh else ["English"])

    def neighbours(self):
        siblings = Release.objects.sibling_of(self).live()
        return {
            "previous": siblings.filter(path__lt=self.path).order_by("-path").first(),
            "next": siblings.filter(path__gt=self.path).order_by("path").first(),
        }

    def addresses(self, request):
        """The page in each language."""
        found = {}
        for code in LANGUAGES:
            with override(code):
                found[code] = self.get_full_url(request)
        return found

    def related(self, events):
        others = Release.objects.live().filter(events__in=events).exclude(pk=self.pk)
        return others.for_row().order_by("-release_date", "-pk").distinct()[:RELATED]

    def get_context(self, request):
        events = list(self.events.all())
        parties = Prefetch("parties", AgreementParty.objects.select_related("institution"))
        agreements = list(self.agreements.prefetch_related(parties))
        institutions = list(self.institutions.all())
        named = {
            party.institution: None for agreement in agreements for party in agreement.parties.all()
        }
        context = super().get_context(request) | self.neighbours()
        return context | {
            "crumbs": self.get_ancestors().filter(depth__gt=2),
            "addresses": (addresses := self.addresses(request)),
            "other_address": addresses["en" if get_language() == "zh-hans" else "zh-hans"],
            "events": events,
            "agreements": agreements,
            "parties": list(named),
            "institutions": institutions,
            "related": self.related(events) if events else [],
            "machines": json.dumps(
                self.for_machines(request, events, institutions), ensure_ascii=False
            ).replace("<", "\\u003c"),
        }

    def for_machines(self, request, events, institutions):
        """What search engines read of the page."""
        office = Office.for_request(request)
        root = request.build_absolute_uri("/")
        publisher = {"@type": "Organization", "@id": f"{root}#office", "name": str(office)}
        return {
            "@context": "https://schema.org",
            "@graph": [
                publisher | {"url": root, "email": office.email},
                {
                    "@type": "NewsArticle",
                    "mainEntityOfPage": self.get_full_url(request),
                    "headline": self.title_here,
                    "description": self.summary_here,
                    "inLanguage": get_language(),
                    "datePublished": self.first_published_at.isoformat(),
                    "dateModified": self.last_published_at.isoformat(),
                    "publisher": publisher,
                    "articleSection": str(self.field),
                    "mentions": [
                        {"@type": "Organization", "name": str(one), "url": f"{root}{one.slug}"}
                        for one in institutions
                    ],
                    "about": [
                        {"@type": "Event", "name": str(one), "url": f"{root}{one.slug}"}
                        for one in events
                    ],
                    "interactionStatistic": {
                        "@type": "InteractionCounter",
                        "userInteractionCount": self.pageviews,
                    },
                },
            ],
        }


class Attachment(Orderable):
    release = ParentalKey(Release, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey("wagtaildocs.Document", on_delete=models.PROTECT)


class Note(Orderable):
    release = ParentalKey(Release, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()


class Correction(Orderable):
    release = ParentalKey(Release, on_delete=models.CASCADE, related_name="corrections")
    corrected_on = models.DateField()
    text = models.TextField()
