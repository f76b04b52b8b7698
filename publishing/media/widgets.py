"""Form widgets that show the picture they are about."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.template.loader import render_to_string
from django.urls import reverse

from publishing.media.images import ACCEPTED, MAX_BYTES
from publishing.media.models import Image
from publishing.media.renditions import rendition


class PictureInput(forms.FileInput):
    """A file input that shows the kept or the chosen picture; a click on it sets the focal point.

    The script needs the fields ``focal_x`` and ``focal_y`` in the same form and without them, or
    without script, stays an ordinary file input.
    """

    image = None

    class Media:
        css = {"all": ["media/pictures.css"]}
        js = ["media/picture-input.js"]

    def __init__(self, attrs=None):
        accepted = ",".join(f"image/{name.lower()}" for name in ACCEPTED)
        super().__init__({"accept": accepted} | (attrs or {}))

    def render(self, name, value, attrs=None, renderer=None):
        kept = self.image if self.image is not None and self.image.pk else None
        context = {
            "input": super().render(name, value, attrs, renderer),
            "preview": rendition(kept, "inline") if kept else None,
            "limit": MAX_BYTES,
        }
        return render_to_string("admin/media/picture_input.html", context)


class LeadImageSelect(AutocompleteSelect):
    """The admin's autocomplete for a foreign key to ``Image``, with a preview of the choice."""

    @property
    def media(self):
        return super().media + forms.Media(
            css={"all": ["media/pictures.css"]},
            # Named again, because only the order within one list is kept.
            js=["admin/js/jquery.init.js", "media/lead-image.js"],
        )

    def render(self, name, value, attrs=None, renderer=None):
        address = f"{self.admin_site.name}:media_image_preview"
        # A tampered key is an error beside the field; Django would look it up and fail.
        value = value if str(value or "").isdecimal() else None
        context = {
            "select": super().render(name, value, attrs, renderer),
            "preview": reverse(address, args=[value]) if value else "",
            # The script puts the key of the choice in the place of the zero.
            "pattern": reverse(address, args=[0]),
        }
        return render_to_string("admin/media/lead_image_select.html", context)


class LeadImageAdminMixin:
    """Gives every foreign key to ``Image`` in an admin or inline the ``LeadImageSelect``."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.remote_field.model is Image and "widget" not in kwargs:
            kwargs["widget"] = LeadImageSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
