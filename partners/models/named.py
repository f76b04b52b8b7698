"""What has a name: in either language, and never in none."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from publishing.cache.models import PublicModel
from publishing.editorial import languages

# Wider than that of addresses: codes of the kinds have underscores.
code_form = RegexValidator(
    r"^[a-z0-9]+(?:[_-][a-z0-9]+)*$",
    _("Use small letters, digits, single hyphens and underscores."),
)


def unique_names(prefix, sentence):
    """Constraints for a short list: no two entries bear one name in a language."""
    return [
        models.UniqueConstraint(
            fields=[column],
            condition=Q(**{f"{column}__gt": ""}),
            name=f"{prefix}_{column}",
            # With this code the sentence stands at the field.
            violation_error_code="unique",
            violation_error_message=sentence,
        )
        for column in languages.columns("name")
    ]


class NamedModel(PublicModel):
    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if not languages.first_text(self, "name"):
            raise ValidationError({"name_en": _("Give the name in at least one language.")})
