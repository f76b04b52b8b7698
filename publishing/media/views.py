import logging

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from publishing.media import renditions, usage
from publishing.media.documents import CONTENT_TYPES
from publishing.media.models import File, Image

logger = logging.getLogger(__name__)
YEAR = 365 * 24 * 60 * 60
FIVE_MINUTES = 5 * 60


@require_safe
def rendition(request, uid, purpose, extension, width=None):
    """A picture in one size and format, kept for a year by caches that name its version."""
    image = get_object_or_404(Image, uid=uid)
    found = renditions.find(image, purpose, width and int(width), extension)
    if found is None:
        raise Http404
    public = usage.is_public(image)
    if not public and not _may_read(request, image):
        raise Http404
    etag = f'"{found.version}"'
    response = get_conditional_response(request, etag=etag) or _answer(request, found)
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    if not public:
        patch_cache_control(response, private=True, max_age=FIVE_MINUTES)
    elif request.GET.get("v") == found.version:
        patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response


def _may_read(request, row):
    """A page that was shown to this reader may let its pictures through, one by one."""
    return getattr(request, "library_pass", "") == row.uid or usage.may_read(request.user, row)


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


@require_safe
def file(request, uid, name):
    """A document, for everyone while a public page shows it. Only ``uid`` names it."""
    row = get_object_or_404(File, uid=uid)
    title = f"{row.title or 'file'}.{row.extension}"
    return _download(request, row, title, CONTENT_TYPES[row.extension])


@require_safe
def original(request, uid, name):
    """A picture in full size, where a credit and terms of use stand beside it."""
    image = get_object_or_404(Image, uid=uid)
    if not image.is_for_download:
        raise Http404
    extension = image.file.name.rpartition(".")[2]
    kind = {"jpg": "image/jpeg", "png": "image/png"}[extension]
    return _download(request, image, f"{image.title or 'picture'}.{extension}", kind)


def _download(request, row, filename, content_type):
    public = usage.is_public(row)
    if not public and not _may_read(request, row):
        raise Http404
    etag = f'"{row.sha256[:32]}"'
    response = get_conditional_response(request, etag=etag) or _file_answer(
        row, filename, content_type
    )
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    if not public:
        patch_cache_control(response, private=True, no_store=True)
    elif request.GET.get("v") == row.sha256[:16]:
        # Not for ever: what is withdrawn shall leave the caches too.
        patch_cache_control(response, public=True, max_age=24 * 60 * 60)
    else:
        patch_cache_control(response, public=True, max_age=FIVE_MINUTES)
    return response


def _file_answer(row, filename, content_type):
    prefix = getattr(settings, "PORTAL_ACCEL_PREFIX", "")
    if prefix:
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/{row.file.name}"
        response["Content-Disposition"] = content_disposition_header(True, filename)
        return response
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        logger.error("The file of %s %s is missing: %s", row._meta.label, row.pk, error)
        raise Http404 from error
    return FileResponse(content, as_attachment=True, filename=filename, content_type=content_type)
