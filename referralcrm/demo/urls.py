from django.urls import path

from referralcrm.demo import views

app_name = "demo"

urlpatterns = [
    path("start/", views.start, name="start"),
]
