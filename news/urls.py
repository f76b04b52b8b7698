from django.urls import path

from news import feeds, qr, views

app_name = "news"
urlpatterns = [
    path("news/", views.ReleaseList.as_view(), name="release_list"),
    path("news/atom.xml", feeds.atom, name="atom"),
    path("news/feed.json", feeds.json_feed, name="json_feed"),
    path("news/<slug:slug>/", views.ReleaseDetail.as_view(), name="release"),
    path("news/<slug:slug>/qr.svg", qr.release_code, name="release_code"),
    path("events/", views.EventList.as_view(), name="event_list"),
    path("events/calendar.ics", views.event_calendar, name="calendar"),
    path("events/<slug:slug>/calendar.ics", views.event_entry, name="event_calendar"),
    path("events/<slug:slug>/", views.EventDetail.as_view(), name="event"),
]
