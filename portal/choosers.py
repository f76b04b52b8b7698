"""What the text editor's choosers find: pictures, videos, and pages of this site to link to."""

from django.contrib.admin.views.decorators import staff_member_required
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_safe

from portal.searching import kind_labels
from publishing.editorial import languages, targets
from publishing.editorial.languages import columns
from publishing.media import renditions
from publishing.media.models import File, Image, Video
from publishing.search.documents import search_documents

LENGTH = 20


@staff_member_required
@require_safe
def choose(request, kind):
    """``{"items": [{"title", "detail", …}]}`` for ``?q=`` in the ``language`` of the text."""
    if kind not in FINDERS:
        raise Http404
    text = request.GET.get("q", "").replace("\0", "").strip()
    language = request.GET.get("language", "")
    language = language if language in languages.CODES else languages.active()
    response = JsonResponse({"items": FINDERS[kind](request.user, text, language)})
    response["Cache-Control"] = "private, no-store"
    return response


def _found(model, text, *names):
    """The newest of the library's items in whose names the text occurs."""
    named = Q()
    for name in names:
        named |= Q((f"{name}__icontains", text))
    rows = model.objects.filter(named) if text else model.objects.all()
    return rows.order_by("-created", "-pk")[:LENGTH]


def images(user, text, language):
    if not user.has_perm("media.view_image"):
        return []
    return [
        {
            "uid": image.uid,
            "title": str(image),
            "detail": f"{image.width} × {image.height}",
            "preview": renditions.rendition(image, "thumb").url,
        }
        for image in _found(Image, text, "title", *columns("alt", "caption", "credit"))
    ]


def videos(user, text, language):
    if not user.has_perm("media.view_video"):
        return []
    return [
        {
            "uid": film.uid,
            "title": languages.text(film, "heading", language) or str(film),
            "detail": str(film.get_provider_display()),
        }
        for film in _found(Video, text, "title", *columns("heading"))
    ]


def links(user, text, language):
    """Public pages as the site's search finds them, then files of the library."""
    hits = search_documents(text, language=language).hits[:LENGTH] if text else ()
    found = [_page(hit) for hit in hits if hit.kind != "milestone"]
    if user.has_perm("media.view_file"):
        found += [
            {
                "url": file.get_absolute_url().partition("?")[0],
                "title": languages.text(file, "label", language) or str(file),
                "detail": f"{file.format}, {filesizeformat(file.size)}",
            }
            for file in _found(File, text, "title", *columns("label"))
        ]
    return found


def _page(hit):
    """The link names the row, so that it still leads there when the address has changed."""
    title = "".join(segment.text for segment in hit.title)
    return {
        "url": targets.reference(hit.kind, hit.object_id),
        "title": title,
        "detail": str(kind_labels()[hit.kind]),
    }


FINDERS = {"image": images, "video": videos, "link": links}
