import os

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PageviewsConfig(AppConfig):
    name = "publishing.pageviews"
    verbose_name = _("Pageviews")

    def ready(self):
        from . import checks, journal, pulse  # noqa: F401

        # A forked worker must not share the parent's journal file or its claim to lead.
        os.register_at_fork(after_in_child=journal.after_fork)
        os.register_at_fork(after_in_child=pulse.after_fork)
