"""What belongs to an item, in the item's form."""

from django.contrib import admin

from publishing.editorial.admin import BilingualFields
from publishing.editorial.admin.choosers import KnownChoices
from publishing.editorial.admin.rowlimits import LimitedInlineFormSet
from publishing.media.widgets import LeadImageAdminMixin


class PartInline(LeadImageAdminMixin, KnownChoices, BilingualFields, admin.StackedInline):
    """A part of an item, in its order; closed until somebody needs it."""

    extra = 0
    classes = ["collapse"]
    formset = LimitedInlineFormSet
