from django.urls import path

from referrals.views import log, many, mistakes, one

app_name = "referrals"

urlpatterns = [
    path("", many.referrals, name="list"),
    path("new/", log.create, name="create"),
    path("new/shape/", log.shape, name="shape"),
    path("new/look/", log.look, name="look"),
    path("new/options/", log.options, name="options"),
    path("<uuid:pk>/", one.referral, name="detail"),
    path("<uuid:pk>/delete/", mistakes.delete, name="delete"),
    path("<uuid:pk>/edit/", one.update, name="update"),
    path("<uuid:pk>/move/", one.move, name="move"),
    path("<uuid:pk>/pass-on/", one.pass_on, name="pass_on"),
    path("<uuid:pk>/patient/", one.patient, name="patient"),
    path("reports/<uuid:pk>/", one.report, name="report"),
]
