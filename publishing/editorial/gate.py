"""What must be right before a language is published."""

from django.utils.translation import gettext as _

from publishing.editorial import languages, richtext
from publishing.editorial.languages import column
from publishing.editorial.models import Publishable


def problems(item: Publishable, language: str) -> list[str]:
    """What keeps ``language`` of ``item`` from being published, as sentences; empty when ready."""
    found = []
    name = languages.language_name(language)
    for field in item.required_to_publish:
        if not richtext.plain(languages.text(item, field, language)):
            label = item._meta.get_field(field).verbose_name
            found.append(
                _("%(language)s cannot be published: %(field)s is missing.")
                % {"language": name, "field": label}
            )
    if getattr(item, column("machine", language)):
        found.append(
            _("%(language)s cannot be published: nobody has checked the machine translation.")
            % {"language": name}
        )
    image = getattr(item, "lead_image", None)
    if image is not None:
        if not image.decorative and not languages.text(image, "alt", language):
            found.append(
                _("%(language)s cannot be published: the lead image has no alternative text.")
                % {"language": name}
            )
        if not languages.text(image, "credit", language):
            found.append(
                _("%(language)s cannot be published: the lead image has no credit.")
                % {"language": name}
            )
    return found
