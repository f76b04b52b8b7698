from django.conf import settings
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import get_supported_language_variant, ngettext
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from partners.models import Agreement, Institution
from partners.suggestions import suggestions_response
from portal import homepage, timeline
from portal.context import office
from portal.models import Milestone, Page, SiteSettings
from portal.searching import site_search, suggestions
from publishing.cache.pages import public_page
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
    context = {"hero": stressed(office().hero_title), **homepage.context()}
    return TemplateResponse(request, "portal/home.html", context)


def stressed(title: str) -> tuple[str, str, str]:
    """Before, within and after the *stars* of a title."""
    parts = (title.split("*", 2) + ["", ""])[:3]
    return tuple(part.strip() for part in parts)


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


@public_page("kind", "page")
def site_timeline(request):
    """Milestones, agreements, events and releases in one line of time."""
    return TemplateResponse(request, "portal/timeline.html", timeline.context(request))


@public_page("q", "kind", "year", "language", "page")
def search(request):
    return TemplateResponse(request, "portal/search.html", site_search(request))


@public_page("q")
def search_suggestions(request):
    return suggestions_response(suggestions(request.GET.get("q", "").strip()))
