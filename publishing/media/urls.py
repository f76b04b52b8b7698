from django.urls import re_path

from publishing.media import views

app_name = "media"
urlpatterns = [
    re_path(
        r"^(?P<uid>[\w-]{22})/(?P<purpose>[a-z]+)-(?P<width>[0-9]{1,4})\.(?P<extension>[a-z]+)$",
        views.rendition,
        name="rendition",
    ),
    re_path(
        r"^(?P<uid>[\w-]{22})/(?P<purpose>[a-z]+)\.(?P<extension>[a-z]+)$",
        views.rendition,
        name="rendition",
    ),
]
