"""Pages of the admin that belong to no single model; mounted before the admin's own."""

from django.contrib import admin
from django.urls import path

from publishing.editorial.board import parity_board

app_name = "desk"
urlpatterns = [
    path("languages/", admin.site.admin_view(parity_board), name="parity"),
]
