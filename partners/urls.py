from django.urls import path

from partners import private, views
from partners.suggestions import directory_suggestions

app_name = "partners"
urlpatterns = [
    path("partners/", views.directory, name="directory"),
    path("partners/directory.csv", views.directory_csv, name="directory_csv"),
    path("partners/directory.json", views.directory_json, name="directory_json"),
    path("partners/suggestions.json", directory_suggestions, name="directory_suggestions"),
    path("partners/confirmation/<str:token>/", private.confirmation, name="confirmation"),
    path("partners/<slug:slug>/", views.InstitutionDetail.as_view(), name="institution"),
    path("agreements/", views.register, name="register"),
    path("agreements/register.csv", views.register_csv, name="register_csv"),
    path("agreements/register.json", views.register_json, name="register_json"),
    path("agreements/documents/<uuid:uid>/", views.document, name="document"),
    path("agreements/due/<str:key>.ics", private.due_calendar, name="due_calendar"),
    path("agreements/<slug:number>/terms/", views.terms, name="terms"),
    path("agreements/<slug:number>/", views.AgreementDetail.as_view(), name="agreement"),
]
