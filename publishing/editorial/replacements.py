"""Where an unpublished text leads: to the end of a chain of replacements, never round in a ring."""

from django.urls import Resolver404, resolve
from django.utils import translation

from publishing.editorial import languages, slugs
from publishing.editorial.languages import column
from publishing.editorial.models import State


def end_of(path: str) -> str:
    """The address to which ``path`` leads in the end; empty if it leads back to itself."""
    seen = set()
    while path not in seen:
        seen.add(path)
        item, language = _item_at(path)
        if item is None:
            return path
        path = item.get_absolute_url(language)
        onward = getattr(item, column("replacement", language))
        if item.state(language) != State.UNPUBLISHED or not onward:
            return path
        path = onward
    return ""


def _item_at(path):
    """The publishable item that ``path`` names now or once named, and its language."""
    language = path.strip("/").partition("/")[0]
    if language not in languages.CODES:
        return None, ""
    try:
        with translation.override(language):
            match = resolve(path.partition("?")[0].partition("#")[0])
    except Resolver404:
        return None, ""
    model = getattr(getattr(match.func, "view_class", None), "model", None)
    slug = match.kwargs.get("slug")
    if not hasattr(model, "with_copies") or not slug:
        return None, ""
    return model.objects.filter(slug=slug).first() or slugs.follow(model, slug), language
