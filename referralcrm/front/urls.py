from django.urls import path

from referralcrm.front import search, views

app_name = "front"

urlpatterns = [
    path("", views.today, name="today"),
    path("health/", views.health, name="health"),
    path("search/", search.search, name="search"),
    path("healthz", views.healthz, name="healthz"),
]
