"""What every page shows of the office: name, menu, footer. Read when a page asks for it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _

from portal.models import MenuItem, SiteSettings
from publishing.cache.shared import once_per_version
from publishing.editorial import languages
from publishing.editorial.addresses import page_urls

SECTIONS = {
    "news": "news:release_list",
    "events": "news:event_list",
    "partners": "partners:directory",
    "agreements": "partners:register",
}


@dataclass(frozen=True)
class MenuEntry:
    key: str
    title: str
    url: str


@dataclass(frozen=True)
class Feed:
    title: str
    url: str
    type: str


class Site:
    """The site settings in the reader's language, and the menu with what is published in it."""

    def __init__(self):
        self.language = languages.active()
        self.settings = SiteSettings.load()
        self.menu = [entry for item in MenuItem.objects.for_menu() if (entry := self.entry(item))]

    def __getattr__(self, name):
        return getattr(self.settings, name)

    @cached_property
    def name(self):
        return languages.first_text(self.settings, "name")

    @property
    def name_other(self):
        return languages.text(self.settings, "name", languages.other(self.language))

    @property
    def other_lang(self):
        return languages.TAGS[languages.other(self.language)]

    @property
    def home_cities(self):
        cities = (self.settings.first_city, self.settings.second_city)
        return [city for city in cities if city is not None]

    @property
    def contact_email(self):
        return self.settings.email

    @property
    def counting_url(self):
        return reverse("about", kwargs={"topic": "counting"})

    @property
    def privacy_url(self):
        return reverse("about", kwargs={"topic": "privacy"})

    @property
    def accessibility_url(self):
        return reverse("about", kwargs={"topic": "accessibility"})

    @property
    def data_url(self):
        return reverse("about", kwargs={"topic": "data"})

    @property
    def contact_url(self):
        return reverse("about", kwargs={"topic": "contact"})

    @property
    def subscribe_url(self):
        return reverse("subscriptions:sign_up")

    @property
    def icp_url(self):
        return "https://beian.miit.gov.cn/"

    @property
    def public_security_url(self):
        digits = "".join(c for c in self.settings.public_security_number if c.isdigit())
        return f"https://beian.mps.gov.cn/#/query/webSearch?code={digits}"

    @property
    def feeds(self):
        """For the footer and, where a reader of feeds can follow them, for the head of the page."""
        return [
            Feed(_("Atom feed"), reverse("news:atom"), "application/atom+xml"),
            Feed(_("JSON feed"), reverse("news:json_feed"), "application/feed+json"),
            Feed(_("Calendar of events"), reverse("news:calendar"), "text/calendar"),
        ]

    def entry(self, item):
        if item.section:
            title = item.get_section_display()
            return MenuEntry(item.section, title, reverse(SECTIONS[item.section]))
        page = item.page
        if not page.is_public(self.language):
            return None
        return MenuEntry(page.slug, page.menu_title or page.title, page.get_absolute_url())


@once_per_version
def office() -> Site:
    return Site()


def site(request):
    return {
        "site": SimpleLazyObject(office),
        "page_urls": SimpleLazyObject(lambda: page_urls(request)),
    }
