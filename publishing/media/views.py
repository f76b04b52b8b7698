import logging

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from publishing.media import renditions
from publishing.media.models import Image

logger = logging.getLogger(__name__)
YEAR = 365 * 24 * 60 * 60
FIVE_MINUTES = 5 * 60


@require_safe
def rendition(request, uid, purpose, extension, width=None):
    """A picture in one size and format, kept for a year by caches that name its version."""
    image = get_object_or_404(Image.objects.visible_to(request.user), uid=uid)
    found = renditions.find(image, purpose, width and int(width), extension)
    if found is None:
        raise Http404
    etag = f'"{found.version}"'
    response = get_conditional_response(request, etag=etag) or _answer(request, found)
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    if request.GET.get("v") == found.version:
        patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response


def _answer(request, found):
    try:
        found.make()
    except FileNotFoundError as error:
        logger.error("The file of image %s is missing: %s", found.image.pk, error)
        raise Http404 from error
    prefix = getattr(settings, "PORTAL_ACCEL_PREFIX", "")
    if prefix:
        headers = {"X-Accel-Redirect": f"{prefix.rstrip('/')}/{found.name}"}
        return HttpResponse(content_type=found.content_type, headers=headers)
    if request.method == "HEAD":
        headers = {"Content-Length": found.path.stat().st_size}
        return HttpResponse(content_type=found.content_type, headers=headers)
    filename = f"{found.purpose.name}.{found.extension}"
    return FileResponse(found.path.open("rb"), content_type=found.content_type, filename=filename)
