from django.conf import settings
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import get_supported_language_variant, ngettext
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from news.models import Event, Release
from partners.models import Agreement, CooperationField, Institution, InstitutionType
from portal.models import Milestone, Page, SiteSettings
from portal.searching import site_search
from publishing.cache.pages import public_page
from publishing.cache.shared import once_per_version
from publishing.editorial.views import PublishableDetail


def entrance(request):
    """``/`` leads to the reader's language; caches keep one answer per Accept-Language."""
    response = HttpResponseRedirect(f"/{preferred_language(request)}/")
    response["Vary"] = "Accept-Language"
    response["Cache-Control"] = "public, max-age=300"
    return response


def preferred_language(request) -> str:
    """By Accept-Language alone: no cookie takes part, so that shared caches may keep the answer."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if code == "*":
            break
        try:
            return get_supported_language_variant("zh-hans" if code == "zh" else code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


@public_page()
def home(request):
    releases = list(Release.objects.public().newest_first().for_list()[:5])
    office = SiteSettings.load()
    context = {
        "office": office,
        "hero": stressed(office.hero_title),
        "lead": releases[0] if releases else None,
        "rows": releases[1:],
        "next_event": Event.objects.public().upcoming().for_list().first(),
        "fields": CooperationField.objects.all(),
        **partner_figures(),
    }
    return TemplateResponse(request, "portal/home.html", context)


def stressed(title: str) -> tuple[str, str, str]:
    """Before, within and after the *stars* of a title."""
    parts = (title.split("*", 2) + ["", ""])[:3]
    return tuple(part.strip() for part in parts)


@once_per_version
def partner_figures():
    """How many partners of which kind, in how many cities, and agreements in force."""
    partners = Institution.objects.public().partners()
    totals = partners.aggregate(partners=Count("pk"), cities=Count("city", distinct=True))
    kinds = InstitutionType.objects.with_partners()[:3]
    figures = [{"value": kind.partners, "label": kind.plural or kind.name} for kind in kinds]
    in_force = Agreement.objects.public().in_force().count()
    label = ngettext("agreement in force", "agreements in force", in_force)
    return totals | {"partner_numbers": [*figures, {"value": in_force, "label": label}]}


@method_decorator(public_page("order"), name="dispatch")
class PageDetail(PublishableDetail):
    model = Page
    template_name = "portal/page_detail.html"
    queryset = Page.objects.select_related("lead_image")

    def nav_key(self, item):
        return item.slug

    def get_context_data(self, **kwargs):
        page = self.object
        context = super().get_context_data(**kwargs)
        if page.shows_figures:
            context["numbers"] = introduction_figures()
        if page.shows_milestones:
            context |= self.milestones()
        return context

    def milestones(self):
        oldest_first = self.request.GET.get("order") == "oldest"
        entries = Milestone.objects.public().newest_first().for_timeline()
        return {
            "milestones": entries.reverse() if oldest_first else entries,
            "oldest_first": oldest_first,
            "order_url": self.request.path + ("" if oldest_first else "?order=oldest"),
        }


def introduction_figures():
    partners = Institution.objects.public().partners().count()
    in_force = Agreement.objects.public().in_force().count()
    figures = []
    if since := SiteSettings.load().since:
        figures.append({"value": since, "label": _("begun")})
    figures.append({"value": partners, "label": ngettext("partner", "partners", partners)})
    label = ngettext("agreement in force", "agreements in force", in_force)
    return [*figures, {"value": in_force, "label": label}]


@public_page("q", "kind", "page")
def search(request):
    return TemplateResponse(request, "portal/search.html", site_search(request))
