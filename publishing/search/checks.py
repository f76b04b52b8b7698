from django.core.checks import Tags, Warning, register
from django.db import DatabaseError
from django.utils.translation import gettext as _

from publishing.search.analyzer import ANALYZER_VERSION
from publishing.search.models import SearchDocument, SearchEntry


@register(Tags.database)
def index_is_of_this_version(app_configs, databases=None, **kwargs):
    """An index of another analyzer keeps answering, but misses what is folded otherwise now."""
    if not databases:
        return []
    try:
        old = any(
            model.objects.exclude(analyzer_version=ANALYZER_VERSION).exists()
            for model in (SearchDocument, SearchEntry)
        )
    except DatabaseError:
        # Before the first migration there is no index to be old.
        return []
    if not old:
        return []
    return [
        Warning(
            _("The search index was made by another version of the analyzer."),
            hint=_("Run `manage.py rebuild_search`; the portal keeps answering."),
            id="search.W001",
        )
    ]
