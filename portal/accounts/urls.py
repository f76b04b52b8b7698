from django.urls import include, path

from portal.accounts import views

urlpatterns = [
    path("", views.overview, name="account_overview"),
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("password/reset/", views.PasswordReset.as_view(), name="account_reset_password"),
    path(
        "password/reset/done/",
        views.PasswordResetDone.as_view(),
        name="account_reset_password_done",
    ),
    path("signup/", views.not_offered),
    path("email/", views.not_offered),
    path("3rdparty/signup/", views.not_offered),
    path("", include("allauth.urls")),
]
