"""The table of contents of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from portal import choosers, views
from portal.accounts.views import admin_sign_in
from publishing.media.covers import cover

handler429 = "portal.accounts.views.too_many_requests"

urlpatterns = [
    path("", views.entrance, name="entrance"),
    path("covers/1/<slug:slug>.svg", cover, name="cover"),
    path("media/", include("publishing.media.urls")),
]

urlpatterns += i18n_patterns(
    # Before the admin's own: with the words of this portal and of the text editor.
    path("admin/jsi18n/", JavaScriptCatalog.as_view()),
    path("admin/login/", admin_sign_in),
    path("admin/choose/<slug:kind>/", choosers.choose, name="choose"),
    path("admin/", include("publishing.editorial.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("portal.accounts.urls")),
    path("", views.home, name="home"),
    path("", include("news.urls")),
    path("", include("partners.urls")),
    path("timeline/", views.site_timeline, name="timeline"),
    path("search/", views.search, name="search"),
    path("search/suggestions.json", views.search_suggestions, name="search_suggestions"),
    # Pages that staff write come last: everything above is reserved.
    path("<slug:slug>/", views.PageDetail.as_view(), name="page"),
)
