from django.urls import path

from partners.views import bulk, disciplines, fragments, merges, offices, organisations, partners, standing

app_name = "partners"

urlpatterns = [
    path("new/", partners.create, name="create"),
    path("<uuid:pk>/edit/", partners.update, name="update"),
    path("<uuid:pk>/delete/", partners.delete, name="delete"),
    path("<uuid:pk>/end/", standing.end, name="end"),
    path("<uuid:pk>/resume/", standing.resume, name="resume"),
    path("<uuid:pk>/no-mail/", standing.opt_out, name="opt_out"),
    path("<uuid:pk>/mail-again/", standing.opt_in, name="opt_in"),
    path("<uuid:pk>/next-step/done/", standing.finish_next_step, name="finish_next_step"),
    path("<uuid:pk>/next-step/undo/", standing.undo_next_step, name="undo_next_step"),
    path("<uuid:pk>/merge/", merges.merge_with, name="merge_with"),
    path("<uuid:pk>/merge/<uuid:other>/", merges.merge, name="merge"),
    path("merges/<uuid:pk>/undo/", merges.unmerge, name="unmerge"),
    path("many/", bulk.change_many, name="change_many"),
    path("many/<uuid:pk>/undo/", bulk.undo_many, name="undo_many"),
    path("options/", fragments.options, name="options"),
    path("duplicates/", fragments.duplicates, name="duplicates"),
    path("<uuid:pk>/contacts/new/", offices.create_contact, name="create_contact"),
    path("contacts/<uuid:pk>/", offices.update_contact, name="update_contact"),
    path("contacts/<uuid:pk>/delete/", offices.delete_contact, name="delete_contact"),
    path("<uuid:pk>/offices/new/", offices.affiliate, name="affiliate"),
    path("offices/<uuid:pk>/", offices.update_affiliation, name="update_affiliation"),
    path("offices/<uuid:pk>/delete/", offices.delete_affiliation, name="delete_affiliation"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/options/", fragments.organisation_options, name="organisation_options"),
    path("organisations/new/", organisations.create_organisation, name="create_organisation"),
    path("organisations/<uuid:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<uuid:pk>/edit/", organisations.update_organisation, name="update_organisation"),
    path("organisations/<uuid:pk>/delete/", organisations.delete_organisation, name="delete_organisation"),
    path("organisations/<uuid:pk>/merge/", merges.merge_organisation_with, name="merge_organisation_with"),
    path("organisations/<uuid:pk>/merge/<uuid:other>/", merges.merge_organisation, name="merge_organisation"),
    path("disciplines/", disciplines.disciplines, name="disciplines"),
    path("disciplines/<uuid:pk>/", disciplines.update_discipline, name="update_discipline"),
]
