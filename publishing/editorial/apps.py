from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "publishing.editorial"
    verbose_name = _("Editorial")

    def ready(self):
        from publishing.cache import due
        from publishing.editorial import library, registrations
        from publishing.editorial.copies import publish_due
        from publishing.media import usage

        due.register_action(publish_due)
        usage.register(library.in_relations)
        usage.register(library.in_texts)
        registrations.register()
