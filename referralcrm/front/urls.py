from django.urls import path

from referralcrm.front import views

app_name = "front"

urlpatterns = [
    path("", views.today, name="today"),
    path("health/", views.health, name="health"),
    path("healthz", views.healthz, name="healthz"),
]
