from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import services
from .models import Correction


class CorrectionForm(forms.Form):
    """Sets the public number of one item through the service, which asks for a reason."""

    shown = forms.IntegerField(label=_("Public number"), min_value=0, max_value=10**12)
    reason = forms.CharField(
        label=_("reason"),
        max_length=Correction._meta.get_field("reason").max_length,
        help_text=_("Kept for good, with your name, the day and both numbers."),
    )

    def save(self, item, user) -> bool:
        """True if the number changed; a refusal of the service becomes an error of the form."""
        try:
            return services.correct(
                key=item.kind, object_id=item.id, user=user, **self.cleaned_data
            )
        except ValidationError as refusal:
            self.add_error(None, refusal)
            return False
