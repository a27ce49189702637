from django.urls import path

from referralcrm.dashboards import views

app_name = "dashboards"

urlpatterns = [
    path("", views.manager, name="manager"),
    path("answers/", views.answers, name="answers"),
    path("rows/<slug:what>/", views.rows, name="rows"),
]
