from django.urls import path

from referralcrm.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.door, name="door"),
    path("code/", views.code, name="code"),
    path("here/", views.page, name="page"),
    path("here/<uuid:pk>/confirm/", views.confirm, name="confirm"),
    path("here/<uuid:pk>/<slug:what>/", views.paper, name="paper"),
    path("leave/", views.leave, name="leave"),
]
