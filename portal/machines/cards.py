from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from news.models import Event, Release
from partners.models import Agreement, Institution
from portal.models import Page
from publishing.media.cards import SHAPES, draw_card

# The card of pages that show no item.
PORTAL = "portal"


def is_known(slug: str) -> bool:
    """Whether a public item has this slug: no picture is drawn for invented addresses."""
    return (
        slug == PORTAL
        or any(
            model.objects.public_anywhere().filter(slug=slug).exists()
            for model in (Release, Event, Page)
        )
        or Institution.objects.public().filter(slug=slug).exists()
        or Agreement.objects.public().filter(number=slug).exists()
    )


@require_safe
def card(request, slug, shape):
    """The picture that a shared link shows where the item has no photograph."""
    if shape not in SHAPES or not is_known(slug):
        raise Http404
    response = HttpResponse(draw_card(slug, shape), content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
