from django.urls import path

from partners import views

app_name = "partners"

urlpatterns = [
    path("new/", views.create, name="create"),
    path("options/", views.options, name="options"),
    path("organisations/options/", views.organisation_options, name="organisation_options"),
    path("<uuid:pk>/edit/", views.update, name="update"),
]
