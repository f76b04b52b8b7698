"""The whole portal for a real server, without the collected static files that it would need."""

from portal import settings

settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

from portal.wsgi import application  # noqa: E402, F401
