from django.urls import path

from referralcrm.practice.views import account, people, settings

app_name = "practice"

urlpatterns = [
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("stay/", account.stay, name="stay"),
    path("password/", account.password, name="password"),
    path("set-password/<uuid:uid>/<str:token>/", account.set_password, name="set_password"),
    path("settings/", settings.settings, name="settings"),
    path("settings/practice/", settings.practice, name="practice"),
    path("settings/roles/", settings.roles, name="roles"),
    path("settings/lists/<slug:slug>/", settings.small_list, name="list"),
    path("settings/lists/<slug:slug>/<uuid:pk>/", settings.list_row, name="list_row"),
    path("settings/lists/<slug:slug>/<uuid:pk>/retire/", settings.retire, name="retire"),
    path("settings/lists/<slug:slug>/<uuid:pk>/restore/", settings.restore, name="restore"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/link/", people.sign_in_link, name="sign_in_link"),
    path("people/<uuid:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<uuid:pk>/reactivate/", people.reactivate, name="reactivate"),
]
