"""The form of what is published, and what forms of the desk share."""

from publishing.editorial.forms.looks import column_label, look_like_the_admin
from publishing.editorial.forms.publishable import PublishableForm

__all__ = ["PublishableForm", "column_label", "look_like_the_admin"]
