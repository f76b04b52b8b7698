"""The table of contents of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import path

urlpatterns = []

urlpatterns += i18n_patterns(
    path("admin/", admin.site.urls),
)
