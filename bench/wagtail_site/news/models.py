"""The fields of a release, an institution and a field of cooperation, as Wagtail has them."""

from django.core.paginator import Paginator
from django.db import models
from modelcluster.fields import ParentalManyToManyField
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtailcache.cache import WagtailCacheMixin


class CooperationField(models.Model):
    name = models.CharField(max_length=80)
    slot = models.PositiveSmallIntegerField(default=1)

    def __str__(self):
        return self.name


class Institution(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)

    def __str__(self):
        return self.name


class Agreement(models.Model):
    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=250)
    status = models.CharField(max_length=20)

    def __str__(self):
        return self.title


class Event(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=250)
    start_date = models.DateField()
    place = models.CharField(max_length=160)

    def __str__(self):
        return self.title


@register_setting
class Office(BaseSiteSetting):
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)


class NewsIndex(WagtailCacheMixin, Page):
    def get_context(self, request):
        releases = Release.objects.child_of(self).live().select_related("field", "lead_image")
        paginator = Paginator(releases.order_by("-release_date", "-pk"), 10)
        page = paginator.get_page(request.GET.get("page"))
        return super().get_context(request) | {
            "page_obj": page,
            "page_range": paginator.get_elided_page_range(page.number),
        }


class Release(WagtailCacheMixin, Page):
    summary = models.TextField(blank=True)
    body = RichTextField()
    release_date = models.DateField(db_index=True)
    pageviews = models.PositiveIntegerField(default=0)
    field = models.ForeignKey(CooperationField, on_delete=models.PROTECT)
    lead_image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    institutions = ParentalManyToManyField(Institution, blank=True)
    agreements = ParentalManyToManyField(Agreement, blank=True)
    events = ParentalManyToManyField(Event, blank=True)

    def get_context(self, request):
        siblings = Release.objects.sibling_of(self).live()
        return super().get_context(request) | {
            "crumbs": self.get_ancestors().filter(depth__gt=1),
            "previous": siblings.filter(path__lt=self.path).order_by("-path").first(),
            "next": siblings.filter(path__gt=self.path).order_by("path").first(),
        }
