from django.urls import path

from referralcrm.front import board, find, search, views, what_next

app_name = "front"

urlpatterns = [
    path("", views.today, name="today"),
    path("reports/", board.reports, name="reports"),
    path("health/", views.health, name="health"),
    path("search/", search.search, name="search"),
    path("find/", find.find_partner, name="find"),
    path("what-next/", what_next.what_next, name="what_next"),
    path("healthz", views.healthz, name="healthz"),
]
