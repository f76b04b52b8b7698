from django.urls import include, path

from portal.accounts import views

urlpatterns = [
    path("", views.overview, name="account_overview"),
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("signup/", views.not_offered),
    path("email/", views.not_offered),
    path("3rdparty/signup/", views.not_offered),
    path("", include("allauth.urls")),
]
