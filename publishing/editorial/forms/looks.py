"""Labels and sizes as the admin has them."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.editorial import languages


def column_label(column) -> str:
    """ "Title (Chinese)" for one language's column of a translated field."""
    return _("%(field)s (%(language)s)") % {
        "field": capfirst(column.translated_field.verbose_name),
        "language": languages.language_name(column.language),
    }


def look_like_the_admin(form):
    """Gives the fields of a form of our own the labels and sizes of the admin's own forms."""
    for field in form.fields.values():
        if field.label:
            field.label = capfirst(field.label)
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs |= {"class": "vLargeTextField", "rows": 3}
        elif type(field.widget) is forms.TextInput:
            field.widget.attrs.setdefault("class", "vTextField")
