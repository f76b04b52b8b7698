"""Where releases and events use items of the library: for "used in", and for who may see a file."""

from django.db.models import Q

from news.models import Event, Release
from publishing.editorial.languages import columns
from publishing.media.models import File, Image, Video
from publishing.media.usage import Use


def in_news(item):
    """The releases and events that show ``item``, those that the public reads first."""
    for model, paths in ((Release, _RELEASE[type(item)]), (Event, _EVENT[type(item)])):
        rows = model._base_manager.filter(_points(paths, item)).distinct()
        public = set(
            model.objects.public_anywhere().filter(pk__in=rows).values_list("pk", flat=True)
        )
        found = sorted(rows, key=lambda row: row.pk not in public)
        yield from (Use(row, row.pk in public) for row in found)
    yield from _in_texts(item)
    if isinstance(item, Image):
        for film in Video.objects.filter(poster=item):
            yield from in_news(film)


_RELEASE = {
    Image: ("lead_image", "pictures__image"),
    File: ("attachments__file",),
    Video: ("videos",),
}
_EVENT = {Image: (), File: (), Video: ("intro_video", "recording")}


def _points(paths, item):
    found = Q(pk__in=())
    for path in paths:
        found |= Q((path, item))
    return found


def _in_texts(item):
    """Texts name the item by its uid, which is long enough to mean nothing else."""
    for model in (Release, Event):
        named = Q()
        for column in columns("body"):
            named |= Q((f"{column}__contains", item.uid))
        rows = model._base_manager.filter(named)
        public = set(
            model.objects.public_anywhere().filter(pk__in=rows).values_list("pk", flat=True)
        )
        yield from (Use(row, row.pk in public) for row in rows)
