"""How many rows one sending of a form may bring: a made-up count must not keep a worker busy."""

from django.contrib.contenttypes.forms import BaseGenericInlineFormSet
from django.forms.formsets import BaseFormSet
from django.forms.models import BaseInlineFormSet, BaseModelFormSet
from django.utils.translation import gettext_lazy as _

# More than the rows that are there already. "Add another" ends there too, so nobody types in vain.
NEW_ROWS = 100


class LimitedRows:
    default_error_messages = {
        "too_many_forms": _(
            "At most %(num)d rows can be sent here at once. Save these first, then add the others."
        )
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        shown = self._shown()
        self.max_num = min(self.max_num, shown + NEW_ROWS)
        # Where nobody may add rows, those that are there still come back.
        self.absolute_max = max(self.max_num, shown)

    def _shown(self) -> int:
        return len(self.get_queryset())


class LimitedFormSet(LimitedRows, BaseModelFormSet):
    """Rows of a list: what is said at the head of a column is not heard beside each field."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.visible_fields():
            field.field.widget.attrs["aria-label"] = f"{field.label}, {form.instance}"


class LimitedInlineFormSet(LimitedRows, BaseInlineFormSet):
    pass


class LimitedGenericFormSet(LimitedRows, BaseGenericInlineFormSet):
    pass


class LimitedPlainFormSet(LimitedRows, BaseFormSet):
    def _shown(self) -> int:
        return len(self.initial or ())


class LimitedListMixin:
    """For lists that are edited in place."""

    def get_changelist_formset(self, request, **kwargs):
        return super().get_changelist_formset(request, formset=LimitedFormSet, **kwargs)
