"""The portal's own settings, in a data folder that lasts one test run.

pytest-django reads the settings before any conftest, so the environment is prepared here.
Whatever the machine has set for a real portal is put aside; only ``DATABASE_URL`` is kept.
"""

import atexit
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("PORTAL_")]:
    del os.environ[name]
os.environ.pop("PORT", None)
os.environ["PORTAL_SECRET_KEY"] = "only-for-tests-" + "0123456789abcdef" * 3
os.environ["PORTAL_VAR"] = tempfile.mkdtemp(prefix="portal-tests-")
atexit.register(shutil.rmtree, os.environ["PORTAL_VAR"], ignore_errors=True)

# Playwright keeps an event loop in the thread that also prepares the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES, STORAGES, VAR  # noqa: E402

# A file, as in production: threads then meet the same locks.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}

# The manifest needs collected files; tests of the launcher collect them, all others do without.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True

# The real hasher is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Tests collect views when they say so; those of real processes turn the thread on for themselves.
PORTAL_PAGEVIEWS_BACKGROUND = False

# Mail goes to a list in memory, and letters of the outbox leave when a test says so.
PORTAL_MAIL_BACKEND = EMAIL_BACKEND
PORTAL_MAIL_AT_ONCE = False
