"""What has a name: in either language, and never in none."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from publishing.cache.models import PublicModel
from publishing.editorial import languages


class NamedModel(PublicModel):
    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if not languages.first_text(self, "name"):
            raise ValidationError({"name_en": _("Give the name in at least one language.")})
