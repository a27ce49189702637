from django.urls import path

from referrals.views import attachments, bulk, calls, grid, log, many, mistakes, one, paper, same

app_name = "referrals"

urlpatterns = [
    path("", many.referrals, name="list"),
    path("new/", log.create, name="create"),
    path("change/", bulk.change_many, name="change_many"),
    path("change/<uuid:pk>/undo/", bulk.undo_many, name="undo_many"),
    path("many/", grid.log_many, name="log_many"),
    path("many/row/", grid.log_many_row, name="log_many_row"),
    path("new/shape/", log.shape, name="shape"),
    path("new/look/", log.look, name="look"),
    path("new/options/", log.options, name="options"),
    path("<uuid:pk>/", one.referral, name="detail"),
    path("<uuid:pk>/delete/", mistakes.delete, name="delete"),
    path("<uuid:pk>/edit/", one.update, name="update"),
    path("<uuid:pk>/move/", one.move, name="move"),
    path("<uuid:pk>/call/", calls.call, name="call"),
    path("<uuid:pk>/later/", calls.later, name="later"),
    path("<uuid:pk>/phone/", calls.phone, name="phone"),
    path("<uuid:pk>/undo/<slug:what>/", calls.undo, name="undo"),
    path("<uuid:pk>/pass-on/", one.pass_on, name="pass_on"),
    path("<uuid:pk>/attach/", attachments.attach, name="attach"),
    path("attachments/<uuid:pk>/", attachments.attachment, name="attachment"),
    path("attachments/<uuid:pk>/delete/", attachments.delete, name="delete_attachment"),
    path("<uuid:pk>/ask/", paper.ask, name="ask"),
    path("<uuid:pk>/finish/", paper.finish, name="finish"),
    path("<uuid:pk>/patient/", one.patient, name="patient"),
    path("patients/", same.same_patients, name="same_patients"),
    path("patients/<uuid:pk>/same/", same.other_record, name="other_record"),
    path("patients/<uuid:pk>/merge/<uuid:other>/", same.merge, name="merge"),
    path("patients/<uuid:pk>/apart/<uuid:other>/", same.apart, name="apart"),
    path("patients/merges/<uuid:pk>/undo/", same.unmerge, name="unmerge"),
    path("details/<uuid:pk>/", paper.details, name="details"),
    path("details/<uuid:pk>/letter/", paper.request_letter, name="request_letter"),
    path("reports/<uuid:pk>/", one.report, name="report"),
]
