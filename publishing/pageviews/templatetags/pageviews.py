from django import template
from django.utils.translation import get_language

from .. import charts, kinds
from ..querysets import totals
from ..statistics import Statistics

register = template.Library()


@register.inclusion_tag("pageviews/number.html")
def pageviews(instance):
    """The public number, marked so that the page's script can refresh it."""
    item = kinds.item_of(instance)
    number = getattr(instance, "pageviews", None)
    if number is None:
        number = totals(item.kind, [item.id])[item.id]
    return {"token": str(item), "number": grouped(number)}


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


@register.inclusion_tag("pageviews/script.html", takes_context=True)
def pageviews_script(context, instance=None):
    """The script that refreshes numbers; with an item, it also reports the view of its page.

    A preview reports nothing, not even by the picture for readers without scripts.
    """
    if context.get("is_preview"):
        return {}
    item = str(kinds.item_of(instance)) if instance is not None else ""
    return {"token": item, "language": get_language()}


@register.inclusion_tag("pageviews/chart.html")
def pageviews_chart(key, ids, days=30):
    """Views by day of some items together, for staff. ``ids`` may be a queryset of keys."""
    statistics = Statistics(days=days, kind=key, ids=ids)
    return {"statistics": statistics, "chart": charts.bars(statistics.by_day)}
