from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "publishing.editorial"
    verbose_name = _("Editorial")

    def ready(self):
        from publishing.editorial import library
        from publishing.media import usage

        usage.register(library.in_relations)
        usage.register(library.in_texts)
