"""How the floors above read pageviews."""

from collections.abc import Iterable

from django.db import models
from django.db.models import OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from . import kinds
from .models import Total


class PageviewQuerySet(models.QuerySet):
    """To be mixed into the queryset of a counted model."""

    def with_pageviews(self):
        """Annotates ``pageviews``, the public number, zero where nothing was counted."""
        own = Total.objects.filter(kind=kinds.key_of(self.model), object_id=OuterRef("pk"))
        number = Coalesce(
            Subquery(own.values("shown")[:1], output_field=models.BigIntegerField()), Value(0)
        )
        return self.annotate(pageviews=number)


def totals(key: str, ids: Iterable[int]) -> dict[int, int]:
    """The public number of each id, zero included."""
    ids = set(ids)
    found = Total.objects.filter(kind=key, object_id__in=ids).values_list("object_id", "shown")
    return dict.fromkeys(ids, 0) | dict(found)


def sum_of(key: str, ids) -> int:
    """The public numbers of several items together. ``ids`` may be a queryset of keys."""
    rows = Total.objects.filter(kind=key, object_id__in=ids)
    return rows.aggregate(sum=Sum("shown"))["sum"] or 0
