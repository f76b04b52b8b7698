"""Where the portal's own rows, and institutions, use pictures of the library."""

from django.db.models import Q

from partners.models import Institution
from portal.models import Page, SiteSettings
from publishing.editorial.languages import columns
from publishing.media.models import Image
from publishing.media.usage import Use


def in_portal(item):
    """The pages, the office's mark and the logos that show ``item``."""
    named = Q()
    for column in columns("body"):
        named |= Q((f"{column}__contains", item.uid))
    if isinstance(item, Image):
        named |= Q(lead_image=item)
        for settings in SiteSettings.objects.filter(mark=item):
            yield Use(settings, True)
        public = set(Institution.objects.public().filter(logo=item).values_list("pk", flat=True))
        for institution in Institution._base_manager.filter(logo=item):
            yield Use(institution, institution.pk in public)
    pages = Page._base_manager.filter(named)
    public = set(Page.objects.public_anywhere().filter(pk__in=pages).values_list("pk", flat=True))
    yield from (Use(page, page.pk in public) for page in pages)
