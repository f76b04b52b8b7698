"""The table of contents of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from portal import about, choosers, views
from portal.accounts.views import admin_sign_in
from portal.api import answers, endpoints
from portal.machines import cards, sitemaps, wellknown
from publishing.editorial import sharing
from publishing.media.covers import cover

handler400 = "portal.errors.bad_request"
handler404 = "portal.errors.not_found"
handler429 = "portal.accounts.views.too_many_requests"

urlpatterns = [
    path("", views.entrance, name="entrance"),
    path("covers/1/<slug:slug>.svg", cover, name="cover"),
    path("covers/1/<slug:slug>.<slug:shape>.png", cards.card, name="card"),
    path("api/v1/", endpoints.urls),
    path("api/v1/<path:rest>", answers.elsewhere),
    path("robots.txt", wellknown.robots),
    path("favicon.ico", wellknown.favicon),
    path(".well-known/security.txt", wellknown.security),
    path("sitemap.xml", sitemaps.index, name="sitemap_index"),
    path("sitemaps/latest-news.xml", sitemaps.news_sitemap, name="news_sitemap"),
    path("sitemaps/<slug:section>-<int:number>.xml", sitemaps.sitemap, name="sitemap"),
    path("media/", include("publishing.media.urls")),
]

urlpatterns += i18n_patterns(
    # What readers ask for most comes first: addresses are tried in turn.
    path("", include("news.urls")),
    path("", views.home, name="home"),
    path("", include("partners.urls")),
    # Before the admin's own: with the words of this portal and of the text editor.
    path("admin/jsi18n/", JavaScriptCatalog.as_view()),
    path("admin/login/", admin_sign_in),
    # The account's own page: beside it stand the second factor and the sessions.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/choose/<slug:kind>/", choosers.choose, name="choose"),
    path("admin/", include("publishing.editorial.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("portal.accounts.urls")),
    path("preview/<str:token>/", sharing.shared_preview, name="shared_preview"),
    path(
        "preview/<str:token>/media/<str:seal>/<path:address>",
        sharing.shared_media,
        name="shared_preview_media",
    ),
    path("timeline/", views.site_timeline, name="timeline"),
    path("search/", views.search, name="search"),
    path("about/<slug:topic>/", about.page, name="about"),
    path("subscribe/", include("portal.subscriptions.urls")),
    path("search/suggestions.json", views.search_suggestions, name="search_suggestions"),
    # Pages that staff write come last: everything above is reserved.
    path("<slug:slug>/", views.PageDetail.as_view(), name="page"),
)
