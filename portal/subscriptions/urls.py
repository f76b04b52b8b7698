from django.urls import path

from portal.subscriptions import views

app_name = "subscriptions"
urlpatterns = [
    path("", views.sign_up, name="sign_up"),
    path("sent/", views.sent, name="sent"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("manage/<str:token>/", views.manage, name="manage"),
    path("leave/<str:token>/", views.leave, name="leave"),
]
