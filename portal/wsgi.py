"""From outside in: counted views, pages from memory, Django."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django_application = get_wsgi_application()

# Both read settings, which exist only now.
from django.conf import settings  # noqa: E402

import portal.urls  # noqa: E402, F401
from portal.logs import RequestLog  # noqa: E402
from publishing.cache.wsgi import PageCache  # noqa: E402
from publishing.pageviews.endpoint import ReadsEndpoint  # noqa: E402

application = ReadsEndpoint(PageCache(django_application))
if settings.PORTAL_LOG_FORMAT == "json":
    application = RequestLog(application)

# What was loaded so far stays. Each full search for garbage would go through it once more, and all
# visitors of the process would wait for that.
gc.collect()
gc.freeze()
