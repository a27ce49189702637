from django.urls import path

from referralcrm.practice.views import trash

app_name = "trash"

urlpatterns = [
    path("", trash.index, name="index"),
    path("<slug:kind>/<uuid:pk>/restore/", trash.restore, name="restore"),
]
