"""The first day of a new office: what is still to be done, read from what is there."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models import CooperationField, Institution
from portal.models import Page, SiteSettings
from publishing.editorial import languages


@dataclass(frozen=True)
class Step:
    title: str
    help: str
    url: str
    done: bool


def steps() -> list[Step]:
    """In the order in which an office takes them."""
    office = SiteSettings.load()
    form = reverse("admin:portal_sitesettings_changelist")
    named = [languages.text(office, "name", code) for code in languages.CODES]
    pages = Page.objects.all()
    return [
        Step(
            _("Give the office its name, in both languages"),
            _("It stands at the head of every page, in mail and in search results."),
            form,
            all(named),
        ),
        Step(
            _("Choose a mark"),
            _("A square picture beside the name. Without one, two arches stand there."),
            form,
            office.mark_id is not None,
        ),
        Step(
            _("Choose the two home cities"),
            _("Their clocks are shown, and the map is drawn between them."),
            form,
            None not in (office.first_city_id, office.second_city_id),
        ),
        Step(
            _("Check the fields of cooperation"),
            _("Releases, partners and agreements are sorted by them."),
            reverse("admin:partners_cooperationfield_changelist"),
            CooperationField.objects.exists(),
        ),
        Step(
            _("Enter the first partner"),
            _("The other institutions and agreements can follow, or come from a table."),
            reverse("admin:partners_institution_add"),
            Institution.objects.exists(),
        ),
        Step(
            _("Write the first page in one language"),
            _("Who you are and what for. Put it into the menu when it is published."),
            reverse("admin:portal_page_add"),
            pages.exists(),
        ),
        Step(
            _("Publish a page in both languages"),
            _("Each language is published on its own; readers are led to the other."),
            reverse("admin:portal_page_changelist"),
            all(Page.objects.public(code).exists() for code in languages.CODES),
        ),
    ]


def open_steps(user) -> list[Step]:
    """All steps while one is open, for those who may take them; nothing afterwards.

    The mark may stay the arches: alone it does not keep the list open.
    """
    if not user.has_perm("portal.change_sitesettings"):
        return []
    found = steps()
    mark = found[1]
    return found if any(not step.done for step in found if step is not mark) else []
