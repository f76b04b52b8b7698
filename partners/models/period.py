"""From when to when something held, as far as it is known."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from publishing.cache.models import PublicModel
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField, read


class Period(PublicModel):
    """A statement that held for a time. An edge that is not known is open."""

    since = PartialDateField(_("from"))
    since_first = FirstDayField(source="since")
    since_last = LastDayField(source="since")
    until = PartialDateField(_("until"))
    until_first = FirstDayField(source="until")
    until_last = LastDayField(source="until")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until_last__isnull=True)
                | Q(since_first__isnull=True)
                | Q(until_last__gte=F("since_first")),
                name="%(app_label)s_%(class)s_period",
                violation_error_message=_("It cannot end before it starts."),
            ),
        ]

    def clean(self):
        super().clean()
        since, until = read(self.since), read(self.until)
        if since and until and until.last < since.first:
            raise ValidationError({"until": _("It cannot end before it starts.")})

    def may_cover(self, day: datetime.date) -> bool:
        """Whether it may have held on ``day``; False only where the dates rule it out."""
        since, until = read(self.since), read(self.until)
        return (since is None or since.first <= day) and (until is None or until.last >= day)
