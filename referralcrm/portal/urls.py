from django.urls import path

from referralcrm.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.door, name="door"),
    path("code/", views.code, name="code"),
    path("here/", views.page, name="page"),
    path("leave/", views.leave, name="leave"),
]
