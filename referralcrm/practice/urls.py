from django.urls import path

from referralcrm.practice.views import account, clinicians, people, pulse, saved_views, settings

app_name = "practice"

urlpatterns = [
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-out/", account.sign_out, name="sign_out"),
    path("pulse/", pulse.pulse, name="pulse"),
    path("stay/", account.stay, name="stay"),
    path("account/", account.account, name="account"),
    path("location/", account.switch, name="switch_location"),
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
    path("people/<uuid:pk>/profile/", clinicians.profile, name="profile"),
    path("people/<uuid:pk>/licences/new/", clinicians.add_licence, name="add_licence"),
    path("licences/<uuid:pk>/", clinicians.licence, name="licence"),
    path("licences/<uuid:pk>/delete/", clinicians.delete_licence, name="delete_licence"),
    path("people/<uuid:pk>/link/", people.sign_in_link, name="sign_in_link"),
    path("people/<uuid:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<uuid:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("views/<slug:slug>/", saved_views.saved_views, name="saved_views"),
    path("views/<slug:slug>/new/", saved_views.create_view, name="create_view"),
    path("views/<slug:slug>/usual/", saved_views.make_usual, name="make_usual"),
    path("views/<uuid:pk>/edit/", saved_views.update_view, name="update_view"),
    path("views/<uuid:pk>/overwrite/", saved_views.overwrite_view, name="overwrite_view"),
    path("views/<uuid:pk>/delete/", saved_views.delete_view, name="delete_view"),
]
