from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "publishing.search"
    verbose_name = _("Search")

    def ready(self):
        from publishing.search import checks  # noqa: F401
