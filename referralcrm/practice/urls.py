from django.urls import path

from referralcrm.practice import views

app_name = "practice"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("stay/", views.stay, name="stay"),
    path("password/", views.password, name="password"),
]
