from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CacheConfig(AppConfig):
    name = "publishing.cache"
    verbose_name = _("Page cache")
