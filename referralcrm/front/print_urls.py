from django.urls import path

from referralcrm.front.prints import day, labels, offered, partner, profile, thanks

app_name = "print"

urlpatterns = [
    path("today.pdf", day.today, name="today"),
    path("labels/", labels.labels, name="labels"),
    path("labels.pdf", labels.labels_pdf, name="labels_pdf"),
    path("offered.pdf", offered.offered, name="offered"),
    path("people/<uuid:pk>/profile.pdf", profile.profile, name="profile"),
    path("partners/<uuid:pk>/card.pdf", partner.partner, name="partner"),
    path("partners/<uuid:pk>/thanks/", thanks.thanks, name="thanks"),
    path("partners/<uuid:pk>/thanks/card.pdf", thanks.card, name="thanks_card"),
    path("partners/<uuid:pk>/envelope.pdf", thanks.envelope, name="envelope"),
]
