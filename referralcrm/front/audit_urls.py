from django.urls import path

from referralcrm.front import audit

app_name = "audit"

urlpatterns = [
    path("", audit.events, name="list"),
    path("export.csv", audit.export, name="export"),
]
