from django.urls import path, re_path

from publishing.media import views

app_name = "media"
urlpatterns = [
    path("files/<str:uid>/<str:name>", views.file, name="file"),
    path("originals/<str:uid>/<str:name>", views.original, name="original"),
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
