from django import template
from django.utils.translation import get_language

from publishing.cache.frames import Frames

from .. import charts, kinds
from ..querysets import totals
from ..statistics import Statistics

register = template.Library()

NUMBER, SCRIPT = Frames("pageviews/number.html"), Frames("pageviews/script.html")


@register.simple_tag
def pageviews(instance):
    """The public number, marked so that the page's script can refresh it."""
    item = kinds.item_of(instance)
    number = getattr(instance, "pageviews", None)
    if number is None:
        number = totals(item.kind, [item.id])[item.id]
    return NUMBER.drawn([{"token": str(item), "number": grouped(number)}])


@register.inclusion_tag("pageviews/counted.html")
def counted(item, short=False):
    """A row's number between its words; ``short``: the number alone.

    Without an annotated number nothing is shown: a row never queries.
    """
    number = getattr(item, "pageviews", None)
    if number is None:
        return {}
    token = str(kinds.item_of(item))
    return {"short": short, "is_one": number == 1, "token": token, "number": grouped(number)}


@register.filter
def grouped(number: int) -> str:
    """Both languages group digits by three with a comma, as the browser's own formatter does.

    Django's formats know no separator for Chinese, so the script would change the look.
    """
    return f"{number:,}"


@register.simple_tag(takes_context=True)
def pageviews_script(context, instance=None):
    """The script that refreshes numbers; with an item, it also reports the view of its page.

    A preview reports nothing, not even by the picture for readers without scripts.
    """
    language = get_language()
    if context.get("is_preview") or not language:
        return ""
    if instance is None:
        return SCRIPT.drawn([{}])
    return SCRIPT.drawn([{"token": str(kinds.item_of(instance)), "language": language}])


@register.inclusion_tag("pageviews/chart.html")
def pageviews_chart(key, ids, days=30):
    """Views by day of some items together, for staff. ``ids`` may be a queryset of keys."""
    statistics = Statistics(days=days, kind=key, ids=ids)
    return {"statistics": statistics, "chart": charts.bars(statistics.by_day)}
